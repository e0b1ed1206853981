import { inspect } from 'node:util'
import { isReactive, reactive, ref, toRaw } from '@vue/reactivity'
import { immerable, produce } from 'immer'
import { describe, expect, it } from 'vitest'
import { cat, Generator, grad, linear, manualSeed, noGrad, ones, rand, Tensor, tensor } from '../src/index.ts'

const matrix = (): Tensor =>
  tensor([
    [1, 2],
    [3, 4],
  ])

/** Proxies between a user and a tensor. */
const proxies: Record<string, (t: Tensor) => Tensor> = {
  'a Proxy': (t) => new Proxy(t, {}),
  "Vue's reactive()": (t) => reactive(t) as unknown as Tensor,
  "Vue's ref()": (t) => ref(t).value as unknown as Tensor,
  'a property of a reactive object': (t) =>
    (reactive({ model: { weight: t } }) as { model: { weight: Tensor } }).model.weight,
  'an object that inherits from it': (t) => Object.create(t),
}

describe.each(Object.entries(proxies))('through %s', (_, through) => {
  it('a tensor is read', () => {
    const t = through(matrix())
    expect(t).toBeInstanceOf(Tensor)
    expect([...t.shape]).toEqual([2, 2])
    expect([t.dtype, t.ndim, t.numel, t.offset, t.version]).toEqual(['float32', 2, 4, 0, 0])
    expect(t.data).toEqual(Float32Array.of(1, 2, 3, 4))
    expect(t.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(String(t)).toBe(String(matrix()))
    expect(JSON.stringify(t)).toBe(JSON.stringify(matrix()))
    expect([...t].map(String)).toEqual([...matrix()].map(String))
  })

  it('it is computed with, and what comes of it is no proxy', () => {
    const t = through(matrix())
    const results = [
      t.add(t),
      t.matmul(t),
      t.t(),
      t.at(0),
      t.sum(0),
      t.max(0)[0],
      cat([t, matrix()]),
      linear(t, through(matrix())),
      matrix().mul(t),
    ]
    for (const result of results) {
      expect(isReactive(result)).toBe(false)
      expect(isReactive(result.storage)).toBe(false)
    }
    expect(results[0]).toEqual(
      tensor([
        [2, 4],
        [6, 8],
      ]),
    )
    expect(results[2]).toEqual(matrix().t())
    expect(results[6]).toEqual(cat([matrix(), matrix()]))
  })

  it('it is changed', () => {
    const held = matrix()
    const t = through(held)
    noGrad(() => t.add_(1).at(0).fill_(9))
    expect(held).toEqual(
      tensor([
        [9, 9],
        [4, 5],
      ]),
    )
    expect(t.storage).toBe(held.storage)
    expect(t.detach().storage).toBe(held.storage)
    t.requiresGrad = true
    t.grad = ones([2, 2])
    expect(t.grad.toArray()).toEqual([
      [1, 1],
      [1, 1],
    ])
    expect(t.requiresGrad).toBe(true)
  })
})

// What inherits from a tensor is another object, with a gradient of its own.
const ofTheTensor = Object.entries(proxies).filter(([title]) => title !== 'an object that inherits from it')

describe.each(ofTheTensor)('gradients through %s', (_, through) => {
  it('reach the tensor that is held, also where it was used directly', () => {
    const held = matrix()
    held.requiresGrad = true
    const x = through(held)
    x.mul(held).sum().backward()
    expect(held.grad?.toArray()).toEqual([
      [2, 4],
      [6, 8],
    ])
    expect(x.grad).toEqual(held.grad)
    expect(grad([x.pow(2).sum()], [held])[0]?.toArray()).toEqual(held.grad?.toArray())
  })

  it('know the changes of a buffer', () => {
    const [buffer, x] = [matrix(), ones([2], { requiresGrad: true })]
    through(buffer).at(0).copy_(x)
    expect([buffer.gradFn?.name, through(buffer).gradFn?.name]).toEqual(['CopySlices', 'CopySlices'])
    through(buffer).mul(2).sum().backward()
    expect(x.grad?.toArray()).toEqual([2, 2])
  })
})

it('a generator draws through a proxy', () => {
  const generator = reactive(new Generator()) as unknown as Generator
  generator.manualSeed(5)
  const want = rand([20], { generator: new Generator().manualSeed(5) })
  expect(rand([20], { generator })).toEqual(want)
  expect(generator.getState()).toHaveLength(5056)
  expect(rand([2], { generator: new Proxy(manualSeed(3), {}) }).shape).toEqual([2])
})

describe('immer', () => {
  it('keeps tensors as they are', () => {
    const state = { epoch: 1, weight: matrix() }
    const next = produce(state, (draft) => {
      draft.epoch = 2
      draft.weight.shape.length
    })
    expect(next).toEqual({ epoch: 2, weight: matrix() })
    expect(next.weight).toBe(state.weight)
    expect(next.weight.add(1).add_(1).toArray()).toEqual([
      [3, 4],
      [5, 6],
    ])
  })

  it('copies tensors of a class that allows it', () => {
    class Draftable extends Tensor {
      static readonly draftable = Object.defineProperty(Draftable.prototype, immerable, { value: true })
    }
    const state = { weight: new Draftable(matrix()) }
    const next = produce(state, (draft) => {
      Reflect.set(draft.weight, 'requiresGrad', true)
    })
    expect([state.weight.requiresGrad, next.weight.requiresGrad]).toEqual([false, true])
    expect(next.weight.add(1).toArray()).toEqual([
      [2, 3],
      [4, 5],
    ])
  })
})

describe('a console', () => {
  it('of Node shows what PyTorch prints, in objects too', () => {
    expect(inspect({ loss: tensor(2.5) })).toBe('{ loss: tensor(2.5000) }')
    expect(inspect(matrix())).toBe(String(matrix()))
  })

  it('of a browser finds properties that tell what it is', () => {
    expect(Object.keys(matrix())).toEqual(['walk', 'wantsGrad', 'gradient'])
    const [walk] = Object.values(matrix())
    expect(Object.keys(walk)).toEqual(['storage', 'shape', 'strides', 'offset', 'dtype'])
    expect(Tensor.name).toBe('Tensor')
    expect(Generator.name).toBe('Generator')
  })
})

it('nothing that users hold has private fields', () => {
  for (const held of [matrix(), matrix().storage, new Generator()]) {
    const source = String(Reflect.get(held, 'constructor'))
    expect(source).not.toMatch(/#\w/)
  }
  expect(toRaw(matrix())).toBeInstanceOf(Tensor)
})
