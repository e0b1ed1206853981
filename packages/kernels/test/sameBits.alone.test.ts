import { type RecurrentSpec, setNumThreads, wasm, wasmVariant } from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { describeEngines } from './engines.ts'
import { randomCall, randomFloats, randomWeights } from './random.ts'

// Tests what README.md promises under "The same bits".

const T = 40
const modes = ['RNN_TANH', 'LSTM', 'GRU'] as const
const bounds = { float32: 1e-6, float64: 2e-15 } as const
const specs = modes.flatMap((mode) =>
  (['float32', 'float64'] as const).map(
    (dtype): RecurrentSpec => ({
      mode,
      dtype,
      inputSize: 19,
      hiddenSize: 67,
      projSize: 0,
      numLayers: 2,
      bidirectional: false,
    }),
  ),
)

describeEngines((engine) => {
  it.each(specs)('gives a call the same bits every time: $mode, $dtype', (spec) => {
    const call = randomCall(seeded(1), spec, new Array<number>(T).fill(5))
    using weights = engine.pack(spec, randomWeights(seeded(2), spec))
    using again = engine.pack(spec, randomWeights(seeded(2), spec))
    const first = engine.recurrent(weights, call)
    expect(engine.recurrent(weights, call)).toEqual(first)
    expect(engine.recurrent(again, call)).toEqual(first)
  })

  it.each(specs)(
    'gives a sequence nearly the same bits alone, in a batch and in a stream: $mode, $dtype',
    (spec) => {
      const N = 7
      const input = randomFloats(seeded(1), spec.dtype, N * T * 19)
      const call = { input, batchSizes: new Int32Array(T).fill(N), h0: null, c0: null, batchFirst: true }
      using weights = engine.pack(spec, randomWeights(seeded(2), spec))
      const batch = engine.recurrent(weights, call).output
      let most = 0
      for (let n = 0; n < N; n++) {
        const own = input.subarray(n * T * 19, (n + 1) * T * 19)
        const alone = engine.recurrent(weights, {
          ...call,
          input: own,
          batchSizes: new Int32Array(T).fill(1),
        }).output
        using stream = engine.stream(weights, 1)
        for (let t = 0; t < T; t++) {
          const step = stream.step(own.subarray(t * 19, (t + 1) * 19))
          for (let unit = 0; unit < 67; unit++) {
            const want = batch[(n * T + t) * 67 + unit] ?? 0
            most = Math.max(
              most,
              Math.abs((alone[t * 67 + unit] ?? 1) - want),
              Math.abs((step[unit] ?? 1) - want),
            )
          }
        }
      }
      expect(most).toBeLessThan(bounds[spec.dtype])
    },
  )
})

const allowed =
  wasmVariant() !== null &&
  typeof SharedArrayBuffer !== 'undefined' &&
  globalThis.crossOriginIsolated !== false

describe.skipIf(!allowed)('threads (skipped without shared memory)', () => {
  afterAll(() => setNumThreads(1))

  it('change a result by no more than that, and not at all while they are as many', async () => {
    for (const [hiddenSize, batchSizes] of [
      [500, [1, 1, 1, 1]],
      [150, new Array<number>(6).fill(12)],
    ] as const) {
      const spec: RecurrentSpec = {
        mode: 'LSTM',
        dtype: 'float32',
        inputSize: 19,
        hiddenSize,
        projSize: 0,
        numLayers: 1,
        bidirectional: false,
      }
      const call = randomCall(seeded(1), spec, batchSizes)
      const outputs = []
      for (const count of [1, 2, 3, 2]) {
        await setNumThreads(count)
        using weights = wasm.pack(spec, randomWeights(seeded(2), spec))
        outputs.push(wasm.recurrent(weights, call).output)
      }
      const [one, two, three, twoAgain] = outputs
      expect(twoAgain).toEqual(two)
      for (const output of [two, three]) {
        expect(output ?? []).toBeAllclose(one ?? [], { rtol: 0, atol: bounds.float32 })
      }
    }
  })
})
