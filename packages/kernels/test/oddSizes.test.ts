import {
  type FloatDType,
  type RecurrentMode,
  type RecurrentOutput,
  type RecurrentSpec,
  reference,
} from '@unroll/kernels'
import { seeded, tolerances } from '@unroll/testing'
import { expect, it } from 'vitest'
import { describeFastEngines } from './engines.ts'
import { randomCall, randomFloats, randomWeights } from './random.ts'

const modes: readonly RecurrentMode[] = ['RNN_TANH', 'RNN_RELU', 'LSTM', 'GRU']

/** A sequence whose pre-activations fill several chunks, and the reference's result. It is computed on first use. */
function longSequence(): () => {
  spec: RecurrentSpec
  weights: ReturnType<typeof randomWeights>
  call: ReturnType<typeof randomCall>
  want: RecurrentOutput
} {
  const spec: RecurrentSpec = {
    mode: 'LSTM',
    dtype: 'float32',
    inputSize: 7,
    hiddenSize: 301,
    projSize: 0,
    numLayers: 1,
    bidirectional: true,
  }
  const random = seeded(5)
  const weights = randomWeights(random, spec)
  const call = randomCall(random, spec, [...new Array<number>(50).fill(4), ...new Array<number>(40).fill(3)])
  let want: RecurrentOutput | undefined
  return () => {
    want ??= reference.recurrent(reference.pack(spec, weights), call)
    return { spec, weights, call, want }
  }
}

const long = longSequence()

describeFastEngines((engine) => {
  it.each(modes)('agrees with the reference on 60 random shapes of %s', (mode) => {
    const random = seeded(mode.length)
    const upTo = (most: number): number => 1 + Math.floor(random() * most)
    for (let round = 0; round < 60; round++) {
      const hiddenSize = upTo(40)
      const spec: RecurrentSpec = {
        mode,
        dtype: random() < 0.5 ? 'float32' : 'float64',
        inputSize: upTo(20),
        hiddenSize,
        projSize: mode === 'LSTM' && hiddenSize > 1 && random() < 0.5 ? upTo(hiddenSize - 1) : 0,
        numLayers: upTo(3),
        bidirectional: random() < 0.5,
      }
      const sizes = Array.from({ length: upTo(8) }, () => upTo(15)).sort((a, b) => b - a)
      const batchFirst = random() < 0.4
      const batchSizes = batchFirst ? sizes.map(() => sizes[0] ?? 1) : sizes
      const rows = batchSizes.reduce((sum, size) => sum + size, 0)
      const width = (spec.bidirectional ? 2 : 1) * (spec.projSize || hiddenSize)
      const dropout =
        random() < 0.3
          ? randomFloats(random, spec.dtype, (spec.numLayers - 1) * rows * width).map((v) => (v < 0 ? 0 : 2))
          : null
      const call = { ...randomCall(random, spec, batchSizes), batchFirst, dropout }
      const weights = randomWeights(random, spec)
      const [packed, plain] = [engine.pack(spec, weights), reference.pack(spec, weights)]
      const got = engine.recurrent(packed, call)
      const want = reference.recurrent(plain, call)
      packed.dispose()
      const what = JSON.stringify({ ...spec, batchSizes, batchFirst, dropout: dropout !== null })
      expect(got.output, what).toBeAllclose(want.output, tolerances[spec.dtype])
      expect(got.hn, what).toBeAllclose(want.hn, tolerances[spec.dtype])
      expect(got.cn ?? [], what).toBeAllclose(want.cn ?? [], tolerances[spec.dtype])
    }
  })

  it('agrees with the reference where a sequence takes many chunks of timesteps', () => {
    const { spec, weights, call, want } = long()
    const got = engine.recurrent(engine.pack(spec, weights), call)
    expect(got.output).toBeAllclose(want.output)
    expect(got.cn ?? []).toBeAllclose(want.cn ?? [])
  })

  it.each(['float32', 'float64'] satisfies FloatDType[])('multiplies %s matrices of any size', (dtype) => {
    const random = seeded(3)
    for (const [m, k, n] of [
      [1, 1, 1],
      [1, 5, 33],
      [6, 8, 8],
      [7, 3, 9],
      [13, 17, 1],
      [2, 64, 40],
      // In parts: all rows have no room at once.
      [700, 261, 9],
      [0, 3, 4],
      [3, 0, 5],
    ] as const) {
      for (const which of [0, 1, 2, 3]) {
        const [transposeA, transposeB] = [which >= 2, which % 2 === 1]
        const a = randomFloats(random, dtype, m * k)
        const b = randomFloats(random, dtype, k * n)
        const bias = k % 2 ? randomFloats(random, dtype, n) : null
        const operands = { a, b, m, k, n, transposeA, transposeB, bias }
        expect(engine.matmul(operands), `${m}x${k}x${n}`).toBeAllclose(
          reference.matmul(operands),
          tolerances[dtype],
        )
      }
    }
  })
})
