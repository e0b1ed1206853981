import { isFloatingPoint, manualSeed, noGrad, Tensor, tensor } from '@unroll/tensor'
import { addPositions } from '@unroll/tensor/layers'
import { describe, expect, it } from 'vitest'
import { Dropout, Embedding, ReLU, Sequential } from '../src/index.ts'
import { callModule, everyModule } from './everyModule.ts'
import { weighted } from './slopes.ts'

/** Their gradients are computed from their outputs. PyTorch refuses the change, too. The Sequential ends with one of them. */
const keepers = /^(ReLU\(\)|Tanh|Sigmoid|Softmax|LogSoftmax|Sequential)/

describe.each([
  ['training', true],
  ['in eval', false],
] as const)('the output of a module %s', (_, mode) => {
  it.each(everyModule)('%s can be changed in place, with the gradients of a copy', (name, make, draw) => {
    const run = (change: (output: Tensor) => Tensor): (Tensor | null)[] => {
      manualSeed(1)
      const module = make().train(mode)
      const leaves: Tensor[] = module.parameters()
      const inputs = draw().map((each) => {
        if (!(each instanceof Tensor && isFloatingPoint(each.dtype))) return each
        const leaf = new Tensor(each, true)
        leaves.push(leaf)
        return leaf.mul(1)
      })
      weighted(change(callModule(module, inputs))).backward()
      return leaves.map(({ grad }) => grad)
    }
    if (keepers.test(name)) {
      expect(() => run((output) => output.mul_(2))).toThrow('it was changed in place since')
      return
    }
    const got = run((output) => output.mul_(2))
    expect(got.length).toBeGreaterThan(0)
    for (const [k, want] of run((output) => output.mul(2)).entries()) {
      if (want === null) expect(got[k]).toBe(null)
      else expect(got[k]).toBeAllclose(want)
    }
  })

  it.each(everyModule)('%s can be changed where it was computed in noGrad', (name, make, draw) => {
    manualSeed(1)
    const output = noGrad(() => callModule(make().train(mode), draw()))
    const factor = tensor(2, { requiresGrad: true })
    if (name.startsWith('Flatten')) {
      // Its output is a view, in PyTorch, too.
      expect(() => output.mul_(factor)).toThrow('this view was made in noGrad()')
      return
    }
    const want = output.sum().item()
    output.mul_(factor).sum().backward()
    expect(factor.grad).toBeAllclose(tensor(want))
  })
})

describe('rows of an Embedding', () => {
  const indices = tensor([1n, 0n, 2n, 1n])

  it.each([
    ['Dropout', () => new Dropout(0.5, { inplace: true })],
    ['ReLU', () => new ReLU({ inplace: true })],
  ] as const)('are changed in place by %s, with its gradients', (_, make) => {
    manualSeed(1)
    const embedding = new Embedding(3, 2)
    const output = new Sequential(embedding, make()).forward(indices)
    output.sum().backward()
    // Both multiply each element: by the quotient of output and input.
    const factors = noGrad(() => output.div(embedding.weight.indexSelect(0, indices)))
    const want = addPositions(factors, 0, 3, Int32Array.of(1, 0, 2, 1))
    expect(embedding.weight.grad).toBeAllclose(want)
  })

  it('of a frozen table can be changed by what requires gradients', () => {
    const factor = tensor(2, { requiresGrad: true })
    const rows = Embedding.fromPretrained(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    ).forward(tensor([1n, 1n]))
    rows.mul_(factor).sum().backward()
    expect(factor.grad?.item()).toBe(14)
  })
})
