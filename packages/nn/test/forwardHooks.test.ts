import { ones, type Tensor, tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { Linear, Module, Sequential } from '../src/index.ts'

class Double extends Module {
  override forward(x: Tensor): Tensor {
    return x.mul(2)
  }
}

describe('hooks', () => {
  it('run around forward in the order they were registered, seeing arguments and result', () => {
    const module = new Double()
    const seen: unknown[] = []
    module.registerForwardPreHook((owner, [x]) => void seen.push(['pre', owner === module, x.item()]))
    module.registerForwardHook((_, [x], result) => void seen.push(['a', x.item(), result.item()]))
    module.registerForwardHook(() => void seen.push('b'))
    module.forward(tensor([3]))
    expect(seen).toEqual([['pre', true, 3], ['a', 3, 6], 'b'])
  })

  it('run before those there are if they are prepended', () => {
    const module = new Double()
    const seen: string[] = []
    for (const name of ['a', 'b']) {
      module.registerForwardPreHook(() => void seen.push(`pre ${name}`))
      module.registerForwardHook(() => void seen.push(name))
    }
    const first = module.registerForwardPreHook(() => void seen.push('pre first'), { prepend: true })
    module.registerForwardHook(() => void seen.push('first'), { prepend: true })
    module.forward(ones([1]))
    expect(seen).toEqual(['pre first', 'pre a', 'pre b', 'first', 'a', 'b'])
    first.remove()
    module.forward(ones([1]))
    expect(seen.slice(6)).toEqual(['pre a', 'pre b', 'first', 'a', 'b'])
  })

  it('replace arguments and result by what they return', () => {
    const module = new Double()
    module.registerForwardPreHook((_, [x]) => x.add(1))
    module.registerForwardPreHook((_, [x]) => [x.mul(10)])
    module.registerForwardHook((_, [x], result) => result.add(x))
    expect(module.forward(tensor([1])).item()).toBe(60)
  })

  it('are gone, wrapper and all, when the last one is removed', () => {
    const module = new Double()
    const calls: string[] = []
    const first = module.registerForwardHook(() => void calls.push('first'))
    const second = module.registerForwardPreHook(() => void calls.push('second'))
    expect(Object.hasOwn(module, 'forward')).toBe(true)
    expect(Object.keys(module)).toEqual(['training'])
    first.remove()
    first.remove()
    module.forward(ones([1]))
    second.remove()
    module.forward(ones([1]))
    expect(calls).toEqual(['second'])
    expect(Object.hasOwn(module, 'forward') || Object.hasOwn(module, 'forwardAsync')).toBe(false)
    module.registerForwardHook(() => void calls.push('third'))
    module.forward(ones([1]))
    expect(calls).toEqual(['second', 'third'])
  })

  it('run once when a module runs as a child', () => {
    let calls = 0
    const child = new Double()
    child.registerForwardHook(() => void calls++)
    expect(new Sequential(child, child).forward(ones([1])).item()).toBe(4)
    expect(calls).toBe(2)
  })

  it('run once around forwardAsync, inherited or overridden', async () => {
    for (const module of [new Double(), new Linear(1, 1), new Sequential(new Double())]) {
      const seen: unknown[] = []
      module.registerForwardPreHook(() => void seen.push('pre'))
      module.registerForwardHook((_module: Module, _args, result) => void seen.push(result))
      const result = await module.forwardAsync(ones([1]))
      expect([seen.length, seen[0], seen[1] === result]).toEqual([2, 'pre', true])
    }
  })

  it('wrap a forward that is an own property, and put it back', () => {
    const module = new Double()
    const forward = (x: Tensor): Tensor => x.mul(3)
    module.forward = forward
    const hook = module.registerForwardHook((_, __, result) => result.add(1))
    expect(module.forward(ones([1])).item()).toBe(4)
    hook.remove()
    expect(module.forward).toBe(forward)
    expect(Object.keys(module)).toContain('forward')
  })

  it('do not run after forward threw', () => {
    const module = new Linear(2, 1)
    let calls = 0
    module.registerForwardHook(() => void calls++)
    expect(() => module.forward(ones([3]))).toThrow()
    expect(calls).toBe(0)
  })
})
