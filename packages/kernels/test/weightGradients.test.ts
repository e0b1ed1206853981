// The gradients of weights of several calls of one timestep, multiplied together.

import { type FloatArray, type RecurrentMode, type RecurrentSpec, reference } from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { expect, it } from 'vitest'
import { expectClose } from './drawnTraining.ts'
import { describeFastEngines } from './engines.ts'
import { randomCall, randomFloats, randomWeights } from './random.ts'

const lstm: RecurrentSpec = {
  mode: 'LSTM',
  dtype: 'float32',
  inputSize: 5,
  hiddenSize: 19,
  projSize: 0,
  numLayers: 1,
  bidirectional: false,
}

const specs = (['RNN_TANH', 'RNN_RELU', 'LSTM', 'GRU'] satisfies RecurrentMode[]).flatMap((mode) =>
  (['float32', 'float64'] as const).map((dtype): RecurrentSpec => ({ ...lstm, mode, dtype })),
)
const nothingElse = { input: false, h0: false, c0: false, weights: [{}] }

describeFastEngines((engine) => {
  it.each(specs)('are sums over the calls, $mode $dtype', (spec) => {
    const random = seeded(7)
    const weights = randomWeights(random, spec)
    using packed = engine.pack(spec, weights)
    using own = reference.pack(spec, weights)
    const factors: FloatArray[] = []
    const want = [new Float64Array(0), new Float64Array(0), new Float64Array(0), new Float64Array(0)]
    for (const N of [3, 1, 0, 20]) {
      const call = { ...randomCall(random, spec, [N]), ...(N === 1 && { h0: null, c0: null }) }
      const given = { output: null, hn: randomFloats(random, spec.dtype, N * 19), cn: null }
      using tape = engine.training.recurrent(packed, call)
      const got = tape.backward(given, { ...nothingElse, factors: true })
      if (got.factors) factors.push(got.factors)
      const { weightIh, weightHh, biasIh, biasHh } =
        reference.training.recurrent(own, call).backward(given).weights[0] ?? {}
      for (const [k, one] of [weightIh, weightHh, biasIh, biasHh].entries()) {
        want[k] = Float64Array.from(one ?? [], (value, i) => value + (want[k]?.[i] ?? 0))
      }
    }
    const got = engine.training.weightGradients?.(packed, factors)
    expectClose(got?.weightIh ?? null, want[0] ?? null, spec.dtype, 'weightIh')
    expectClose(got?.weightHh ?? null, want[1] ?? null, spec.dtype, 'weightHh')
    expectClose(got?.biasIh ?? null, want[2] ?? null, spec.dtype, 'biasIh')
    expectClose(got?.biasHh ?? null, want[3] ?? null, spec.dtype, 'biasHh')
    const some = engine.training.weightGradients?.(packed, factors, { weightIh: false, biasHh: false })
    expect(some).toEqual({ ...got, weightIh: null, biasHh: null })
  })

  it('are refused of other calls', () => {
    using packed = engine.pack(lstm, randomWeights(seeded(1), lstm))
    using tape = engine.training.recurrent(packed, randomCall(seeded(1), lstm, [2, 2]))
    const none = { output: null, hn: null, cn: null }
    expect(() => tape.backward(none, { factors: true })).toThrow(
      'backward: factors are for one timestep through one layer and direction without projection, got 2 timesteps',
    )
    expect(() => engine.training.weightGradients?.(packed, [new Float32Array(7)])).toThrow(
      'weightGradients: expected factors of these weights, got 7 elements',
    )
  })
})
