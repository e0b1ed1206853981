import {
  type FloatArray,
  type OutputGradients,
  type RecurrentMode,
  type RecurrentOutput,
  type RecurrentSpec,
  reference,
} from '@unroll/kernels'
import fixtures from '@unroll/oracle/fixtures/gradients.json'
import { seeded, tolerances } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { describeEngines } from './engines.ts'
import { expectGradients, gradientCall } from './gradientCall.ts'
import { randomCall, randomFloats, randomWeights } from './random.ts'

/** The sums are in another order than PyTorch's; nothing else differs. */
const exact = { rtol: 1e-10, atol: 1e-10 }

const lstm: RecurrentSpec = {
  mode: 'LSTM',
  dtype: 'float64',
  inputSize: 3,
  hiddenSize: 4,
  projSize: 2,
  numLayers: 2,
  bidirectional: true,
}

/** Gradients of all three results, drawn at random. */
function randomGradients(random: () => number, { output, hn, cn }: RecurrentOutput): OutputGradients {
  const draw = (like: FloatArray): FloatArray =>
    randomFloats(random, like instanceof Float32Array ? 'float32' : 'float64', like.length)
  return { output: draw(output), hn: draw(hn), cn: cn && draw(cn) }
}

describeEngines((engine) => {
  it.each(fixtures.cases)("gives the gradients of PyTorch's autograd: $name", (fixture) => {
    const { spec, weights, call, want, given, wantGradients } = gradientCall(fixture)
    const tolerance = spec.dtype === 'float64' ? exact : tolerances.float32
    using packed = engine.pack(spec, weights)
    using tape = engine.training.recurrent(packed, call)
    expect(tape.output).toBeAllclose(want.output, tolerance)
    expect(tape.hn).toBeAllclose(want.hn, tolerance)
    expect(tape.cn ?? []).toBeAllclose(want.cn ?? [], tolerance)
    expectGradients(tape.backward(given), wantGradients, tolerance)
  })

  const random = seeded(3)
  const weights = randomWeights(random, lstm)
  const batchSizes = [3, 3, 2, 1]
  const call = {
    ...randomCall(random, lstm, batchSizes),
    dropout: randomFloats(random, 'float64', 9 * 4).map((value) => (value < 0 ? 0 : 2)),
  }

  it('gives the results of recurrent too', () => {
    using packed = engine.pack(lstm, weights)
    using tape = engine.training.recurrent(packed, call)
    const want = engine.recurrent(packed, call)
    expect({ output: tape.output, hn: tape.hn, cn: tape.cn, cells: null }).toEqual(want)
  })

  it('takes null for a gradient of zeros', () => {
    using packed = engine.pack(lstm, weights)
    using tape = engine.training.recurrent(packed, call)
    const given = randomGradients(random, tape)
    const zeros = {
      output: tape.output.map(() => 0),
      hn: tape.hn.map(() => 0),
      cn: tape.cn?.map(() => 0) ?? null,
    }
    for (const name of ['output', 'hn', 'cn'] as const) {
      const withNull = tape.backward({ ...given, [name]: null })
      expect(withNull).toEqual(tape.backward({ ...given, [name]: zeros[name] }))
      expect(withNull).not.toEqual(tape.backward(given))
    }
  })

  it('is linear in the gradients given, and gives the same when asked again', () => {
    using packed = engine.pack(lstm, weights)
    using tape = engine.training.recurrent(packed, call)
    const given = randomGradients(random, tape)
    const once = tape.backward(given)
    const twice = tape.backward({
      output: given.output?.map((value) => 2 * value) ?? null,
      hn: given.hn?.map((value) => 2 * value) ?? null,
      cn: given.cn?.map((value) => 2 * value) ?? null,
    })
    for (const kind of ['input', 'h0', 'c0'] as const) {
      expect(twice[kind] ?? []).toBeAllclose(once[kind]?.map((value) => 2 * value) ?? [Number.NaN], exact)
    }
    expect(tape.backward(given)).toEqual(once)
  })

  it('does not see what becomes of the arrays that went in and came out', () => {
    const own = structuredClone(call)
    const ownWeights = structuredClone(weights)
    using packed = engine.pack(lstm, ownWeights)
    using tape = engine.training.recurrent(packed, own)
    const given = randomGradients(random, tape)
    const before = structuredClone(given)
    const want = tape.backward(given)
    expect(given).toEqual(before)
    for (const array of [own.input, own.h0, own.c0, own.dropout, tape.output, tape.hn, tape.cn])
      array?.fill(7)
    own.batchSizes.fill(1)
    for (const w of ownWeights) w.weightHh.fill(7)
    expect(tape.backward(given)).toEqual(want)
  })

  it('gives zeros for the weights of an empty batch, and nothing else', () => {
    using packed = engine.pack(lstm, weights)
    using tape = engine.training.recurrent(packed, randomCall(random, lstm, [0, 0]))
    const { input, h0, c0, weights: got } = tape.backward({ output: new Float64Array(0), hn: null, cn: null })
    expect([input?.length, h0?.length, c0?.length]).toEqual([0, 0, 0])
    expect(got).toEqual(
      weights.map((w) => ({
        weightIh: w.weightIh.map(() => 0),
        weightHh: w.weightHh.map(() => 0),
        biasIh: w.biasIh?.map(() => 0),
        biasHh: w.biasHh?.map(() => 0),
        weightHr: w.weightHr?.map(() => 0),
      })),
    )
  })

  it('makes the gradients that are wanted, the same as all of them, and null for the others', () => {
    using packed = engine.pack(lstm, weights)
    using tape = engine.training.recurrent(packed, call)
    const given = randomGradients(random, tape)
    const all = tape.backward(given)
    const nothing = { weightIh: false, weightHh: false, biasIh: false, biasHh: false, weightHr: false }
    const none = tape.backward(given, {
      input: false,
      h0: false,
      c0: false,
      weights: weights.map(() => nothing),
    })
    expect([none.input, none.h0, none.c0]).toEqual([null, null, null])
    for (const gradients of none.weights) {
      expect(gradients).toEqual({
        weightIh: null,
        weightHh: null,
        biasIh: null,
        biasHh: null,
        weightHr: null,
      })
    }
    for (const kind of ['input', 'h0', 'c0'] as const) {
      expect(tape.backward(given, { [kind]: false })).toEqual({ ...all, [kind]: null })
    }
    for (const [direction, own] of weights.entries()) {
      for (const kind of Object.keys(own)) {
        const wanted = weights.map((_, index) => (index === direction ? { [kind]: false } : {}))
        const got = tape.backward(given, { weights: wanted })
        const want = all.weights.map((w, index) => (index === direction ? { ...w, [kind]: null } : w))
        expect(got).toEqual({ ...all, weights: want })
      }
    }
  })

  it('refuses wanted weights of another number of directions', () => {
    using packed = engine.pack(lstm, weights)
    using tape = engine.training.recurrent(packed, call)
    const none = { output: null, hn: null, cn: null }
    expect(() => tape.backward(none, { weights: [{}] })).toThrow(
      'backward: expected wanted weights of 4 directions, got 1',
    )
  })

  it('refuses to go backward after the weights were updated', () => {
    using packed = engine.pack(lstm, weights)
    using tape = engine.training.recurrent(packed, call)
    packed.update(weights)
    expect(() => tape.backward({ output: null, hn: null, cn: null })).toThrow(
      'backward: the weights of this tape were updated since',
    )
  })

  it('refuses gradients of the wrong length or type, naming them', () => {
    using packed = engine.pack(lstm, weights)
    using tape = engine.training.recurrent(packed, call)
    const none = { output: null, hn: null, cn: null }
    expect(() => tape.backward({ ...none, output: new Float64Array(5) })).toThrow(
      'backward: gradient of output: expected 36 elements, got 5',
    )
    expect(() => tape.backward({ ...none, hn: new Float32Array(24) })).toThrow(
      'backward: gradient of hn: expected float64, got float32',
    )
    expect(() => tape.backward({ ...none, cn: new Float64Array(24) })).toThrow(
      'backward: gradient of cn: expected 48 elements, got 24',
    )
    const gru: RecurrentSpec = { ...lstm, mode: 'GRU', projSize: 0 }
    using other = engine.pack(gru, randomWeights(random, gru))
    using gruTape = engine.training.recurrent(other, randomCall(random, gru, [1]))
    expect(() => gruTape.backward({ ...none, cn: new Float64Array(16) })).toThrow(
      'LSTM only, got it with GRU',
    )
  })

  it('refuses to go backward after the tape or the weights were disposed', () => {
    const packed = engine.pack(lstm, weights)
    const none = { output: null, hn: null, cn: null }
    const tape = engine.training.recurrent(packed, call)
    tape.dispose()
    tape.dispose()
    expect(() => tape.backward(none)).toThrow('this tape was disposed')
    using second = engine.training.recurrent(packed, call)
    packed.dispose()
    expect(() => second.backward(none)).toThrow('the weights of this tape were disposed')
  })
})

describe('gradients of the reference engine', () => {
  const modes: readonly RecurrentMode[] = ['RNN_TANH', 'RNN_RELU', 'LSTM', 'GRU']

  it.each(modes)('are the slopes of the loss, by central differences: %s', (mode) => {
    const random = seeded(mode.length)
    const spec: RecurrentSpec = { ...lstm, mode, projSize: mode === 'LSTM' ? 2 : 0 }
    const weights = randomWeights(random, spec)
    const width = 2 * (spec.projSize || spec.hiddenSize)
    const dropout = randomFloats(random, 'float64', 6 * width).map((value) => (value < 0 ? 0 : 2))
    const call = { ...randomCall(random, spec, [3, 2, 1]), dropout }
    using packed = reference.pack(spec, weights)
    using tape = reference.training.recurrent(packed, call)
    const given = randomGradients(random, tape)
    const got = tape.backward(given)

    const loss = (): number => {
      using current = reference.pack(spec, weights)
      const { output, hn, cn } = reference.recurrent(current, call)
      return dot(output, given.output) + dot(hn, given.hn) + dot(cn, given.cn)
    }
    const slopes = (array: FloatArray): FloatArray =>
      array.slice().map((value, i) => {
        const step = 1e-5
        array[i] = value + step
        const above = loss()
        array[i] = value - step
        const below = loss()
        array[i] = value
        return (above - below) / (2 * step)
      })

    // The error of a central difference is about the step squared.
    const close = { rtol: 1e-7, atol: 1e-8 }
    const check = (array: FloatArray | null, gradient: FloatArray | null | undefined): void => {
      if (array !== null) expect(gradient ?? []).toBeAllclose(slopes(array), close)
    }
    check(call.input, got.input)
    check(call.h0, got.h0)
    check(call.c0, got.c0)
    weights.forEach((w, index) => {
      const gradient = got.weights[index]
      check(w.weightIh, gradient?.weightIh)
      check(w.weightHh, gradient?.weightHh)
      check(w.biasIh, gradient?.biasIh)
      check(w.biasHh, gradient?.biasHh)
      check(w.weightHr, gradient?.weightHr)
    })
  })
})

function dot(a: FloatArray | null, b: FloatArray | null): number {
  let sum = 0
  a?.forEach((value, i) => {
    sum += value * (b?.[i] ?? 0)
  })
  return sum
}
