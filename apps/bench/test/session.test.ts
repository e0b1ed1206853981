import { expect, it } from 'vitest'
import type { Message, Request } from '../src/browser/protocol.ts'
import { Session } from '../src/browser/session.ts'
import { layers } from '../src/cases/recurrentCases.ts'
import type { Comparison, Result } from '../src/measure/compareRecurrent.ts'

const files = { onnxruntime: { mjs: '', wasm: '' }, tfjs: {} }

/** A session whose workers answer with these messages. */
function sessionOf(answer: (request: Request) => readonly Message[]): Session {
  const startWorker = () => {
    const worker: Pick<Worker, 'onmessage' | 'onerror' | 'postMessage' | 'terminate'> = {
      onmessage: null,
      onerror: null,
      postMessage: (request: Request) => {
        for (const data of answer(request)) Reflect.apply(worker.onmessage ?? (() => {}), worker, [{ data }])
      },
      terminate: () => {},
    }
    return worker
  }
  return new Session({ startWorker, files, threads: 1 })
}

function result(contender: string): Result {
  const figures = { ms: 1, p99Ms: 1, roofShare: 1, rooflineShare: 1, difference: 0 }
  return { contender, ...figures, quantiles: [], rounds: [1] }
}

const comparison: Comparison = {
  benchCase: layers('a', 'LSTM', 1, 1, 2, 2, 1),
  roofGflops: 1,
  deliveryGBs: 1,
  results: [result('wasm'), result('tfjs-wasm')],
  absent: [],
  failed: [{ contender: 'onnxruntime-web', reason: 'other numbers' }],
}

it('memory is added to the results; a contender that fails there keeps its times, and the reason is named', async () => {
  const session = sessionOf(({ contenders: [contender = ''] }) =>
    contender === 'tfjs-wasm'
      ? [
          { kind: 'step', step: { doing: 'start', contender } },
          { kind: 'thrown', message: 'out of memory' },
        ]
      : [{ kind: 'memory', bytes: 65536 }],
  )
  const { results, failed } = await session.withMemory(comparison)
  expect(results).toEqual([{ ...result('wasm'), memoryBytes: 65536 }, result('tfjs-wasm')])
  expect(failed).toEqual([
    ...comparison.failed,
    { contender: 'tfjs-wasm', reason: 'its memory was not measured: out of memory' },
  ])
})
