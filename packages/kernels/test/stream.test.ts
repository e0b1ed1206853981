import { type RecurrentMode, type RecurrentSpec, wasm } from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { expect, it } from 'vitest'
import { describeEngines } from './engines.ts'
import { randomCall, randomWeights } from './random.ts'

const modes: readonly RecurrentMode[] = ['RNN_TANH', 'RNN_RELU', 'LSTM', 'GRU']

describeEngines((engine) => {
  it.each(modes)('steps through a sequence of %s as the whole call does', (mode) => {
    const random = seeded(9)
    const spec: RecurrentSpec = {
      mode,
      dtype: 'float32',
      inputSize: 5,
      hiddenSize: 13,
      projSize: mode === 'LSTM' ? 3 : 0,
      numLayers: 2,
      bidirectional: false,
    }
    const weights = engine.pack(spec, randomWeights(random, spec))
    const call = randomCall(random, spec, [3, 3, 3, 3])
    const whole = engine.recurrent(weights, call)
    const stream = engine.stream(weights, 3)
    stream.reset(call.h0, call.c0)
    const width = whole.output.length / 4
    for (let t = 0; t < 4; t++) {
      const output = stream.step(call.input.subarray(t * 15, (t + 1) * 15))
      expect(output).toBeAllclose(whole.output.subarray(t * width, (t + 1) * width))
    }
    expect(stream.h).toBeAllclose(whole.hn)
    if (whole.cn) expect(stream.c ?? []).toBeAllclose(whole.cn)
    stream.reset()
    expect(Math.max(...stream.h)).toBe(0)
    stream.dispose()
  })

  it('refuses two directions, batches of none, and inputs of another size', () => {
    const spec: RecurrentSpec = {
      mode: 'GRU',
      dtype: 'float64',
      inputSize: 2,
      hiddenSize: 3,
      projSize: 0,
      numLayers: 1,
      bidirectional: true,
    }
    const both = engine.pack(spec, randomWeights(seeded(1), spec))
    expect(() => engine.stream(both, 1)).toThrow('expected one direction, got two')
    const single = { ...spec, bidirectional: false }
    const weights = engine.pack(single, randomWeights(seeded(1), single))
    expect(() => engine.stream(weights, 0)).toThrow('at least 1, got 0')
    const stream = engine.stream(weights, 1)
    expect(() => stream.step(new Float64Array(3))).toThrow('got 3')
    expect(() => stream.reset(new Float64Array(1))).toThrow('h0: expected 3 elements, got 1')
    weights.dispose()
    expect(() => stream.step(new Float64Array(2))).toThrow('disposed')
  })

  it('survives the growth of the memory between two steps', () => {
    const spec: RecurrentSpec = {
      mode: 'LSTM',
      dtype: 'float32',
      inputSize: 4,
      hiddenSize: 4,
      projSize: 0,
      numLayers: 1,
      bidirectional: false,
    }
    const weights = engine.pack(spec, randomWeights(seeded(2), spec))
    const [stream, twin] = [engine.stream(weights, 1), engine.stream(weights, 1)]
    const x = Float32Array.of(1, -1, 0.5, 2)
    stream.step(x)
    twin.step(x)
    const large = { ...spec, hiddenSize: 700, inputSize: 700 }
    const grown = engine.pack(large, randomWeights(seeded(2), large))
    expect([...stream.step(x)]).toEqual([...twin.step(x)])
    grown.dispose()
  })
})

it('a wasm step gives the same view every time', () => {
  const spec: RecurrentSpec = {
    mode: 'GRU',
    dtype: 'float32',
    inputSize: 2,
    hiddenSize: 3,
    projSize: 0,
    numLayers: 1,
    bidirectional: false,
  }
  const stream = wasm.stream(wasm.pack(spec, randomWeights(seeded(1), spec)), 1)
  const x = Float32Array.of(1, 2)
  expect(stream.step(x)).toBe(stream.step(x))
})
