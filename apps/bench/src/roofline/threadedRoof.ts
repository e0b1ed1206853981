import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { type Timer, timer } from '../measure/rounds.ts'
import { roofMultiplyAdds, roofProgram } from './multiplyAddRoof.ts'

/** What all threads do together, as often as the roof's loop of one thread. */
export interface ThreadedRoof {
  /** Multiply-adds of one call, of all threads together. */
  readonly multiplyAdds: number
  readonly time: Timer
  close(): Promise<void>
}

/** How many times each thread runs the roof's loop in a call: long enough that starting and waiting do not count. */
const repeats = 200

/** A thread that has not ended its loop so long after the others is not going to. */
const longestMs = 10_000

/**
 * The roof's loop on several threads at once, this one included: how much faster than one they can be on this machine, where cores
 * may share their units, their clock and their host.
 */
export async function makeThreadedRoof(threads: number): Promise<ThreadedRoof> {
  const { module, turns } = roofProgram()
  const state = new Int32Array(new SharedArrayBuffer(8))
  const workers = Array.from(
    { length: threads - 1 },
    () => new Worker(helper, { eval: true, workerData: { module, turns: turns * repeats, state } }),
  )
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  const { run } = new WebAssembly.Instance(module).exports
  if (typeof run !== 'function') throw new Error('makeThreadedRoof: expected a function run')
  return {
    multiplyAdds: roofMultiplyAdds * repeats * threads,
    time: timer(
      () => {
        Atomics.store(state, 1, 0)
        Atomics.add(state, 0, 1)
        Atomics.notify(state, 0)
        run(turns * repeats)
        const start = performance.now()
        while (Atomics.load(state, 1) < workers.length) {
          if (performance.now() - start > longestMs) throw new Error('makeThreadedRoof: a thread has stopped')
        }
      },
      { async: false },
    ),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

/** Runs the loop once for each call: `state` holds how many calls there were, and how many workers have done the last one. */
const helper = `
const { parentPort, workerData: { module, turns, state } } = require('node:worker_threads')
const { run } = new WebAssembly.Instance(module).exports
parentPort.postMessage('ready')
for (let calls = 0; ; calls++) {
  Atomics.wait(state, 0, calls)
  run(turns)
  Atomics.add(state, 1, 1)
}
`
