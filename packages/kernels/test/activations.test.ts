import {
  type FloatDType,
  type HostEngine,
  type RecurrentMode,
  type RecurrentSpec,
  reference,
} from '@unroll/kernels'
import { expect, it } from 'vitest'
import { describeEngines } from './engines.ts'

const accuracies = [
  { dtype: 'float32', ulps: 2 },
  { dtype: 'float64', ulps: 4 },
] as const

/** The unit in the last place of a number. */
function ulpOf(dtype: FloatDType, x: number): number {
  return 2 ** (Math.floor(Math.log2(Math.abs(x))) - (dtype === 'float32' ? 23 : 52))
}

/** How many values one layer takes. Its matrices grow with the square of that. */
const unitsAtOnce = 250

/** Runs one unit per value, each seeing only its own value as the pre-activation of a gate. */
function activate(
  mode: RecurrentMode,
  dtype: FloatDType,
  values: readonly number[],
  engine: HostEngine,
): number[] {
  const parts: number[][] = []
  for (let from = 0; from < values.length; from += unitsAtOnce) {
    parts.push(activateLayer(mode, dtype, values.slice(from, from + unitsAtOnce), engine))
  }
  return parts.flat()
}

function activateLayer(
  mode: RecurrentMode,
  dtype: FloatDType,
  values: readonly number[],
  engine: HostEngine,
): number[] {
  const n = values.length
  const floats = (data: number[]): Float32Array | Float64Array =>
    dtype === 'float32' ? Float32Array.from(data) : Float64Array.from(data)
  const G = mode === 'LSTM' ? 4 : 1
  const spec: RecurrentSpec = {
    mode,
    dtype,
    inputSize: 1,
    hiddenSize: n,
    projSize: 0,
    numLayers: 1,
    bidirectional: false,
  }
  // LSTM: gate f takes the value. c0 is 1 and g is 0, so cn is sigmoid(value).
  const biasIh =
    mode === 'LSTM'
      ? [...values.map(() => 0), ...values, ...values.map(() => 0), ...values.map(() => 0)]
      : [...values]
  const weights = {
    weightIh: floats(new Array<number>(G * n).fill(0)),
    weightHh: floats(new Array<number>(G * n * n).fill(0)),
    biasIh: floats(biasIh),
    biasHh: null,
    weightHr: null,
  }
  const packed = engine.pack(spec, [weights])
  const call = {
    input: floats([0]),
    batchSizes: Int32Array.of(1),
    h0: null,
    c0: mode === 'LSTM' ? floats(values.map(() => 1)) : null,
  }
  const { hn, cn } = engine.recurrent(packed, call)
  packed.dispose()
  return Array.from(cn ?? hn)
}

const sweep = Array.from({ length: 1601 }, (_, i) => (i - 800) / 32).concat(
  // Near powers of two, a unit in the last place is largest relative to the value.
  Array.from({ length: 1001 }, (_, i) => (i - 500) / 700.3),
  Array.from({ length: 2000 }, (_, i) => -8 * Math.log(2) * (1 - i / 2001.7)),
  [1e-30, 1e-7, 1e-3, 0.3, 0.34657, 0.347, 87, 88.5, 88.8, 90, 104, 700, 745, 800, 1e30].flatMap((x) => [
    x,
    -x,
  ]),
)

describeEngines((engine) => {
  it.each(accuracies)('has tanh within $ulps ulp in $dtype', ({ dtype, ulps }) => {
    const got = activate('RNN_TANH', dtype, sweep, engine)
    sweep.forEach((x, i) => {
      const want = Math.tanh(dtype === 'float32' ? Math.fround(x) : x)
      expect(Math.abs((got[i] ?? Number.NaN) - want), `tanh(${x}) = ${got[i]}`).toBeLessThanOrEqual(
        ulps * ulpOf(dtype, want),
      )
    })
  })

  // Without fused multiply-add there is one more rounding.
  const unfused = engine.variant.startsWith('simd') ? 0.3 : 0

  it.each(accuracies)(`has sigmoid within $ulps + ${unfused} ulp in $dtype`, ({ dtype, ulps }) => {
    const got = activate('LSTM', dtype, sweep, engine)
    // Results below the smallest normal number may be flushed.
    const floor = dtype === 'float32' ? 2 ** -126 : 2 ** -1022
    sweep.forEach((x, i) => {
      const want = 1 / (1 + Math.exp(-(dtype === 'float32' ? Math.fround(x) : x)))
      expect(Math.abs((got[i] ?? Number.NaN) - want), `sigmoid(${x}) = ${got[i]}`).toBeLessThanOrEqual(
        (ulps + unfused) * ulpOf(dtype, want) + floor,
      )
    })
  })

  it('takes infinities to the limits and lets NaN through', () => {
    const ends = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 0]
    for (const dtype of ['float32', 'float64'] as const) {
      expect(activate('RNN_TANH', dtype, ends, engine)).toEqual([1, -1, Number.NaN, 0])
      expect(activate('RNN_RELU', dtype, ends.slice(0, 3), engine)).toEqual([
        Number.POSITIVE_INFINITY,
        0,
        Number.NaN,
      ])
      expect(activate('LSTM', dtype, ends.slice(0, 3), engine)).toEqual([1, 0, Number.NaN])
    }
  })

  it('is the engine it says it is', () => {
    expect(engine === reference ? 'reference' : 'wasm').toBe(engine.name)
  })
})
