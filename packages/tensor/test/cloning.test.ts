import { describe, expect, it } from 'vitest'
import {
  arange,
  type DType,
  full,
  isTensorClone,
  ones,
  RuntimeError,
  Tensor,
  tensor,
  zeros,
} from '../src/index.ts'
import { equalPairs } from './pairs.ts'

const dtypes: readonly DType[] = [
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint64',
  'uint32',
  'uint16',
  'uint8',
  'bool',
]

/** Ways to clone a tensor. TypeScript gives clones the type of the tensor. */
const clones: Record<string, (t: Tensor) => unknown> = {
  structuredClone: (t) => structuredClone(t),
  'structuredClone of a tensor that was compared': (t) => {
    expect(t).toEqual(t.clone().detach().requiresGrad === t.requiresGrad ? t.clone() : t)
    return structuredClone(t)
  },
  JSON: (t) => JSON.parse(JSON.stringify(t)),
}

function revived(clone: unknown): Tensor {
  expect(clone).not.toBeInstanceOf(Tensor)
  if (!isTensorClone(clone)) throw new TypeError(`no clone: ${JSON.stringify(clone)}`)
  return tensor(clone)
}

describe.each(Object.entries(clones))('a tensor of %s is made again by tensor()', (_, clone) => {
  it.each(dtypes)('of %s', (dtype) => {
    const t = tensor([1, 0, 5, 100], { dtype, shape: [2, 2] })
    expect(revived(clone(t))).toEqual(t)
  })

  it.each(Object.entries(equalPairs))('%s', (_name, pair) => {
    for (const t of pair()) expect(revived(clone(t))).toEqual(t)
  })

  it('with what JSON has no numbers for', () => {
    const floats = tensor([Number.NaN, Infinity, -Infinity, -0, 0, 1e-45, 0.1, 3.4e38])
    expect(revived(clone(floats)).data).toEqual(floats.data)
    expect(Object.is(revived(clone(floats)).data[3], -0)).toBe(true)
    const doubles = tensor([5e-324, Number.MAX_VALUE, 0.1], { dtype: 'float64' })
    expect(revived(clone(doubles)).data).toEqual(doubles.data)
    const ints = tensor([2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, -3n])
    expect(revived(clone(ints)).data).toEqual(ints.data)
    const unsigned = tensor([2n ** 64n - 1n, 0n], { dtype: 'uint64' })
    expect(revived(clone(unsigned)).data).toEqual(unsigned.data)
    const halves = full([3], Infinity, { dtype: 'float16' })
    expect(revived(clone(halves)).data).toEqual(halves.data)
  })

  it('with requiresGrad, without the gradient, in another dtype or shape if asked for', () => {
    const leaf = ones([2, 2], { requiresGrad: true })
    leaf.grad = ones([2, 2])
    const clone1 = revived(clone(leaf))
    expect([clone1.requiresGrad, clone1.grad]).toEqual([true, null])
    const again = clone(leaf)
    if (!isTensorClone(again)) throw new TypeError('no clone')
    expect(tensor(again, { requiresGrad: false }).requiresGrad).toBe(false)
    expect(tensor(again, { dtype: 'int8', requiresGrad: false }).data).toEqual(Int8Array.of(1, 1, 1, 1))
    expect(tensor(again, { shape: [4], requiresGrad: false }).shape).toEqual([4])
  })
})

describe('cloned at once', () => {
  it('tensors that share memory share it still', () => {
    const t = zeros([2, 3])
    const state = structuredClone(
      new Map([
        ['all', t],
        ['row', t.at(1)],
        ['turned', t.t()],
        ['same', t.detach()],
      ]),
    )
    const [all, row, turned, same] = [...state.values()].map((clone) => tensor(clone))
    if (!all || !row || !turned || !same) throw new TypeError('lost')
    row.fill_(7)
    expect(all).toEqual(
      tensor([
        [0, 0, 0],
        [7, 7, 7],
      ]),
    )
    expect(turned).toEqual(all.t())
    expect(same.storage).toBe(all.storage)
    expect(all.version).toBe(1)
  })

  it('the memory of a clone may be written to, so modules look at it', () => {
    expect(tensor(structuredClone(zeros([2]))).storage.isHandedOut).toBe(true)
  })

  it('a message carries tensors', async () => {
    const { port1, port2 } = new MessageChannel()
    const received = new Promise<unknown>((resolve) => {
      port2.onmessage = ({ data }) => resolve(data)
    })
    port1.postMessage({ weight: arange(3) })
    const message = await received
    port1.close()
    expect(tensor(Reflect.get(Object(message), 'weight'))).toEqual(arange(3))
  })
})

describe('JSON', () => {
  it('has dtype, shape and numbers', () => {
    expect(
      JSON.stringify(
        tensor([
          [1, 2.5],
          [Number.NaN, -0],
        ]),
      ),
    ).toBe('{"dtype":"float32","shape":[2,2],"data":[1,2.5,"NaN","-0"]}')
    expect(JSON.stringify(tensor([true]))).toBe('{"dtype":"bool","shape":[1],"data":[true]}')
    expect(JSON.stringify(tensor([1n, 2n ** 53n]))).toBe(
      '{"dtype":"int64","shape":[2],"data":[1,"9007199254740992"]}',
    )
    expect(JSON.stringify(ones([1], { requiresGrad: true }))).toContain('"requiresGrad":true')
  })
})

describe('a clone', () => {
  it.each<[string, unknown]>([
    ['a tensor', ones([1])],
    ['nothing', null],
    ['an array', [1, 2]],
    ['a typed array', new Float32Array(2)],
    ['a plain object', { dtype: 'float32' }],
    ['an object of another dtype', { dtype: 'complex64', shape: [1], data: [1] }],
    ['an object without a shape', { dtype: 'float32', shape: 3, data: [1] }],
    ['an object with the wrong memory', { dtype: 'float32', shape: [1], data: new Float64Array(1) }],
    [
      'an instance of a class',
      new (class Other {
        readonly dtype = 'float32'
        readonly shape = [1]
        readonly data = [1]
      })(),
    ],
  ])('is not %s', (_, value) => {
    expect(isTensorClone(value)).toBe(false)
  })

  it('is refused if it contradicts itself', () => {
    expect(() => tensor({ dtype: 'float32', shape: [3], data: new Float32Array(2) })).toThrow(RuntimeError)
    expect(() => tensor({ dtype: 'float32', shape: [2], data: [1, 'two'] })).toThrow(/index 1.*"two"/)
    expect(() => tensor({ dtype: 'int64', shape: [1], data: ['1.5'] })).toThrow(TypeError)
    expect(() => tensor({ dtype: 'int8', shape: [1], data: [300] })).toThrow(/int8 cannot hold 300/)
    const clone = JSON.parse(
      '{"walk":{"storage":{},"shape":[9],"strides":[1],"offset":0,"dtype":"float32"},"wantsGrad":false}',
    )
    clone.walk.storage.elements = new Float32Array(2)
    expect(() => tensor(clone)).toThrow(/tensor: shape \(9\).* needs 9 elements, the storage has 2/)
  })

  it('of a tensor is told where a tensor belongs', () => {
    const clone = structuredClone(ones([2]))
    expect(() => ones([2]).add(clone)).toThrow(/clone of a tensor.*tensor\(clone\)/)
    expect(() => ones([2]).add(JSON.parse(JSON.stringify(ones([2]))))).toThrow(/clone of a tensor/)
  })
})
