/// <reference types="node" />
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type HostEngine, reference, setDefaultEngine } from '@unroll/kernels'
import { noGrad, ones, RuntimeError, tensor, zeros } from '@unroll/tensor'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Linear, Parameter, zeros_ } from '../src/index.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** The reference engine. It counts the matrices that are packed and not yet freed. */
function countingEngine(): HostEngine & { held: number; packs: number; arrays: unknown[] } {
  const engine = {
    ...reference,
    held: 0,
    packs: 0,
    arrays: [] as unknown[],
    packMatrix: (...[operand]: Parameters<HostEngine['packMatrix']>) => {
      const packed = reference.packMatrix(operand)
      const dispose = packed.dispose.bind(packed)
      packed.dispose = () => {
        engine.held--
        dispose()
      }
      engine.arrays = [operand.b, operand.bias]
      engine.held++
      engine.packs++
      return packed
    },
  }
  return engine
}

describe('the weight of a Linear', () => {
  let engine = countingEngine()
  beforeEach(() => {
    engine = countingEngine()
    setDefaultEngine(engine)
  })
  afterEach(() => setDefaultEngine(null))

  it('is packed once, as it lies', () => {
    const linear = new Linear(3, 2)
    const first = linear.forward(ones([4, 3]))
    expect(engine.arrays).toEqual([linear.weight.storage.elements, linear.bias?.storage.elements])
    expect(engine.arrays[0]).toBe(linear.weight.storage.elements)
    expect(linear.forward(ones([4, 3])).toArray()).toEqual(first.toArray())
    linear.forward(ones([3]))
    expect([engine.packs, engine.held]).toEqual([1, 1])
    linear.dispose()
    expect(engine.held).toBe(0)
  })

  it('is packed again after each kind of change, and the results follow', () => {
    using linear = new Linear(2, 1)
    zeros_(linear.bias ?? zeros([]))
    const changes: [change: () => void, want: number][] = [
      [() => noGrad(() => linear.weight.fill_(1)), 2],
      [() => noGrad(() => linear.bias?.fill_(1)), 3],
      [() => noGrad(() => linear.weight.select(1, 0).zero_()), 2],
      [() => Object.assign(linear, { weight: new Parameter(tensor([[3, 4]])) }), 8],
      [() => Object.assign(linear, { bias: null }), 7],
      [() => linear.loadStateDict(new Map([['weight', tensor([[5, 5]])]])), 10],
      [() => linear.to('float64'), 10],
    ]
    linear.forward(ones([2]))
    for (const [index, [change, want]] of changes.entries()) {
      change()
      expect(linear.forward(ones([2], { dtype: linear.weight.dtype })).toArray()).toEqual([want])
      expect([engine.packs, engine.held]).toEqual([index + 2, 1])
    }
  })

  it('is not packed for a call that is refused', () => {
    const linear = new Linear(3, 2)
    expect(() => linear.forward(zeros([2, 5]))).toThrow(RuntimeError)
    expect(() => linear.half().forward(zeros([2, 3], { dtype: 'float16' }))).toThrow(RuntimeError)
    expect(engine.packs).toBe(0)
  })

  it('is given back when the module is dropped', async () => {
    const drop = (): void => {
      for (let i = 0; i < 20; i++) new Linear(3, 2).forward(ones([1, 3]))
    }
    drop()
    expect(engine.held).toBe(20)
    for (let tries = 0; tries < 50 && engine.held > 0; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      collectGarbage()
    }
    expect(engine.held).toBe(0)
  })
})
