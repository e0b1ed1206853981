import {
  type FloatArray,
  getNumThreads,
  type RecurrentInput,
  type RecurrentMode,
  type RecurrentSpec,
  reference,
  setNumThreads,
  wasm,
  wasmVariant,
} from '@unroll/kernels'
import { seeded, tolerances } from '@unroll/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { splitBackward } from '../src/wasm/backwardParts.ts'
import { splitCall } from '../src/wasm/parts.ts'
import { expectClose, expectSameGradients } from './drawnTraining.ts'
import { randomCall, randomFloats, randomWeights } from './random.ts'

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

/** Expects the wasm engine, with its own weights, to compute what the reference computes. */
function expectReference(random: () => number, spec: RecurrentSpec, call: RecurrentInput): void {
  const weights = randomWeights(random, spec)
  const packed = wasm.pack(spec, weights)
  const got = wasm.recurrent(packed, call)
  packed.dispose()
  const want = reference.recurrent(reference.pack(spec, weights), call)
  expect(got.output).toBeAllclose(want.output, tolerances[spec.dtype])
  expect(got.hn).toBeAllclose(want.hn, tolerances[spec.dtype])
  expect(got.cn ?? []).toBeAllclose(want.cn ?? [], tolerances[spec.dtype])
}

describe('splitting a call', () => {
  const sizes = Int32Array.of(7, 7, 7, 7, 5, 5, 2, 1, 1, 1)
  const large = { ...plain, hiddenSize: 500 }

  it('leaves small calls, and single sequences of small timesteps or with projections, whole', () => {
    const single = new Int32Array(100).fill(1)
    expect(splitCall({ ...plain, hiddenSize: 5 }, sizes, 4)).toHaveLength(1)
    expect(splitCall({ ...plain, hiddenSize: 90 }, single, 4)).toHaveLength(1)
    expect(splitCall({ ...large, projSize: 100 }, single, 4)).toHaveLength(1)
    expect(splitCall(large, sizes, 1)).toHaveLength(1)
  })

  it('shares the hidden units of few sequences out, each to one part of a group', () => {
    const single = new Int32Array(100).fill(1)
    // 4 gates of 500 units are 2000 columns, in blocks of 48.
    const ranges = splitCall(large, single, 3).map(({ fromBlock, toBlock, group }) => [
      fromBlock,
      toBlock,
      group,
    ])
    expect(ranges).toEqual([
      [0, 14, 0],
      [14, 28, 0],
      [28, 42, 0],
    ])
    const both = splitCall({ ...large, bidirectional: true }, single, 4)
    expect(both.map(({ fromDirection, fromBlock, group }) => [fromDirection, fromBlock, group])).toEqual([
      [0, 0, 0],
      [0, 21, 0],
      [1, 0, 1],
      [1, 21, 1],
    ])
  })

  it('gives every row to one part, whatever the threads', () => {
    const many = Int32Array.of(90, 90, 90, 90, 64, 64, 20, 1, 1, 1)
    for (const bidirectional of [false, true]) {
      for (const threads of [2, 3, 4, 5, 8, 20]) {
        const parts = splitCall({ ...large, bidirectional }, many, threads)
        expect(parts.length).toBeLessThanOrEqual(threads)
        expect(parts.length).toBeGreaterThan(1)
        for (const direction of bidirectional ? [0, 1] : [0]) {
          const own = parts.filter((p) => p.fromDirection <= direction && direction < p.toDirection)
          expect(own.reduce((sum, { sequences }) => sum + sequences, 0)).toBe(90)
          const sum = many.map((_, t) => own.reduce((rows, part) => rows + (part.batchSizes[t] ?? 0), 0))
          expect(sum).toEqual(many)
        }
      }
    }
  })
})

// This has to run before any other test of this file starts threads.
describe.skipIf(!allowed)('weights packed before there were threads (skipped without shared memory)', () => {
  it('are stale afterwards, and run still', async () => {
    const random = seeded(4)
    const weights = wasm.pack(plain, randomWeights(random, plain))
    const stream = wasm.stream(weights, 1)
    const call = randomCall(random, plain, [4, 4, 4])
    const before = wasm.recurrent(weights, call)
    expect(weights.stale).toBe(false)
    await setNumThreads(2)
    expect(weights.stale).toBe(true)
    expect(wasm.recurrent(weights, call)).toEqual(before)
    expect(stream.step(call.input.subarray(0, 33))).toHaveLength(130)
    weights.dispose()
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
            expectReference(random, spec, call)
          }
        }
      }
    },
  )

  it.each(['RNN_TANH', 'RNN_RELU', 'LSTM', 'GRU'] satisfies RecurrentMode[])(
    'share the hidden units of few sequences out and compute what the reference does: %s',
    (mode) => {
      const random = seeded(mode.length)
      for (const [hiddenSize, batchSizes] of [
        [349, new Array<number>(12).fill(1)],
        [331, [3, 3, 3, 3, 2, 2, 1]],
      ] as const) {
        for (const dtype of ['float32', 'float64'] as const) {
          const spec: RecurrentSpec = { ...plain, mode, dtype, hiddenSize }
          const rows = batchSizes.reduce((sum, size) => sum + size, 0)
          const dropout = randomFloats(random, dtype, rows * hiddenSize).map((v) => (v < 0 ? 0 : 2))
          const call = { ...randomCall(random, spec, batchSizes), dropout }
          const groups = splitCall(spec, call.batchSizes, 3).map(({ group }) => group)
          expect(groups).toEqual([0, 0, 0])
          expectReference(random, spec, call)
        }
      }
    },
  )

  it.each(['RNN_TANH', 'RNN_RELU', 'LSTM', 'GRU'] satisfies RecurrentMode[])(
    'go back through time together, with the gradients of the reference and of one thread: %s',
    async (mode) => {
      const random = seeded(mode.length)
      for (const bidirectional of [false, true]) {
        const dtype = bidirectional ? 'float32' : 'float64'
        const spec: RecurrentSpec = { ...plain, ...sizes[mode], mode, dtype, bidirectional }
        const batchSizes = [7, 7, 7, 6, 5, 3, 2, 1]
        const rows = batchSizes.reduce((sum, size) => sum + size, 0)
        const width = (bidirectional ? 2 : 1) * (spec.projSize || spec.hiddenSize)
        const dropout = randomFloats(random, dtype, rows * width).map((v) => (v < 0 ? 0 : 2))
        const call = { ...randomCall(random, spec, batchSizes), dropout }
        const weights = randomWeights(random, spec)
        const given = { output: randomFloats(random, dtype, rows * width), hn: null, cn: null }
        const parts = splitBackward(spec, call.batchSizes, 3)
        expect(parts.ranges.length * parts.directionsAtOnce).toBe(bidirectional ? 2 : 3)
        using packed = wasm.pack(spec, weights)
        using tape = wasm.training.recurrent(packed, call)
        const got = tape.backward(given)
        using own = reference.pack(spec, weights)
        expectSameGradients(got, reference.training.recurrent(own, call).backward(given), dtype)
        expect(tape.backward(given)).toEqual(got)
        await setNumThreads(1)
        expectSameGradients(got, tape.backward(given), dtype)
        await setNumThreads(3)
      }
    },
  )

  it('multiply the gradients of the weights of several calls together', async () => {
    const spec: RecurrentSpec = { ...plain, numLayers: 1 }
    using packed = wasm.pack(spec, randomWeights(seeded(3), spec))
    const call = randomCall(seeded(4), spec, [40])
    using tape = wasm.training.recurrent(packed, call)
    const given = { output: randomFloats(seeded(5), 'float32', 40 * spec.hiddenSize), hn: null, cn: null }
    const multiplied = (): FloatArray | null => {
      const { factors } = tape.backward(given, { factors: true })
      return (factors && wasm.training.weightGradients?.(packed, [factors, factors]).weightHh) ?? null
    }
    expect(splitBackward(spec, Int32Array.of(80), 3).ranges).toHaveLength(3)
    const got = multiplied()
    await setNumThreads(1)
    expectClose(got, multiplied(), 'float32', 'weightHh')
    expect(got).not.toBeNull()
    await setNumThreads(3)
  })

  it('share the hidden units of both directions out', async () => {
    await setNumThreads(4)
    const random = seeded(9)
    const spec: RecurrentSpec = { ...plain, hiddenSize: 200, bidirectional: true }
    const call = randomCall(random, spec, [3, 3, 2, 2, 1])
    expect(splitCall(spec, call.batchSizes, 4).map(({ group }) => group)).toEqual([0, 0, 1, 1])
    expectReference(random, spec, call)
    await setNumThreads(3)
  })

  it('can be others for weights, calls and streams that there are', async () => {
    const random = seeded(4)
    const spec: RecurrentSpec = { ...plain, inputSize: 64, hiddenSize: 900, numLayers: 1 }
    const weights = wasm.pack(spec, randomWeights(random, spec))
    const call = randomCall(random, spec, [1, 1, 1])
    const whole = reference.recurrent(reference.pack(spec, randomWeights(seeded(4), spec)), call)
    const stream = wasm.stream(weights, 1)
    stream.reset(call.h0, call.c0)
    for (const [t, count] of [2, 1, 3].entries()) {
      await setNumThreads(count)
      const one = splitCall(spec, Int32Array.of(1), count)
      expect(one).toHaveLength(count)
      const output = stream.step(call.input.subarray(t * 64, (t + 1) * 64))
      expect(output).toBeAllclose(whole.output.subarray(t * 900, (t + 1) * 900))
      expect(wasm.recurrent(weights, call).output).toBeAllclose(whole.output)
      expect(weights.stale).toBe(false)
    }
    stream.dispose()
    weights.dispose()
  })

  it('that were asked for last are those there are', async () => {
    const counts = [4, 1, 2]
    await Promise.all(counts.map((count) => setNumThreads(count)))
    expect(getNumThreads()).toBe(2)
    const [first, second] = [setNumThreads(4), setNumThreads(1)]
    await second
    expect(getNumThreads()).toBe(1)
    await first
    expect(getNumThreads()).toBe(1)
    await setNumThreads(3)
  })

  it('are counted in whole numbers', async () => {
    await expect(setNumThreads(0)).rejects.toThrow('from 1 to 64, got 0')
    await expect(setNumThreads(1.5)).rejects.toThrow('got 1.5')
    await expect(setNumThreads('2' as unknown as number)).rejects.toThrow('got string "2"')
    expect(getNumThreads()).toBe(3)
  })
})

describe.skipIf(allowed)('without shared memory (skipped where it is allowed)', () => {
  it('says which headers are missing', async () => {
    await expect(setNumThreads(2)).rejects.toThrow('Cross-Origin-Opener-Policy')
    await expect(setNumThreads(1)).resolves.toBeUndefined()
  })
})
