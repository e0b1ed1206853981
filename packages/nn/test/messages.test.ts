import { ones, type Tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { Linear, Module, Sequential, Tanh } from '../src/index.ts'

/** Returns `[output, hn]`, like a recurrent layer. */
class Recurrent extends Module {
  override forward(x: Tensor): [output: Tensor, hn: Tensor] {
    return [x, x]
  }
}

describe('messages', () => {
  it('name SelectOutput where the results of a recurrent layer come instead of a tensor', async () => {
    const x = ones([2, 3])
    const wanted =
      'expected input to be a Tensor, got array of 2, the first of them a tensor; recurrent layers return [output, hn]: take the first, or put a SelectOutput behind the layer'
    const linear = new Linear(3, 1)
    expect(() => Reflect.apply(linear.forward, linear, [new Recurrent().forward(x)])).toThrow(
      `Linear.forward: ${wanted}`,
    )
    expect(() => new Sequential(new Recurrent(), linear).forward(x)).toThrow(`Linear.forward: ${wanted}`)
    expect(() => new Sequential(new Recurrent(), new Tanh()).forward(x)).toThrow(`Tanh.forward: ${wanted}`)
    await expect(new Sequential(new Recurrent(), linear).forwardAsync(x)).rejects.toThrow(wanted)
  })

  it('name a forgotten await', () => {
    const linear = new Linear(3, 1)
    const later = linear.forwardAsync(ones([3]))
    expect(() => Reflect.apply(linear.forward, linear, [later])).toThrow('got a promise; await it first')
    expect(() => Reflect.apply(linear.to, linear, [later])).toThrow('got a promise; await it first')
    expect(() => Reflect.apply(linear.loadStateDict, linear, [Promise.resolve(linear.stateDict())])).toThrow(
      'got a promise; await it first',
    )
  })

  it('name the option that stands at PyTorch’s position, and the right spelling', () => {
    const wrong: [act: () => unknown, message: string][] = [
      [() => Reflect.construct(Linear, [4, 8, false]), 'write { bias: false }'],
      [() => Reflect.construct(Linear, [4, 8, { biass: false }]), 'did you mean bias?'],
      [
        () => Reflect.apply(new Linear(1, 1).parameters, new Linear(1, 1), [false]),
        'write { recurse: false }',
      ],
    ]
    for (const [act, message] of wrong) expect(act).toThrow(message)
  })

  it('give remedies that work', () => {
    const linear = new Linear(3, 1).to('float16')
    const x = ones([2, 3], { dtype: 'float16' })
    expect(() => linear.forward(x)).toThrow("convert first, with .to('float32')")
    expect(linear.to('float32').forward(x.to('float32')).shape).toEqual([2, 1])
    expect(() => linear.to('int64')).toThrow('an engine or a floating-point dtype, got string "int64"')
    expect(() => Reflect.apply(linear.to, linear, ['cuda'])).toThrow('await createGpu() of @unroll/gpu')
  })
})
