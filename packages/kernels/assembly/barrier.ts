/**
 * A barrier of threads: no thread passes before all have come. No thread waits for ever either. One that has waited too long
 * takes another to be gone: it traps, and sends the others away, so that they trap too.
 *
 * | at | 32 bits |
 * |---|---|
 * | 0 | how many have come |
 * | 64 | how often all have come; a cache line of its own, since those who wait read it all the time |
 * | 68 | 1 once the threads were sent away |
 * | 128 | how many sleep |
 */

/** How often a thread looks before it goes to sleep, where it may sleep: for some tens of microseconds. Waking takes longer. */
const looks: u32 = 20000

/** The longest sleep, in nanoseconds. Patience is counted in such naps. */
const nap: i64 = 1000000

/** How many looks take as long as a nap, about. A look reads a word that another thread may just have written. */
const looksPerNap: u32 = 400000

/** Bytes of a barrier. */
export const barrierBytes: usize = 192

/** @param patience after how many naps, a millisecond each, those who have not come are taken to be gone */
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

/** Sends away all threads that wait here, now or later: they trap. */
export function leave(barrier: usize): void {
  atomic.store<u32>(barrier, 1, 68)
  atomic.notify(barrier + 64, -1)
}
