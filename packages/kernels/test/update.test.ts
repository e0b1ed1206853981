import type { PackedWeights, RecurrentGradients, RecurrentSpec } from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { expect, it } from 'vitest'
import { describeEngines } from './engines.ts'
import { randomCall, randomWeights } from './random.ts'

const spec: RecurrentSpec = {
  mode: 'LSTM',
  dtype: 'float32',
  inputSize: 5,
  hiddenSize: 7,
  projSize: 3,
  numLayers: 2,
  bidirectional: true,
}

describeEngines((engine) => {
  const random = seeded(11)
  const [first, second] = [randomWeights(random, spec), randomWeights(random, spec)]
  const call = randomCall(random, spec, [3, 2, 2, 1])

  it('computes with updated weights what it computes with weights that were packed as they are', () => {
    using packed = engine.pack(spec, first)
    using fresh = engine.pack(spec, second)
    const before = engine.recurrent(packed, call)
    const held = engine.allocatedBytes
    packed.update(second)
    expect(packed.version).toBe(1)
    expect(engine.allocatedBytes).toBe(held)
    const after = engine.recurrent(packed, call)
    expect(after).not.toEqual(before)
    expect(after).toEqual(engine.recurrent(fresh, call))
  })

  it.each([
    spec,
    { ...spec, dtype: 'float64' },
    { ...spec, mode: 'GRU', projSize: 0, hiddenSize: 13 },
    { ...spec, mode: 'GRU', projSize: 0, hiddenSize: 12, dtype: 'float64' },
    // More columns than a block of panels has.
    { ...spec, mode: 'RNN_TANH', projSize: 0, inputSize: 50, hiddenSize: 51, numLayers: 1 },
  ] as const)(
    'goes back through updated weights as through weights that were packed as they are: %o',
    (of) => {
      const [old, next] = [randomWeights(random, of), randomWeights(random, of)]
      using packed = engine.pack(of, old)
      using fresh = engine.pack(of, next)
      const sequence = randomCall(random, of, [3, 2, 2, 1])
      const gradients = (weights: PackedWeights): RecurrentGradients => {
        using tape = engine.training.recurrent(weights, sequence)
        return tape.backward({ output: tape.output, hn: tape.hn, cn: tape.cn })
      }
      const before = gradients(packed)
      packed.update(next)
      const after = gradients(packed)
      expect(after).not.toEqual(before)
      expect(after).toEqual(gradients(fresh))
    },
  )

  it('lets a stream go on with the new weights from its state', () => {
    const plain: RecurrentSpec = { ...spec, bidirectional: false }
    const [old, next] = [randomWeights(random, plain), randomWeights(random, plain)]
    const input = randomCall(random, plain, [1]).input
    using packed = engine.pack(plain, old)
    using fresh = engine.pack(plain, next)
    using stream = engine.stream(packed, 1)
    using other = engine.stream(fresh, 1)
    stream.step(input)
    other.reset(stream.h, stream.c)
    packed.update(next)
    expect(stream.step(input).slice()).toEqual(other.step(input).slice())
  })

  it('changes nothing where it throws', () => {
    using packed = engine.pack(spec, first)
    const before = engine.recurrent(packed, call)
    const short = second.map((w, index) => (index === 3 ? { ...w, weightHh: w.weightHh.slice(1) } : w))
    expect(() => packed.update(short)).toThrow('pack: direction 3: weightHh: expected 84 elements, got 83')
    expect(packed.version).toBe(0)
    expect(engine.recurrent(packed, call)).toEqual(before)
  })

  it('refuses to update weights that were disposed', () => {
    const packed = engine.pack(spec, first)
    packed.dispose()
    expect(() => packed.update(second)).toThrow('recurrent: these weights were disposed; pack them again')
  })
})
