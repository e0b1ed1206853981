/**
 * A barrier of threads: nobody passes before all have come.
 *
 * | at | 32 bits |
 * |---|---|
 * | 0 | how many have come |
 * | 64 | how often all have come; a cache line of its own, since those who wait read it all the time |
 * | 128 | how many sleep |
 */

/** Looks before a thread goes to sleep, where it may: some tens of microseconds. Who sleeps wakes later than that. */
const looks: u32 = 20000

/** Nanoseconds of sleep at most. */
const nap: i64 = 1000000

/** Bytes of a barrier. */
export const barrierBytes: usize = 192

export function meet(barrier: usize, parties: usize, maySleep: bool): void {
  const times = atomic.load<u32>(barrier, 64)
  if (atomic.add<u32>(barrier, 1) + 1 == parties) {
    atomic.store<u32>(barrier, 0)
    atomic.store<u32>(barrier, times + 1, 64)
    if (atomic.load<u32>(barrier, 128) != 0) atomic.notify(barrier + 64, -1)
    return
  }
  let looked: u32 = 0
  while (atomic.load<u32>(barrier, 64) == times) {
    if (!maySleep || ++looked < looks) continue
    atomic.add<u32>(barrier, 1, 128)
    atomic.wait<i32>(barrier + 64, times, nap)
    atomic.sub<u32>(barrier, 1, 128)
  }
}
