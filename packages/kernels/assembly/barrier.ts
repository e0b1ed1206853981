/**
 * A barrier of threads: nobody passes before all have come. Nobody waits for ever either: who was sent away, or has waited
 * too long for one that is gone, traps, and sends the others away.
 *
 * | at | 32 bits |
 * |---|---|
 * | 0 | how many have come |
 * | 64 | how often all have come; a cache line of its own, since those who wait read it all the time |
 * | 68 | 1 once they were sent away |
 * | 128 | how many sleep |
 */

/** Looks before a thread goes to sleep, where it may: some tens of microseconds. Who sleeps wakes later than that. */
const looks: u32 = 20000

/** Nanoseconds of sleep at most: patience is counted in such naps. */
const nap: i64 = 1000000

/** Looks that take about as long as a nap: a look reads one word that another thread may just have written. */
const looksPerNap: u32 = 400000

/** Bytes of a barrier. */
export const barrierBytes: usize = 192

/** @param patience naps, and so milliseconds, after which those who have not come are taken to be gone */
export function meet(barrier: usize, parties: usize, maySleep: bool, patience: u32): void {
  const times = atomic.load<u32>(barrier, 64)
  if (atomic.add<u32>(barrier, 1) + 1 == parties) {
    atomic.store<u32>(barrier, 0)
    atomic.store<u32>(barrier, times + 1, 64)
    if (atomic.load<u32>(barrier, 128) != 0) atomic.notify(barrier + 64, -1)
    return
  }
  let looked: u32 = 0
  while (atomic.load<u32>(barrier, 64) == times) {
    if (atomic.load<u32>(barrier, 68) != 0) unreachable()
    if (++looked < looks) continue
    if (maySleep) {
      atomic.add<u32>(barrier, 1, 128)
      atomic.wait<i32>(barrier + 64, times, nap)
      atomic.sub<u32>(barrier, 1, 128)
    } else if (looked < looksPerNap) continue
    else looked = looks
    if (--patience == 0) leave(barrier)
  }
}

/** Sends away all who wait, or will. */
export function leave(barrier: usize): void {
  atomic.store<u32>(barrier, 1, 68)
  atomic.notify(barrier + 64, -1)
}
