import fixtures from '@unroll/oracle/fixtures/nn_layers.json'
import { arange, manualSeed, ones, RuntimeError, rand, tensor, zeros } from '@unroll/tensor'
import { tolerances } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { Dropout, Embedding, Linear } from '../src/index.ts'
import { toState, toTensor } from './fixtures.ts'

function makeLayer({
  module,
  arguments: sizes,
  options,
}: (typeof fixtures.cases)[number]): Linear | Embedding | Dropout {
  const [a = 0, b = 0] = sizes
  const dtype = options.dtype === 'float64' ? 'float64' : 'float32'
  switch (module) {
    case 'Linear':
      return new Linear(a, b, { dtype, bias: options.bias ?? true })
    case 'Embedding':
      return new Embedding(a, b, { dtype, paddingIdx: options.padding_idx ?? null })
    case 'Dropout':
      return new Dropout(a)
    default:
      throw new Error(`no layer ${module}`)
  }
}

describe.each(fixtures.cases)('$name', (fixture) => {
  it('has the weights and outputs of PyTorch, and draws no more', () => {
    manualSeed(fixture.seed)
    const layer = makeLayer(fixture)
    const state = toState(fixture.weights)
    expect([...layer.stateDict().keys()]).toEqual([...state.keys()])
    for (const [name, want] of state) {
      // float64 draws from N(0, 1) differ in the last digits: log and cos are not glibc's.
      const exact = fixture.module === 'Linear' || want.dtype === 'float32'
      expect(layer.getParameter(name)).toBeAllclose(
        want,
        exact ? { rtol: 0, atol: 0 } : { rtol: 1e-14, atol: 1e-14 },
      )
    }
    for (const [i, input] of fixture.inputs.entries()) {
      const want = toTensor(fixture.outputs[i] ?? input)
      const got = layer.forward(toTensor(input))
      expect(got).toBeAllclose(want, tolerances[want.dtype === 'float64' ? 'float64' : 'float32'])
      expect(got.dtype).toBe(want.dtype)
    }
    expect(rand([2]).toArray()).toEqual(toTensor(fixture.next).toArray())
  })

  it('gives the same when awaited', async () => {
    const layer = makeLayer(fixture)
    for (const input of fixture.inputs) {
      manualSeed(1)
      const want = layer.forward(toTensor(input))
      manualSeed(1)
      expect((await layer.forwardAsync(toTensor(input))).toArray()).toEqual(want.toArray())
    }
  })
})

describe('Linear', () => {
  it('refuses input that does not fit', () => {
    const linear = new Linear(3, 4)
    expect(() => linear.forward(zeros([2, 5]))).toThrow(RuntimeError)
    expect(() => linear.forward(zeros([]))).toThrow(RuntimeError)
    expect(() => linear.forward(zeros([2, 3], { dtype: 'float64' }))).toThrow(RuntimeError)
    expect(() => new Linear(-1, 2)).toThrow(RuntimeError)
    expect(() => new Linear(1.5, 2)).toThrow(TypeError)
  })

  it('computes nothing from no features', () => {
    expect(new Linear(0, 2, { bias: false }).forward(zeros([3, 0])).toArray()).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ])
  })
})

describe('Embedding', () => {
  it('looks up in a table of any strides, by indices of either dtype and any shape', () => {
    const table = arange(12).to('float32').reshape([3, 4])
    const turned = Embedding.fromPretrained(table.t())
    const plain = Embedding.fromPretrained(table.t().contiguous())
    for (const indices of [
      tensor([
        [3n, 0n],
        [0n, 1n],
      ]),
      tensor([2n]).select(0, 0),
      zeros([0, 2], { dtype: 'int64' }),
    ]) {
      const want = turned.forward(indices)
      expect(want.shape).toEqual([...indices.shape, 3])
      expect(plain.forward(indices).toArray()).toEqual(want.toArray())
      expect(plain.forward(indices.to('int32')).toArray()).toEqual(want.toArray())
    }
    expect(turned.forward(tensor([3n])).toArray()).toEqual([[3, 7, 11]])
    expect(() => plain.forward(tensor([4n]).to('int32'))).toThrow('index 4 is out of bounds')
    expect(() => plain.forward(tensor([2n ** 40n]))).toThrow(RangeError)
  })

  it('refuses indices of another dtype or outside the table, and such a paddingIdx', () => {
    const embedding = new Embedding(3, 4)
    expect(() => embedding.forward(zeros([2]))).toThrow(RuntimeError)
    expect(() => embedding.forward(zeros([2], { dtype: 'int16' }))).toThrow('int64 or int32, got int16')
    expect(() => embedding.forward(tensor([3n]))).toThrow(RangeError)
    expect(() => embedding.forward(tensor([-1n]))).toThrow(RangeError)
    expect(() => new Embedding(3, 4, { paddingIdx: 3 })).toThrow('paddingIdx from -3 to 2, got 3')
    expect(() => new Embedding(3, 4, { paddingIdx: -4 })).toThrow(RangeError)
    expect(() => new Embedding(3, 4, { paddingIdx: 0.5 })).toThrow(TypeError)
  })

  it('over a pretrained table shares it and draws nothing', () => {
    const table = tensor([
      [1, 2],
      [3, 4],
    ])
    manualSeed(0)
    const next = rand([1]).item()
    manualSeed(0)
    const embedding = Embedding.fromPretrained(table, { paddingIdx: -1 })
    expect(rand([1]).item()).toBe(next)
    expect(embedding.weight.storage).toBe(table.storage)
    expect(embedding.weight.requiresGrad).toBe(false)
    expect(embedding.forward(tensor([1n, 0n])).toArray()).toEqual([
      [3, 4],
      [1, 2],
    ])
    expect(String(embedding)).toBe('Embedding(2, 2, padding_idx=1)')
    expect(Embedding.fromPretrained(table, { freeze: false }).weight.requiresGrad).toBe(true)
    expect(() => Embedding.fromPretrained(zeros([3]))).toThrow('a table of 2 dimensions, got 1')
  })
})

describe('Dropout', () => {
  it('gives its input back, and draws nothing, when not training', () => {
    const x = ones([20])
    manualSeed(0)
    const next = rand([1]).item()
    manualSeed(0)
    expect(new Dropout(0.5).eval().forward(x)).toBe(x)
    expect(new Dropout(0).forward(x)).toBe(x)
    expect(new Dropout(0.5).forward(zeros([0])).shape).toEqual([0])
    expect(rand([1]).item()).toBe(next)
  })

  it('refuses a p that is no probability, and integers', () => {
    for (const p of [-0.1, 1.1]) expect(() => new Dropout(p)).toThrow(RangeError)
    expect(() => new Dropout(Number.NaN)).toThrow(TypeError)
    expect(() => new Dropout().forward(tensor([1n]))).toThrow(TypeError)
    expect(new Dropout().eval().forward(tensor([1n])).dtype).toBe('int64')
  })
})
