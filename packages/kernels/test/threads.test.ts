import {
  getNumThreads,
  type RecurrentMode,
  type RecurrentSpec,
  reference,
  setNumThreads,
  wasm,
  wasmVariant,
} from '@unroll/kernels'
import { tolerances } from '@unroll/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { splitCall } from '../src/wasm/parts.ts'
import { randomCall, randomFloats, randomWeights, seeded } from './random.ts'

const allowed =
  wasmVariant() !== null &&
  typeof SharedArrayBuffer !== 'undefined' &&
  globalThis.crossOriginIsolated !== false

const plain: RecurrentSpec = {
  mode: 'LSTM',
  dtype: 'float32',
  inputSize: 33,
  hiddenSize: 130,
  projSize: 0,
  numLayers: 2,
  bidirectional: false,
}

/** Large enough for threads, small enough for the reference. */
const sizes: Record<RecurrentMode, Partial<RecurrentSpec>> = {
  RNN_TANH: { hiddenSize: 230 },
  RNN_RELU: { hiddenSize: 230 },
  LSTM: { hiddenSize: 200, projSize: 40 },
  GRU: { hiddenSize: 130 },
}

describe('splitting a call', () => {
  const sizes = Int32Array.of(7, 7, 7, 7, 5, 5, 2, 1, 1, 1)
  const large = { ...plain, hiddenSize: 500 }

  it('leaves small calls and single sequences of one direction whole', () => {
    expect(splitCall({ ...plain, hiddenSize: 5 }, sizes, 4)).toHaveLength(1)
    expect(splitCall(large, new Int32Array(100).fill(1), 4)).toHaveLength(1)
    expect(splitCall(large, sizes, 1)).toHaveLength(1)
  })

  it('gives every row to one part, whatever the threads', () => {
    for (const bidirectional of [false, true]) {
      for (const threads of [2, 3, 4, 5, 8, 20]) {
        const parts = splitCall({ ...large, bidirectional }, sizes, threads)
        expect(parts.length).toBeLessThanOrEqual(threads)
        expect(parts.length).toBeGreaterThan(1)
        for (const direction of bidirectional ? [0, 1] : [0]) {
          const own = parts.filter((p) => p.fromDirection <= direction && direction < p.toDirection)
          expect(own.reduce((sum, { sequences }) => sum + sequences, 0)).toBe(7)
          const sum = sizes.map((_, t) => own.reduce((rows, part) => rows + (part.batchSizes[t] ?? 0), 0))
          expect(sum).toEqual(sizes)
        }
      }
    }
  })
})

describe.skipIf(!allowed)('threads (skipped without shared memory)', () => {
  beforeAll(() => setNumThreads(3))
  afterAll(() => setNumThreads(1))

  it.each(['RNN_TANH', 'RNN_RELU', 'LSTM', 'GRU'] satisfies RecurrentMode[])(
    'compute what the reference does: %s',
    (mode) => {
      expect(getNumThreads()).toBe(3)
      const random = seeded(mode.length)
      for (const bidirectional of [false, true]) {
        for (const dtype of ['float32', 'float64'] as const) {
          for (const batchFirst of [false, true]) {
            const spec: RecurrentSpec = { ...plain, ...sizes[mode], mode, dtype, bidirectional }
            const batchSizes = batchFirst ? new Array<number>(9).fill(7) : [7, 7, 7, 7, 6, 5, 3, 2, 1]
            const rows = batchSizes.reduce((sum, size) => sum + size, 0)
            const width = (bidirectional ? 2 : 1) * (spec.projSize || spec.hiddenSize)
            const dropout = randomFloats(random, dtype, rows * width).map((v) => (v < 0 ? 0 : 2))
            const call = { ...randomCall(random, spec, batchSizes), batchFirst, dropout }
            expect(splitCall(spec, call.batchSizes, 3).length).toBeGreaterThan(1)
            const weights = randomWeights(random, spec)
            const got = wasm.recurrent(wasm.pack(spec, weights), call)
            const want = reference.recurrent(reference.pack(spec, weights), call)
            expect(got.output).toBeAllclose(want.output, tolerances[dtype])
            expect(got.hn).toBeAllclose(want.hn, tolerances[dtype])
            expect(got.cn ?? []).toBeAllclose(want.cn ?? [], tolerances[dtype])
          }
        }
      }
    },
  )

  it('mark weights packed before as stale, which run still', async () => {
    const random = seeded(4)
    const weights = wasm.pack(plain, randomWeights(random, plain))
    const call = randomCall(random, plain, [4, 4, 4])
    const before = wasm.recurrent(weights, call)
    expect(weights.stale).toBe(false)
    await setNumThreads(2)
    expect(weights.stale).toBe(true)
    expect(wasm.recurrent(weights, call)).toEqual(before)
    await setNumThreads(3)
  })

  it('are counted in whole numbers', async () => {
    await expect(setNumThreads(0)).rejects.toThrow('from 1 to 64, got 0')
    await expect(setNumThreads(1.5)).rejects.toThrow('got 1.5')
    expect(getNumThreads()).toBe(3)
  })
})

describe.skipIf(allowed)('without shared memory (skipped where it is allowed)', () => {
  it('says which headers are missing', async () => {
    await expect(setNumThreads(2)).rejects.toThrow('Cross-Origin-Opener-Policy')
    await expect(setNumThreads(1)).resolves.toBeUndefined()
  })
})
