import { describe, expect, it } from 'vitest'
import {
  allclose,
  arange,
  cat,
  empty,
  equal,
  eye,
  full,
  isGradEnabled,
  noGrad,
  ones,
  onesLike,
  rand,
  randn,
  stack,
  Tensor,
  tensor,
  zeros,
  zerosLike,
} from '../src/index.ts'

describe('tensor()', () => {
  it('takes its dtype from its elements', () => {
    expect(tensor([1, 2]).dtype).toBe('float32')
    expect(tensor([1n, 2n]).dtype).toBe('int64')
    expect(tensor([true, false]).dtype).toBe('bool')
    expect(tensor([1n, true]).dtype).toBe('int64')
    expect(tensor([true, 0.5, 3n]).toArray()).toEqual([1, 0.5, 3])
    expect(tensor([]).dtype).toBe('float32')
    expect(tensor(2.5).shape).toEqual([])
  })

  it('converts to the dtype asked for', () => {
    expect(tensor([1.9, -1.9], { dtype: 'int64' }).toArray()).toEqual([1, -1])
    expect(tensor([0, 0.5], { dtype: 'bool' }).toArray()).toEqual([false, true])
    expect(tensor([0.1], { dtype: 'float64' }).item()).toBe(0.1)
    expect(tensor(0.1).item()).toBe(Math.fround(0.1))
    expect(tensor([2n ** 62n]).data).toEqual(BigInt64Array.of(2n ** 62n))
  })

  it('knows the shape of arrays that are empty or deep', () => {
    expect(tensor([[], []]).shape).toEqual([2, 0])
    expect(tensor([[[1], [2]]]).shape).toEqual([1, 2, 1])
    expect(tensor([1, 2, 3, 4], { shape: [2, -1] }).shape).toEqual([2, 2])
  })

  it('a typed array with a shape becomes the memory; without, or converted, it is copied', () => {
    const memory = Float64Array.of(1, 2, 3, 4)
    const t = tensor(memory, { shape: [2, 2] })
    expect(t.dtype).toBe('float64')
    expect(t.storage.data).toBe(memory)
    expect(t.data).toBe(memory)
    expect(tensor(memory).shape).toEqual([4])
    expect(tensor(memory).data).not.toBe(memory)
    expect(tensor(memory, { shape: [4], dtype: 'float32' }).data).toEqual(Float32Array.of(1, 2, 3, 4))
    expect(tensor(Uint8Array.of(2, 0), { dtype: 'bool' }).data).toEqual(Uint8Array.of(1, 0))
    expect(tensor(Uint16Array.of(0x3c00), { shape: [1], dtype: 'float16' }).item()).toBe(1)
    expect(tensor(Uint16Array.of(0x3fc0), { dtype: 'bfloat16' }).item()).toBe(1.5)
  })

  it('holds the smallest and largest values of every 16-bit float', () => {
    const halves = tensor([2 ** -24, 65504, -0, 65520, Number.NaN], { dtype: 'float16' })
    expect(halves.toArray()).toEqual([2 ** -24, 65504, -0, Number.POSITIVE_INFINITY, Number.NaN])
    expect(tensor([2 ** -133, 1 + 2 ** -7], { dtype: 'bfloat16' }).toArray()).toEqual([
      2 ** -133,
      1 + 2 ** -7,
    ])
  })
})

describe('other creation', () => {
  it('sizes, dtypes and values', () => {
    expect(zeros([2, 3]).toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ])
    expect(ones([2], { dtype: 'int64' }).data).toEqual(BigInt64Array.of(1n, 1n))
    expect(full([2], 7n).dtype).toBe('int64')
    expect(full([2], true).toArray()).toEqual([true, true])
    expect(full([1], 0.1, { dtype: 'float64' }).item()).toBe(0.1)
    expect(empty([0, 2]).numel).toBe(0)
    expect(zerosLike(ones([2], { dtype: 'int8' })).dtype).toBe('int8')
    expect(onesLike(zeros([2, 1]), { dtype: 'float64' }).toArray()).toEqual([[1], [1]])
    expect(arange(2, 5).toArray()).toEqual([2, 3, 4])
    expect(arange(3, { dtype: 'float64' }).dtype).toBe('float64')
    expect(eye(2, 3).toArray()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ])
  })

  it('requiresGrad is for floats and does not stand in the way of filling', () => {
    for (const t of [
      ones([1], { requiresGrad: true }),
      full([1], 2, { requiresGrad: true }),
      rand([1], { requiresGrad: true }),
    ]) {
      expect(t.requiresGrad).toBe(true)
      expect(t.grad).toBeNull()
    }
  })

  it('later changes of the array that gave the shape do not show', () => {
    const shape = [2, 3]
    const t = zeros(shape)
    shape[0] = 5
    expect(t.shape).toEqual([2, 3])
  })
})

describe('views', () => {
  it('share memory and version with the tensor they are views of', () => {
    const t = zeros([2, 3])
    const views = [
      t.select(0, 1),
      t.slice(1, 0, 2),
      t.t(),
      t.view([6]),
      t.unsqueeze(0),
      t.expand([4, 2, 3]),
      t.detach(),
    ]
    views.push(
      ...t.unbind(),
      ...t.split(1),
      ...t.chunk(3, 1),
      t.permute([1, 0]),
      t.flatten(),
      t.reshape([3, 2]),
    )
    for (const view of views) expect(view.storage).toBe(t.storage)
    t.select(0, 1).fill_(5)
    t.slice(1, 0, 1).add_(1)
    expect(t.toArray()).toEqual([
      [1, 0, 0],
      [6, 5, 5],
    ])
    expect(t.version).toBe(2)
    expect(views.every((view) => view.version === 2)).toBe(true)
  })

  it('reshape, contiguous and clone copy where they must', () => {
    const t = arange(6).reshape([2, 3])
    expect(t.contiguous()).toBe(t)
    expect(t.t().reshape([6]).storage).not.toBe(t.storage)
    expect(t.t().contiguous().data).toEqual(BigInt64Array.of(0n, 3n, 1n, 4n, 2n, 5n))
    expect(t.clone().storage).not.toBe(t.storage)
    expect(t.to('int64')).toBe(t)
    expect(t.slice(0, 1).data).toEqual(BigInt64Array.of(3n, 4n, 5n))
  })

  it('data is the memory itself where elements lie in order, else a copy', () => {
    const t = tensor([1, 2, 3, 4])
    expect(t.data).toBe(t.storage.data)
    expect(t.slice(0, 1, 3).data.buffer).toBe(t.storage.data.buffer)
    expect(t.slice(0, 0, 4, 2).data).toEqual(Float32Array.of(1, 3))
  })

  it('a view of a view with strides is a view as long as its strides allow', () => {
    const t = arange(24).reshape([2, 3, 4])
    const part = t.slice(2, 0, 2)
    expect(part.view([6, 2]).storage).toBe(t.storage)
    expect(part.view([6, 2]).toArray()).toEqual(part.reshape([-1, 2]).toArray())
    expect(part.isContiguous()).toBe(false)
    expect(t.expand([2, 2, 3, 4]).view([2, 24]).storage).toBe(t.storage)
    expect(t.permute([1, 0, 2]).view([3, 2, 2, 2]).toArray()).toEqual(
      t.permute([1, 0, 2]).reshape([3, 2, 2, 2]).toArray(),
    )
    expect(t.asStrided([2, 2], [12, 5], 1).toArray()).toEqual([
      [1, 6],
      [13, 18],
    ])
  })

  it('iteration and at() walk dimension 0', () => {
    const t = tensor([
      [1, 2],
      [3, 4],
    ])
    expect([...t].map((row) => row.toArray())).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(t.at(-1).toArray()).toEqual([3, 4])
    expect(t.at(1, 0).item()).toBe(3)
    expect(t.at().toArray()).toEqual(t.toArray())
    expect([...zeros([0, 2])]).toEqual([])
  })
})

describe('reading', () => {
  it('item gives a number whatever the dtype', () => {
    expect(tensor(2.5).item()).toBe(2.5)
    expect(tensor([[7n]]).item()).toBe(7)
    expect(tensor(true).item()).toBe(1)
    expect(tensor([1, 2, 3]).at(1).item()).toBe(2)
  })

  it('toArray gives booleans of bool, and bigints where numbers are not exact', () => {
    expect(tensor([[true], [false]]).toArray()).toEqual([[true], [false]])
    expect(tensor([5n, 2n ** 53n + 1n]).toArray()).toEqual([5, 2n ** 53n + 1n])
    expect(zeros([2, 0]).toArray()).toEqual([[], []])
    expect(tensor(tensor([[1, 2]]).toArray()).toArray()).toEqual([[1, 2]])
  })

  it('size counts negative dims from the end', () => {
    expect(zeros([2, 3]).size(-1)).toBe(3)
    expect(zeros([2, 3]).ndim).toBe(2)
  })
})

describe('in place', () => {
  it('copy_ casts and broadcasts', () => {
    const t = zeros([2, 2], { dtype: 'int32' })
    expect(t.copy_(tensor([1.9, -2.9]))).toBe(t)
    expect(t.toArray()).toEqual([
      [1, -2],
      [1, -2],
    ])
  })

  it('a source that overlaps is read before it is written', () => {
    const square = tensor([
      [1, 2],
      [3, 4],
    ])
    square.copy_(square.t())
    expect(square.toArray()).toEqual([
      [1, 3],
      [2, 4],
    ])
    const row = arange(5)
    row.slice(0, 1).copy_(row.slice(0, 0, 4))
    expect(row.toArray()).toEqual([0, 0, 1, 2, 3])
    square.add_(square.t())
    expect(square.toArray()).toEqual([
      [2, 5],
      [5, 8],
    ])
  })

  it('arithmetic keeps the dtype', () => {
    const t = tensor([1, 2], { dtype: 'float64' })
    expect(
      t
        .add_(tensor([1, 1]))
        .sub_(0.5)
        .mul_(2)
        .div_(4)
        .toArray(),
    ).toEqual([0.75, 1.25])
    expect(t.dtype).toBe('float64')
    expect(tensor([1n, 2n]).mul_(3).toArray()).toEqual([3, 6])
    expect(t.zero_().toArray()).toEqual([0, 0])
  })

  it('every change goes up in the version', () => {
    const t = zeros([2])
    const changes = [
      () => t.fill_(1),
      () => t.zero_(),
      () => t.add_(1),
      () => t.mul_(2),
      () => t.copy_(ones([2])),
      () => t.uniform_(),
      () => t.normal_(),
      () => t.bernoulli_(0.5),
    ]
    for (const [before, change] of changes.entries()) {
      expect(t.version).toBe(before)
      change()
    }
    expect(randn([20]).version).toBe(1)
  })

  it('set_ takes over storage, shape, strides and dtype', () => {
    const t = zeros([2])
    const view = t.detach()
    const source = arange(6).reshape([2, 3]).t()
    t.set_(source)
    expect(t.storage).toBe(source.storage)
    expect(t.shape).toEqual([3, 2])
    expect(t.strides).toEqual([1, 3])
    expect(t.dtype).toBe('int64')
    expect(view.toArray()).toEqual([0, 0])
  })
})

describe('gradient mode', () => {
  it('noGrad holds inside its body only, nested or thrown out of', () => {
    expect(isGradEnabled()).toBe(true)
    expect(noGrad(() => noGrad(() => isGradEnabled()) || isGradEnabled())).toBe(false)
    expect(() =>
      noGrad(() => {
        throw new Error('x')
      }),
    ).toThrow('x')
    expect(isGradEnabled()).toBe(true)
  })
})

describe('comparing', () => {
  it('allclose is relative to its second argument and broadcasts', () => {
    expect(allclose(tensor([1, 1.000009]), tensor(1))).toBe(true)
    expect(allclose(tensor([1.1]), tensor([1]))).toBe(false)
    expect(allclose(tensor([1.1]), tensor([1]), { rtol: 0.2 })).toBe(true)
    expect(allclose(tensor([Number.NaN]), tensor([Number.NaN]))).toBe(false)
    expect(allclose(tensor([Number.NaN]), tensor([Number.NaN]), { equalNan: true })).toBe(true)
    expect(allclose(tensor([Infinity]), tensor([Infinity]))).toBe(true)
    expect(allclose(tensor([1e30]), tensor([Infinity]))).toBe(false)
    expect(allclose(tensor([Infinity]), tensor([-Infinity]))).toBe(false)
  })

  it('equal wants the same shape', () => {
    expect(equal(tensor([1, 2]), tensor([1, 2]))).toBe(true)
    expect(equal(tensor([1, 2]), tensor([[1, 2]]))).toBe(false)
    expect(equal(tensor([1, 2]), tensor([1, 3]))).toBe(false)
    expect(equal(zeros([0]), zeros([0]))).toBe(true)
  })
})

it('a subclass shares the memory of the tensor it is made of, and its views are plain tensors', () => {
  class Parameter extends Tensor {}
  const data = ones([2, 2])
  const parameter = new Parameter(data, true)
  expect(parameter.storage).toBe(data.storage)
  expect(parameter.at(0)).not.toBeInstanceOf(Parameter)
  expect(parameter).toBeInstanceOf(Tensor)
  expect(String(parameter)).toBe('tensor([[1., 1.],\n        [1., 1.]], requires_grad=True)')
})

it('cat and stack read tensors laid out in any way', () => {
  const t = arange(4).reshape([2, 2])
  expect(cat([t, t.t()], 1).toArray()).toEqual([
    [0, 1, 0, 2],
    [2, 3, 1, 3],
  ])
  expect(stack([t.t(), t]).at(0).toArray()).toEqual([
    [0, 2],
    [1, 3],
  ])
})
