import { type DeviceEngine, reference, wasm, wasmVariant } from '@unroll/kernels'
import { manualSeed, noGrad, randn, Tensor } from '@unroll/tensor'
import { describeEngines } from '@unroll/testing/describeEngines'
import { describe, expect, it } from 'vitest'
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

/** A device that computes on the host. */
const device: DeviceEngine = {
  kind: 'device',
  name: 'test',
  variant: '',
  pack: (spec, weights) => reference.pack(spec, weights),
  recurrent: async (weights, call) => reference.recurrent(weights, call),
  matmul: async (operands) => reference.matmul(operands),
  training: {
    recurrent: async (weights, call) => {
      const tape = reference.training.recurrent(weights, call)
      const { output, hn, cn } = tape
      return {
        output,
        hn,
        cn,
        backward: async (gradients, wanted) => tape.backward(gradients, wanted),
        dispose: () => tape.dispose(),
        [Symbol.dispose]: () => tape.dispose(),
      }
    },
  },
}

describe('on a device', () => {
  it.each(layers)('%s has the gradients of the host, and no second ones', async (name, make) => {
    manualSeed(0)
    using layer = make().to(reference)
    const input = x()
    layer.forward(input)[0].sum().backward()
    const want = [input, ...layer.parameters()].map(({ grad }) => grad)
    layer.zeroGrad()
    input.grad = null
    const [output] = await layer.to(device).forwardAsync(input)
    const loss = output.sum()
    await expect(loss.backwardAsync(null, { createGraph: true })).rejects.toThrow(
      `${name}.forward: engine test computes no gradients of gradients`,
    )
    await loss.backwardAsync()
    for (const [k, { grad }] of [input, ...layer.parameters()].entries()) {
      expect(grad?.toArray()).toEqual(want[k]?.toArray())
    }
  })
})

describeEngines(engines, (engine) => {
  it.each(layers)('%s names itself where what it needs was changed before backward', (name, make) => {
    manualSeed(0)
    using layer = make().to(engine)
    const input = x()
    // The second and third keep the input itself, and run the sequence again.
    for (const forward of [
      () => layer.forward(input),
      () => layer.eval().forward(input),
      () => layer.train().forward(input, null, { checkpointEvery: 2 }),
    ]) {
      const [first] = forward()
      noGrad(() => input.mul_(2))
      expect(() => first.sum().backward()).toThrow(
        `backward: ${name}Backward0 needs a tensor of shape (5, 2, 3) as it was forward, but it was changed in place`,
      )
    }
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

  it('a loss of cell states goes back, and gives each weight a gradient of its own', () => {
    manualSeed(0)
    using layer = new LSTM(3, 4, { dtype: 'float64' }).to(engine)
    const input = randn([5, 2, 3], { dtype: 'float64' })
    layer.forward(input, null, { returnCells: true })[2].pow(2).sum().backward()
    const gradients = layer.parameters().map(({ grad }) => grad)
    const memory = new Set(gradients.map((gradient) => gradient?.storage))
    expect(memory.size).toBe(4)
    layer.zeroGrad()
    const { steps } = layer.trace(input)
    for (const { c } of steps) c?.pow(2).sum().backward(null, { retainGraph: true })
    for (const [k, { grad }] of layer.parameters().entries()) {
      const want = gradients[k]
      if (!grad || !want) throw new TypeError('expected a gradient')
      expect(grad).toBeAllclose(want)
    }
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
