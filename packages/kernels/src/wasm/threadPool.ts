import type { FloatDType } from '../engine.ts'
import type { WasmInstance } from './instance.ts'
import { startWorker, type WorkerHandle } from './worker.ts'

/**
 * What main thread and workers tell each other: 32-bit integers in shared memory.
 *
 * | place | holds |
 * |---|---|
 * | 0 | number of the job; workers sleep until it changes |
 * | 1 | parts that are done |
 * | 2 | parts that failed |
 * | 3 | element bytes of the job: 4 or 8 |
 * | 4 + i | address of the record that worker i computes; 0 for none |
 */
const place = { job: 0, done: 1, failed: 2, elementBytes: 3, records: 4 } as const

/** Looks at the counter before the main thread goes to sleep, where it may: some 50 microseconds. */
const spins = 20_000

/** Workers that compute on an instance's memory beside the main thread. */
export class ThreadPool {
  /** Threads in all, the main thread included. */
  readonly count: number
  readonly #instance: WasmInstance
  readonly #control: Int32Array<SharedArrayBuffer>
  readonly #workers: readonly WorkerHandle[]

  private constructor(
    instance: WasmInstance,
    control: Int32Array<SharedArrayBuffer>,
    workers: readonly WorkerHandle[],
  ) {
    this.count = workers.length + 1
    this.#instance = instance
    this.#control = control
    this.#workers = workers
  }

  /** Starts `count - 1` workers; resolves when all of them wait for work. */
  static async start(instance: WasmInstance, count: number): Promise<ThreadPool> {
    const control = new Int32Array(new SharedArrayBuffer((place.records + count) * 4))
    const starting = Array.from({ length: count - 1 }, (_, index) =>
      startWorker({ module: instance.module, imports: instance.imports, control, place, index }),
    )
    const started = await Promise.allSettled(starting)
    const workers = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const failure = started.find((result) => result.status === 'rejected')
    if (failure !== undefined) {
      for (const worker of workers) worker.stop()
      throw failure.reason
    }
    return new ThreadPool(instance, control, workers)
  }

  /** Runs one call a thread and returns when all are done. At most `count` of them. */
  run(dtype: FloatDType, records: readonly number[]): void {
    const [own, ...others] = records
    const control = this.#control
    Atomics.store(control, place.done, 0)
    Atomics.store(control, place.failed, 0)
    Atomics.store(control, place.elementBytes, dtype === 'float32' ? 4 : 8)
    this.#workers.forEach((_, index) => {
      Atomics.store(control, place.records + index, others[index] ?? 0)
    })
    Atomics.add(control, place.job, 1)
    Atomics.notify(control, place.job)
    if (own !== undefined) this.#instance.recurrent(dtype, own)
    this.#wait(others.length)
    if (Atomics.load(control, place.failed) > 0) throw new Error('wasm engine: a thread failed')
  }

  stop(): void {
    for (const worker of this.#workers) worker.stop()
  }

  #wait(parts: number): void {
    for (let i = 0; ; i++) {
      const done = Atomics.load(this.#control, place.done)
      if (done >= parts) return
      if (i > spins && maySleep()) Atomics.wait(this.#control, place.done, done, 1)
    }
  }
}

let sleeps: boolean | undefined

/** Whether this thread may sleep: a page's main thread may not. */
export function maySleep(): boolean {
  sleeps ??= typeof window === 'undefined'
  return sleeps
}
