/**
 * What the main thread and its workers tell each other, in 32-bit integers of shared memory.
 *
 * | place | holds | written by |
 * |---|---|---|
 * | job | how many jobs there were; workers sleep until it changes | main adds 1 |
 * | done | how many orders workers have finished | workers add 1 |
 * | failed | how many of those trapped | workers add 1 |
 * | elementBytes | bytes of the job's elements: 4 or 8 | main, before the orders |
 * | orders + i | order of worker i: the address of the record that it computes; 0 for none | main puts it; whoever exchanges it for 0 has it |
 *
 * In a job, main writes `elementBytes`, puts the orders, adds 1 to `job` and notifies. A worker that wakes exchanges its order
 * for 0. If it was not 0, the worker computes, adds 1 to `failed` if that trapped, adds 1 to `done`, notifies, and looks at
 * `job` again. Main may take an order back by the same exchange. One of the two has it, never both, so a record runs once. That
 * holds however late a worker wakes, even if it finds the order of the next job before it sees `job` change. Main has finished
 * when `done` has risen by as many orders as it did not take back.
 *
 * When one side is gone:
 *
 * | who | where | what follows |
 * |---|---|---|
 * | a worker | asleep | it never takes its order. Main takes the order back and computes it; parts that meet after every timestep are not begun |
 * | a worker | trapped | it sends its group away from their barrier, and `failed` rises. Main computes the call by itself |
 * | a worker | ended in the middle of its part | its group loses patience at the barrier, and main at `done`. Main gives up the workers and the call's block, and computes the call by itself in another block |
 * | main | stops the workers, or the process ends | a worker holds nothing that has to be given back |
 *
 * `test/threadModel.node.test.ts` walks every interleaving of these functions for two workers and three jobs.
 */
export const place = { job: 0, done: 1, failed: 2, elementBytes: 3, orders: 4 } as const

/** How many 32-bit integers `count` workers need. */
export function controlLength(count: number): number {
  return place.orders + count
}

/** One call, cut into parts for the threads. */
export interface Job {
  /** Bytes of an element: 4 or 8. */
  readonly elementBytes: number
  /** Addresses of the parts' records, the first one for the main thread, one for each worker at most. */
  readonly records: readonly number[]
  /** Whether parts meet after every timestep: then none may be begun unless all are. */
  readonly together: boolean
  /** About how long one thread takes for a part. It only limits how long workers may take to wake. */
  readonly milliseconds: number
}

/**
 * How a job ended: `done`; `undone`, so that main must compute the call by itself; or `lost`, the same but with a worker
 * that may still be writing to the call's block.
 */
export type JobResult = 'done' | 'undone' | 'lost'

/** Threads that compute on one memory, the main thread included. */
export interface Threads {
  /** How many; 1 after they were stopped, or one was lost. */
  readonly count: number
  /** Runs a job of at most `count` records. Allocates nothing. */
  run(job: Job): JobResult
  /** Ends all but the main thread. */
  stop(): void
}

/** What the main thread does meanwhile. */
export interface MainThread {
  /** Computes a record. @returns false if it trapped */
  compute(job: Job, record: number): boolean
  /** Sends the group of a record away from their barrier. */
  abandon(record: number): void
  /** Waits a little for workers to take their orders; false once that took too long. */
  waitsForBegin(job: Job, done: number): boolean
  /** Waits a little for workers to finish what they began; false once that took too long. `done` is as it was seen. */
  waitsForEnd(done: number): boolean
}

/** Runs a job; returns when all parts that were begun have ended, or are lost. Allocates nothing. */
export function runJob(control: Int32Array, job: Job, main: MainThread): JobResult {
  const { records, together } = job
  const done = Atomics.load(control, place.done)
  const failed = Atomics.load(control, place.failed)
  Atomics.store(control, place.elementBytes, job.elementBytes)
  for (let i = 1; i < records.length; i++) {
    Atomics.store(control, place.orders + i - 1, records[i] ?? 0)
  }
  Atomics.add(control, place.job, 1)
  Atomics.notify(control, place.job)
  let begun = true
  for (let i = 1; together && i < records.length; i++) {
    while (begun && Atomics.load(control, place.orders + i - 1) !== 0) {
      begun = main.waitsForBegin(job, done)
    }
  }
  let trapped = begun && !main.compute(job, records[0] ?? 0)
  let given = records.length - 1
  for (let i = 1; i < records.length; i++) {
    if (Atomics.exchange(control, place.orders + i - 1, 0) === 0) continue
    given--
    if (begun) trapped = !main.compute(job, records[i] ?? 0) || trapped
  }
  if (!begun) for (let i = 0; i < records.length; i++) main.abandon(records[i] ?? 0)
  for (;;) {
    const seen = Atomics.load(control, place.done)
    if (((seen - done) | 0) === given) break
    if (!main.waitsForEnd(seen)) return 'lost'
  }
  const failures = Atomics.load(control, place.failed) - failed
  return begun && !trapped && failures === 0 ? 'done' : 'undone'
}

/**
 * The worker's loop, as text: a package cannot know how its user bundles files of workers. It needs nothing but WebAssembly
 * and Atomics.
 */
export const serveSource = `
function serve({ module, imports, control, place, index }, ready) {
  const { exports } = new WebAssembly.Instance(module, { env: imports })
  let seen = Atomics.load(control, place.job)
  ready()
  for (;;) {
    Atomics.wait(control, place.job, seen)
    seen = Atomics.load(control, place.job)
    const record = Atomics.exchange(control, place.orders + index, 0)
    if (record === 0) continue
    try {
      const elementBytes = Atomics.load(control, place.elementBytes)
      if (elementBytes === 4) exports.recurrentF32(record)
      else exports.recurrentF64(record)
    } catch {
      exports.abandon(record)
      Atomics.add(control, place.failed, 1)
    }
    Atomics.add(control, place.done, 1)
    Atomics.notify(control, place.done)
  }
}
`
