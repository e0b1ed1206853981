import { reference, wasm, wasmVariant } from '@unroll/kernels'
import { manualSeed, noGrad, randn, Tensor } from '@unroll/tensor'
import { describeEngines } from '@unroll/testing/describeEngines'
import { expect, it } from 'vitest'
import { GRU, LSTM, packPaddedSequence, RNN, type RNNBase } from '../src/index.ts'

const engines = [
  { title: 'reference', engine: reference },
  { title: 'wasm', engine: wasmVariant() && wasm },
]

const layers: readonly [name: string, make: () => RNNBase][] = [
  ['RNN', () => new RNN(3, 4)],
  ['LSTM', () => new LSTM(3, 4, { projSize: 2 })],
  ['GRU', () => new GRU(3, 4, { numLayers: 2 })],
]

const x = (): Tensor => randn([5, 2, 3], { requiresGrad: true })

describeEngines(engines, (engine) => {
  it.each(layers)('%s names itself where what it needs was changed before backward', (name, make) => {
    manualSeed(0)
    using layer = make().to(engine)
    const input = x()
    const [first] = layer.forward(input)
    noGrad(() => input.mul_(2))
    expect(() => first.sum().backward()).toThrow(
      `backward: ${name}Backward0 needs a tensor of shape (5, 2, 3) as it was forward, but it was changed in place`,
    )
    const [second] = layer.forward(input)
    noGrad(() => layer.getParameter('weight_hh_l0').mul_(2))
    expect(() => second.sum().backward()).toThrow(`backward: ${name}Backward0 needs a tensor of shape`)
    const packed = packPaddedSequence(input, [5, 2])
    const [third] = layer.forward(packed)
    noGrad(() => packed.data.mul_(2))
    expect(() => third.data.sum().backward()).toThrow(
      `backward: ${name}Backward0 needs a tensor of shape (7, 3)`,
    )
  })

  it.each(layers)('%s goes back once, and its state has to be detached for the next step', (_, make) => {
    using layer = make().to(engine)
    const input = x()
    const [output, hn] = layer.forward(input)
    const loss = output.sum()
    loss.backward()
    const given = 'has given back what it kept of the way forward'
    expect(() => loss.backward()).toThrow(`${given}; for a second backward`)
    const [attached] = layer.forward(input, hn)
    expect(() => attached.sum().backward()).toThrow('A state that is carried over needs detach()')
    const state = hn instanceof Tensor ? hn.detach() : ([hn[0].detach(), hn[1].detach()] as const)
    const [detached] = layer.forward(input, state)
    const before = input.grad?.clone()
    detached.sum().backward()
    expect(input.grad).not.toEqual(before)
  })

  it.each(layers)('%s has nothing to go back from if everything is frozen', (_, make) => {
    using layer = make().to(engine).requiresGrad_(false)
    const input = randn([5, 2, 3])
    expect(layer.forward(input)[0].requiresGrad).toBe(false)
    expect(() => layer.forward(input)[0].sum().backward()).toThrow('requires gradients')
    input.requiresGrad = true
    layer.forward(input)[0].sum().backward()
    expect(input.grad?.shape).toEqual([5, 2, 3])
    expect(layer.parameters().every(({ grad }) => grad === null)).toBe(true)
  })
})
