import type { WasmInstance } from './instance.ts'
import {
  controlLength,
  type Job,
  type JobResult,
  type MainThread,
  place,
  runJob,
  type Threads,
} from './threadProtocol.ts'
import { startWorker, type WorkerHandle } from './worker.ts'

/** How often the main thread looks at a word before it sleeps, where it may sleep: for some 50 microseconds. */
const spins = 20_000

/** Milliseconds that workers have to wake, plus half of the time a part takes. An idle core needs a tenth of that. */
const wakingMilliseconds = 0.2

/** After so many milliseconds of waiting for orders that no worker took, in one job after the other, the workers are given up. */
const mostUntaken = 5000

/** Milliseconds that a worker has for its part, plus twenty times as long as the main thread took for its own. */
const partMilliseconds = 5000

/** A wait counts as this many milliseconds at most: the clock goes on while a machine is suspended, workers do not. */
const longestNap = 50

/** Workers that compute on an instance's memory beside the main thread. */
export class ThreadPool implements Threads, MainThread {
  readonly #instance: WasmInstance
  readonly #control: Int32Array<SharedArrayBuffer>
  readonly #workers: WorkerHandle[] = []
  #stopped = false
  /** Milliseconds of waiting for orders that were not taken, since the last time that all were. */
  #untaken = 0
  // State of the running job
  #looks = 0
  #last = 0
  #waited = 0
  #own = 0

  private constructor(instance: WasmInstance, count: number) {
    this.#instance = instance
    this.#control = new Int32Array(new SharedArrayBuffer(controlLength(count) * 4))
  }

  /**
   * Starts `count - 1` workers; resolves when all of them wait for work.
   * @param serve the workers' loop
   */
  static async start(instance: WasmInstance, count: number, serve?: string): Promise<ThreadPool> {
    const pool = new ThreadPool(instance, count)
    const { module, imports } = instance
    const starting = Array.from({ length: count - 1 }, async (_, index) => {
      const data = { module, imports, control: pool.#control, place, index }
      pool.#workers.push(await startWorker(data, () => pool.#lose('has ended'), serve))
    })
    const failure = (await Promise.allSettled(starting)).find(({ status }) => status === 'rejected')
    // A worker may also have ended while others were starting.
    if (failure?.status === 'rejected' || pool.#stopped) pool.stop()
    if (failure?.status === 'rejected') throw failure.reason
    return pool
  }

  get count(): number {
    return this.#stopped ? 1 : this.#workers.length + 1
  }

  run(job: Job): JobResult {
    this.#own = 0
    this.#startWaiting()
    const result = runJob(this.#control, job, this)
    if (result === 'lost') this.#lose('does not answer')
    return result
  }

  stop(): void {
    this.#stopped = true
    for (const worker of this.#workers) worker.stop()
    this.#workers.length = 0
  }

  // What the main thread does in a job

  compute({ elementBytes }: Job, record: number): boolean {
    const { recurrentF32, recurrentF64, abandon } = this.#instance.exports
    this.#untaken = 0
    const start = now()
    try {
      if (elementBytes === 4) recurrentF32(record)
      else recurrentF64(record)
    } catch {
      abandon(record)
      this.#startWaiting()
      return false
    }
    this.#own = Math.max(this.#own, now() - start)
    this.#startWaiting()
    return true
  }

  abandon(record: number): void {
    this.#instance.exports.abandon(record)
    this.#startWaiting()
  }

  waitsForBegin({ milliseconds }: Job, done: number): boolean {
    if (this.#wait(done) < wakingMilliseconds + milliseconds / 2) return true
    this.#untaken += this.#waited
    if (this.#untaken > mostUntaken) this.#lose('does not wake')
    return false
  }

  waitsForEnd(done: number): boolean {
    return this.#wait(done) < partMilliseconds + 20 * this.#own
  }

  #startWaiting(): void {
    this.#looks = 0
    this.#waited = 0
    this.#last = now()
  }

  /** Looks again, sooner or later. @returns milliseconds waited since {@link ThreadPool.#startWaiting} */
  #wait(done: number): number {
    this.#looks++
    // A clock takes longer than a look.
    if (this.#looks % 64 !== 0) return this.#waited
    if (this.#looks > spins && maySleep()) Atomics.wait(this.#control, place.done, done, 1)
    const time = now()
    this.#waited += Math.min(time - this.#last, longestNap)
    this.#last = time
    return this.#waited
  }

  #lose(what: string): void {
    if (this.#stopped) return
    this.stop()
    console.warn(
      `wasm engine: a thread ${what}; computing goes on with one thread, until setNumThreads() starts others`,
    )
  }
}

let sleeps: boolean | undefined

/** Whether this thread may sleep. A page's main thread may not. */
export function maySleep(): boolean {
  sleeps ??= typeof window === 'undefined'
  return sleeps
}

/** Milliseconds, by a clock that only moves forward if there is one. */
function now(): number {
  return typeof performance === 'object' ? performance.now() : Date.now()
}
