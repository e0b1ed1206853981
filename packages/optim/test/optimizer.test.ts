import { currentHostEngine, onHostEngine, reference, setDefaultEngine, wasm } from '@unroll/kernels'
import { empty, noGrad, ones, type Tensor, TensorSnapshot, tensor, zeros } from '@unroll/tensor'
import { seededBits } from '@unroll/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Adagrad, Adam, AdamW, ExponentialLR, RMSprop, SequentialLR, SGD, StepLR } from '../src/index.ts'
import { drawn } from './cases.ts'
import { describeEngines } from './engines.ts'

function parameter(values: number[], gradient: number[] | null): Tensor {
  const made = tensor(values, { requiresGrad: true })
  made.grad = gradient === null ? null : tensor(gradient)
  return made
}

const classes = [SGD, Adam, AdamW, RMSprop, Adagrad] as const

describeEngines((engine) => {
  it('changes parameters in their own memory, and lets modules see it', () => {
    const weight = parameter([1, 2], [1, -1])
    const { data, storage } = weight
    const snapshot = new TensorSnapshot(weight)
    new SGD([weight], { lr: 0.5 }).step()
    expect(weight.storage).toBe(storage)
    expect(data).toEqual(Float32Array.of(0.5, 2.5))
    expect(snapshot.matches(weight)).toBe(false)
    expect(weight.version).toBe(1)
  })

  it.each(classes)('%o leaves parameters without a gradient alone', (kind) => {
    const [still, moved] = [parameter([1, 2], null), parameter([1, 2], [1, 1])]
    const optimizer = new kind([still, moved], { lr: 0.5 })
    optimizer.step()
    expect(still.toArray()).toEqual([1, 2])
    expect([still.version, moved.version]).toEqual([0, 1])
    expect(moved.toArray()).not.toEqual([1, 2])
  })

  it('has options for each group, which may change between steps', () => {
    const [first, second] = [parameter([1], [1]), parameter([1], [1])]
    const optimizer = new SGD([{ params: [first] }, { params: second, lr: 0.25 }], { lr: 0.5 })
    expect(optimizer.paramGroups.map(({ lr }) => lr)).toEqual([0.5, 0.25])
    optimizer.step()
    for (const group of optimizer.paramGroups) group.lr = 0.125
    optimizer.step()
    expect([first.item(), second.item()]).toEqual([0.375, 0.625])
  })

  it('takes groups that are added later', () => {
    const [first, second] = [parameter([1], [1]), parameter([1], [1])]
    const optimizer = new Adagrad([first], { lr: 0.5 })
    optimizer.addParamGroup({ params: [second], lr: 0.25 })
    optimizer.step()
    expect([first.item(), second.item()]).toEqual([0.5, 0.75])
  })

  it('steps parameters that are views of any kind as if they were not', () => {
    const bits = seededBits(1)
    const base = drawn(bits, 'float32', [6, 8])
    const plain = base.clone()
    const strided = base.transpose(0, 1).slice(0, 2, 6)
    const copy = plain.transpose(0, 1).slice(0, 2, 6).contiguous()
    const row = base.select(0, 1).slice(0, 0, 2)
    const rowCopy = row.clone()
    const pairs = [
      [strided, copy],
      [row, rowCopy],
    ] as const
    const optimizers = [0, 1].map(
      (side) =>
        new Adam(
          pairs.map((pair) => pair[side === 0 ? 0 : 1]),
          { lr: 0.1 },
        ),
    )
    for (let step = 0; step < 3; step++) {
      for (const [view, own] of pairs) {
        // A gradient that is a view, too.
        const gradient = drawn(bits, 'float32', [...view.shape].reverse())
        view.grad = gradient.ndim === 2 ? gradient.transpose(0, 1) : gradient
        own.grad = view.grad.clone()
      }
      for (const optimizer of optimizers) optimizer.step()
    }
    expect(strided.data).toEqual(copy.data)
    expect(row.data).toEqual(rowCopy.data)
    expect(base.slice(0, 2, 6).slice(1, 6, 8).toArray()).toEqual(
      plain.slice(0, 2, 6).slice(1, 6, 8).toArray(),
    )
  })

  it('steps parameters that share memory one after the other', () => {
    const whole = tensor([1, 2, 3])
    const [left, right] = [whole.slice(0, 0, 2), whole.slice(0, 1, 3)]
    left.grad = tensor([1, 1])
    right.grad = tensor([10, 10])
    new SGD([left, right], { lr: 0.1 }).step()
    expect(whole.data).toBeAllclose([0.9, 0.9, 2])
  })

  it('reads a gradient that shares memory with its parameter before it changes that', () => {
    const length = 10_000
    const memory = new Float32Array(length + 1).fill(1)
    const whole = tensor(memory, { shape: [length + 1] })
    const weight = whole.slice(0, 1, length + 1)
    weight.grad = whole.slice(0, 0, length)
    new SGD([weight], { lr: 0.5 }).step()
    expect(memory.subarray(1).every((value) => value === 0.5)).toBe(true)
  })

  it('takes parameters of no elements and of no dimensions', () => {
    const [none, scalar] = [empty([0, 3]), ones([])]
    none.grad = empty([0, 3])
    scalar.grad = ones([])
    const optimizer = new Adam([none, scalar], { lr: 0.5 })
    optimizer.step()
    expect(scalar.item()).toBeCloseTo(0.5)
    expect(optimizer.stateDict().get('state')).toHaveProperty('size', 2)
  })

  it('forgets gradients, or fills them with zeros', () => {
    const weight = parameter([1, 2], [1, 1])
    const { grad } = weight
    const optimizer = new SGD([weight])
    optimizer.zeroGrad(false)
    expect(weight.grad).toBe(grad)
    expect(grad?.toArray()).toEqual([0, 0])
    optimizer.zeroGrad()
    expect(weight.grad).toBeNull()
  })

  it('runs a closure first, and gives what it gives', () => {
    const weight = parameter([1], null)
    const optimizer = new SGD([weight], { lr: 0.5 })
    const loss = optimizer.step(() => {
      weight.grad = tensor([1])
      return 'loss'
    })
    expect(loss).toBe('loss')
    expect(weight.item()).toBe(0.5)
    expect(optimizer.step()).toBeNull()
  })

  it('is not disturbed by noGrad', () => {
    const weight = parameter([1], [1])
    const optimizer = new SGD([weight], { lr: 0.5 })
    noGrad(() => optimizer.step())
    expect(weight.item()).toBe(0.5)
    expect(weight.requiresGrad).toBe(true)
  })

  it('computes on the engine of tensors, and moves what it keeps when that changes', () => {
    const [moved, stayed] = [parameter([1, 2, 3], null), parameter([1, 2, 3], null)]
    const optimizers = [new Adam([moved], { lr: 0.1 }), new Adam([stayed], { lr: 0.1 })] as const
    const other = engine === reference ? wasm : reference
    const bits = seededBits(2)
    for (let step = 0; step < 10; step++) {
      moved.grad = drawn(bits, 'float32', [3])
      stayed.grad = moved.grad.clone()
      if (step % 3 === 1) onHostEngine(other, () => optimizers[0].step())
      else optimizers[0].step()
      optimizers[1].step()
    }
    expect(moved.data).toBeAllclose(stayed.data)
    expect(currentHostEngine()).toBe(engine)
  })

  it('gives its memory back on dispose, and says afterwards that it is gone', () => {
    const weight = zeros([1000], { requiresGrad: true })
    weight.grad = ones([1000])
    // The engine keeps an area for copies from its first step on.
    new SGD([weight]).step()
    const before = engine.allocatedBytes
    const optimizer = new Adam([weight])
    optimizer.step()
    expect(engine.allocatedBytes - before).toBeGreaterThanOrEqual(engine === reference ? 0 : 8000)
    optimizer.dispose()
    optimizer[Symbol.dispose]()
    expect(engine.allocatedBytes).toBe(before)
    const text = 'this optimiser was disposed, and its state is gone; make another'
    expect(() => optimizer.step()).toThrow(`Adam.step: ${text}`)
    expect(() => optimizer.stateDict()).toThrow(`Adam.stateDict: ${text}`)
    expect(() => optimizer.loadStateDict(new Map())).toThrow(`Adam.loadStateDict: ${text}`)
  })

  it('finds a gradient that its parameter has outgrown before it changes anything', () => {
    const [good, other] = [parameter([1, 2], [1, 1]), parameter([1, 2], [1, 1])]
    const optimizer = new SGD([
      ['good', good],
      ['other', other],
    ])
    noGrad(() => other.set_(tensor([1, 2, 3])))
    expect(() => optimizer.step()).toThrow(
      'SGD.step: expected the gradient of other to have its shape (3), got (2)',
    )
    noGrad(() => other.set_(tensor([1, 2], { dtype: 'float64' })))
    expect(() => optimizer.step()).toThrow(
      "SGD.step: expected the gradient of other to be float64 as it is, got float32; convert it with to('float64')",
    )
    const [group] = optimizer.paramGroups
    if (group) group.lr = Number.NaN
    expect(() => optimizer.step()).toThrow('SGD.step: expected lr of group 0 to be a number, got NaN')
    expect([good.toArray(), good.version]).toEqual([[1, 2], 0])
  })

  it.each(classes)('%o fits a line by the gradients of backward', (kind) => {
    const [slope, offset] = [parameter([0], null), parameter([0], null)]
    const x = tensor([-1, 0, 1, 2])
    const y = x.mul(2).add(1)
    const optimizer = new kind([slope, offset], { lr: 0.1 })
    const loss = (): Tensor => {
      optimizer.zeroGrad()
      const error = x.mul(slope).add(offset).sub(y).pow(2).mean()
      error.backward()
      return error
    }
    const first = loss().item()
    // A closure records what it computes, wherever step is called.
    let last = first
    for (let step = 0; step < 200; step++) last = noGrad(() => optimizer.step(loss)).item()
    expect(last).toBeLessThan(first / 5)
  })

  it('is seen by backward: a weight that was saved for it and has changed since is refused', () => {
    const weight = parameter([1, 2], null)
    const loss = weight.mul(weight).sum()
    weight.grad = tensor([1, 1])
    new SGD([weight]).step()
    expect(() => loss.backward()).toThrow('version')
  })

  it('takes the history off gradients that it fills with zeros', () => {
    const weight = parameter([1, 2], null)
    weight.mul(weight).sum().backward(undefined, { createGraph: true })
    expect(weight.grad?.isLeaf).toBe(false)
    new SGD([weight]).zeroGrad(false)
    expect([weight.grad?.isLeaf, weight.grad?.toArray()]).toEqual([true, [0, 0]])
  })
})

describe('the order of steps', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  afterEach(() => warn.mockClear())

  it('is warned of once where a schedule steps before its optimiser', () => {
    const optimizer = new SGD([ones([1])])
    const schedule = new StepLR(optimizer, 2)
    schedule.step()
    schedule.step()
    expect(warn.mock.calls).toEqual([
      [
        'StepLR.step: expected optimizer.step() before the first step of a schedule, whose first learning rate is skipped otherwise',
      ],
    ])
  })

  it('is not warned of where it is right', () => {
    const optimizer = new SGD([ones([1])])
    const schedule = new SequentialLR(
      optimizer,
      [new StepLR(optimizer, 2), new ExponentialLR(optimizer, 0.5)],
      [1],
    )
    for (let epoch = 0; epoch < 3; epoch++) {
      optimizer.step()
      schedule.step()
    }
    expect(warn).not.toHaveBeenCalled()
  })
})

it('runs where no default engine is set', () => {
  setDefaultEngine(null)
  const weight = parameter([1], [1])
  new SGD([weight], { lr: 0.5 }).step()
  expect(weight.item()).toBe(0.5)
})
