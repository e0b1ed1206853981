import { setDefaultEngine } from '@unroll/kernels'
import { type DType, grad, gradcheck, manualSeed, noGrad, randn, Tensor, tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import * as nn from '../src/index.ts'
import { makeDevice } from './device.ts'
import { describeEngines } from './engines.ts'
import { slopesOf, weighted } from './slopes.ts'

const { BatchNorm1d, Conv1d, LayerNorm, MaxPool1d, Module, Sequential } = nn

type Case = readonly [name: string, make: () => nn.Module, shape: readonly number[]]

const cases: readonly Case[] = [
  ['Linear', () => new nn.Linear(3, 4), [2, 5, 3]],
  ['Linear without bias', () => new nn.Linear(3, 4, { bias: false }), [3]],
  ['LayerNorm', () => new LayerNorm(4), [3, 4]],
  ['LayerNorm of two dimensions', () => new LayerNorm([2, 3]), [2, 2, 3]],
  ['LayerNorm without bias', () => new LayerNorm(4, { bias: false }), [3, 4]],
  ['LayerNorm without parameters', () => new LayerNorm(4, { elementwiseAffine: false }), [3, 4]],
  ['BatchNorm1d', () => new BatchNorm1d(3), [5, 3]],
  ['BatchNorm1d of sequences', () => new BatchNorm1d(3), [2, 3, 4]],
  ['BatchNorm1d in eval', () => moved(new BatchNorm1d(3)).eval(), [2, 3, 4]],
  ['BatchNorm1d without bias', () => new BatchNorm1d(3, { bias: false }), [5, 3]],
  ['BatchNorm1d without parameters', () => new BatchNorm1d(3, { affine: false }), [5, 3]],
  ['BatchNorm1d without statistics', () => new BatchNorm1d(3, { trackRunningStats: false }).eval(), [4, 3]],
  ['Conv1d', () => new Conv1d(2, 3, 3), [2, 2, 6]],
  ['Conv1d unbatched', () => new Conv1d(2, 3, 2, { bias: false }), [2, 5]],
  [
    'Conv1d with everything',
    () => new Conv1d(4, 6, 3, { stride: 2, padding: 3, dilation: 2, groups: 2 }),
    [2, 4, 7],
  ],
  ['Conv1d reflecting', () => new Conv1d(2, 2, 3, { padding: 2, paddingMode: 'reflect' }), [1, 2, 5]],
  ['Conv1d replicating', () => new Conv1d(2, 2, 3, { padding: 'same', paddingMode: 'replicate' }), [1, 2, 5]],
  ['Conv1d going round', () => new Conv1d(2, 2, 3, { padding: 2, paddingMode: 'circular' }), [1, 2, 5]],
  ['MaxPool1d', () => new MaxPool1d(2), [2, 3, 5]],
  ['MaxPool1d with windows that overlap', () => new MaxPool1d(3, { stride: 1, padding: 1 }), [2, 6]],
  ['ReLU', () => new nn.ReLU(), [7]],
  ['Tanh', () => new nn.Tanh(), [7]],
  ['Sigmoid', () => new nn.Sigmoid(), [7]],
  ['Softmax', () => new nn.Softmax(1), [2, 4, 3]],
  ['LogSoftmax', () => new nn.LogSoftmax(-1), [3, 4]],
  ['Flatten', () => new nn.Flatten(), [2, 2, 3]],
  ['Identity', () => new nn.Identity(), [3]],
  ['Dropout in eval', () => new nn.Dropout(0.5).eval(), [5]],
  ['Sequential', () => new Sequential(new nn.Linear(3, 4), new nn.Tanh(), new LayerNorm(4)), [2, 3]],
]

/** With running statistics that are not those of the start. */
function moved(norm: nn.BatchNorm1d): nn.BatchNorm1d {
  noGrad(() => {
    norm.running_mean?.normal_()
    norm.running_var?.uniform_(0.5, 2)
  })
  return norm
}

/** A module's forward as a function of its input and parameters. */
function functionOf(module: nn.Module): { f: (...given: Tensor[]) => Tensor; parameters: Tensor[] } {
  const named = module.namedParameters()
  const f = (input: Tensor, ...values: Tensor[]): Tensor => {
    for (const [k, [path]] of named.entries()) {
      const at = path.lastIndexOf('.')
      Reflect.set(module.getSubmodule(path.slice(0, Math.max(at, 0))), path.slice(at + 1), values[k])
    }
    return Reflect.apply(module.forward, module, [input]) as Tensor
  }
  return {
    f,
    parameters: named.map(
      ([, parameter]) =>
        new Tensor(
          noGrad(() => parameter.mul(1)),
          true,
        ),
    ),
  }
}

describeEngines(() => {
  it.each(cases)('%s has the gradients of differences, and second ones', (_, make, shape) => {
    manualSeed(3)
    const module = make().to('float64')
    for (const parameter of module.parameters())
      noGrad(() => parameter.add_(randn(parameter.shape, { dtype: 'float64' }).mul(0.3)))
    const { f, parameters } = functionOf(module)
    const inputs = [randn(shape, { dtype: 'float64', requiresGrad: true }), ...parameters]
    expect(gradcheck(f, inputs)).toBe(true)
    expect(gradcheck(slopesOf(f), inputs)).toBe(true)
  })

  it.each(cases)('%s gives float32 gradients near those of float64', (_, make, shape) => {
    manualSeed(4)
    const module = make()
    const x = randn(shape, { requiresGrad: true })
    const run = (dtype: DType): Tensor[] => {
      module.to(dtype).zeroGrad()
      const input = new Tensor(x.detach().to(dtype), true)
      weighted(Reflect.apply(module.forward, module, [input]) as Tensor).backward()
      return [input, ...module.parameters()].map(({ grad: own }) => own ?? tensor([]))
    }
    const single = run('float32')
    for (const [k, want] of run('float64').entries())
      expect(single[k]).toBeAllclose(want, { rtol: 1e-4, atol: 2e-5 })
  })
})

describe('a module', () => {
  it('records in eval, too, and nothing in noGrad', () => {
    const linear = new nn.Linear(2, 2).eval()
    expect(linear.forward(randn([2])).requiresGrad).toBe(true)
    expect(noGrad(() => linear.forward(randn([2]))).requiresGrad).toBe(false)
  })

  it.each([
    ['Linear', () => new nn.Linear(3, 3)],
    ['LayerNorm', () => new LayerNorm(3)],
    ['BatchNorm1d', () => new BatchNorm1d(3)],
    ['Conv1d', () => new Conv1d(2, 2, 1)],
  ] as const)('%s gives its frozen weight no gradient, and the others theirs', (_, make) => {
    const module: nn.Module & { weight: Tensor | null; bias: Tensor | null } = make()
    if (module.weight) module.weight.requiresGrad = false
    const x = randn([2, 3])
    weighted(Reflect.apply(module.forward, module, [x]) as Tensor).backward()
    expect([module.weight?.grad, x.grad]).toEqual([null, null])
    expect(module.bias?.grad?.abs().sum().item()).toBeGreaterThan(0)
    expect(
      module
        .requiresGrad_(false)
        .parameters()
        .every(({ requiresGrad }) => !requiresGrad),
    ).toBe(true)
    expect((Reflect.apply(module.forward, module, [x]) as Tensor).requiresGrad).toBe(false)
  })

  it('whose weight was changed before backward says so', () => {
    const norm = new LayerNorm(3)
    const y = norm.forward(randn([2, 3])).sum()
    noGrad(() => norm.weight?.add_(1))
    expect(() => y.backward()).toThrow('NativeLayerNormBackward0 needs a tensor of shape (3)')
  })
})

describe('Embedding', () => {
  it('adds up the gradients of a row that is taken several times, and gives 0 to that of the padding', () => {
    const embedding = new nn.Embedding(4, 2, { paddingIdx: 1 })
    const rows = embedding.forward(
      tensor([
        [2n, 1n, 2n],
        [0n, 2n, 1n],
      ]),
    )
    expect(rows.gradFn?.name).toBe('EmbeddingBackward0')
    rows
      .mul(tensor([1, 10]))
      .sum()
      .backward()
    expect(embedding.weight.grad?.toArray()).toEqual([
      [1, 10],
      [0, 0],
      [3, 30],
      [0, 0],
    ])
  })

  it('has second gradients', () => {
    const embedding = new nn.Embedding(3, 2, { dtype: 'float64' })
    const indices = tensor([2n, 0n, 2n])
    const f = (weight: Tensor): Tensor => {
      Reflect.set(embedding, 'weight', weight)
      return embedding.forward(indices).pow(3)
    }
    const weight = randn([3, 2], { dtype: 'float64', requiresGrad: true })
    expect(gradcheck(f, [weight]) && gradcheck(slopesOf(f), [weight])).toBe(true)
  })

  it('that is frozen records nothing', () => {
    expect(nn.Embedding.fromPretrained(randn([3, 2])).forward(tensor([1n])).requiresGrad).toBe(false)
  })
})

describe('Dropout', () => {
  it('drops the gradients of what it dropped, and scales the others', () => {
    manualSeed(0)
    const x = new Tensor(randn([100]).abs().add(1), true)
    const y = new nn.Dropout(0.25).forward(x)
    y.sum().backward()
    expect(x.grad).toBeAllclose(y.detach().div(x.detach()))
    expect(x.grad?.eq(0).sum().item()).toBeGreaterThan(5)
  })

  it('changes its input in place, with the same gradient', () => {
    const x = new Tensor(randn([20]), true)
    const product = x.mul(2)
    const y = new nn.Dropout(0.5, { inplace: true }).forward(product)
    expect(y).toBe(product)
    y.sum().backward()
    expect(x.grad).toBeAllclose(y.detach().div(x.detach()))
  })
})

describe('MaxPool1d', () => {
  it('gives the gradient to the first of equals, and none to its indices', () => {
    const x = tensor([[1, 3, 3, 0]], { requiresGrad: true })
    const [largest, indices] = new MaxPool1d(4, { returnIndices: true }).forward(x)
    expect(indices.requiresGrad).toBe(false)
    largest.sum().backward()
    expect(x.grad?.toArray()).toEqual([[0, 1, 0, 0]])
  })
})

describe('BatchNorm1d in eval', () => {
  it.each([Infinity, -Infinity, Number.NaN])('gives %d the gradient of any number', (value) => {
    const norm = moved(new BatchNorm1d(2)).eval()
    const gradientOf = (first: number, createGraph: boolean): Tensor => {
      const x = tensor([[first, 1]], { requiresGrad: true })
      return grad([weighted(norm.forward(x))], [x], { createGraph })[0] ?? x
    }
    const want = gradientOf(0, false)
    for (const createGraph of [false, true]) expect(gradientOf(value, createGraph)).toBeAllclose(want)
  })
})

describe('a gradient that depends on the input in steps only', () => {
  const frozen = (paddingMode: 'reflect' | 'replicate'): nn.Conv1d =>
    new Conv1d(2, 1, 2, { padding: 1, paddingMode }).requiresGrad_(false)

  it.each<[name: string, f: (x: Tensor) => Tensor]>([
    ['MaxPool1d', (x) => new MaxPool1d(2).forward(x)],
    ['nllLoss', (x) => nn.nllLoss(x, tensor([1n, 0n]))],
    ['l1Loss', (x) => nn.l1Loss(x, x.detach().add(1))],
    ['smoothL1Loss', (x) => nn.smoothL1Loss(x, x.detach().add(1), { beta: 0 })],
    ['Conv1d reflecting', (x) => frozen('reflect').forward(x)],
    ['Conv1d replicating', (x) => frozen('replicate').forward(x)],
  ])('gives zeros back to it: %s', (_, f) => {
    const x = randn([2, 5], { requiresGrad: true })
    const [slope] = grad([f(x).sum()], [x], { createGraph: true })
    slope?.sum().backward()
    expect(x.grad?.toArray()).toEqual(x.mul(0).abs().toArray())
  })

  it('depends on the gradient of the output', () => {
    const x = randn([1, 4], { requiresGrad: true })
    const factor = tensor(3, { requiresGrad: true })
    const [slope] = grad([new MaxPool1d(2).forward(x).mul(factor).sum()], [x], { createGraph: true })
    slope?.sum().backward()
    expect(factor.grad?.item()).toBe(2)
  })
})

describe('what is awaited', () => {
  class Slow extends Module {
    scale = new nn.Parameter(tensor([2]))
    override forward(x: Tensor): Tensor {
      return x.mul(this.scale)
    }
    override async forwardAsync(x: Tensor): Promise<Tensor> {
      await null
      return x
    }
  }

  it('keeps the mode in which it was called', async () => {
    const model = new Sequential(new Slow(), new nn.Linear(2, 2), new nn.Softmax(0), new LayerNorm(2))
    const x = randn([3, 2])
    const awaited = noGrad(() => model.forwardAsync(x))
    expect((await model.forwardAsync(x)).requiresGrad).toBe(true)
    expect((await awaited).requiresGrad).toBe(false)
  })

  it('keeps it for hooks', async () => {
    const linear = new nn.Linear(2, 2)
    linear.registerForwardHook((_, __, y) => y.mul(2))
    const later = noGrad(() => linear.forwardAsync(randn([2])))
    expect((await later).requiresGrad).toBe(false)
    expect((await linear.forwardAsync(randn([2]))).requiresGrad).toBe(true)
  })

  it.each([
    ['Linear', () => new nn.Linear(3, 3), () => randn([2, 3])],
    ['Softmax', () => new nn.Softmax(-1), () => randn([2, 3])],
    ['Softmax over another dimension', () => new nn.Softmax(0), () => randn([2, 3])],
    ['Embedding', () => new nn.Embedding(4, 3, { paddingIdx: 2 }), () => tensor([1n, 1n, 2n])],
  ] as const)('%s has the same gradients from a device', async (_, make, draw) => {
    const [module, drawn] = [make(), draw()]
    const x = drawn.dtype === 'float32' ? new Tensor(drawn, true) : drawn
    const parameters = [...module.parameters(), ...(x.requiresGrad ? [x] : [])]
    const gradients = (y: Tensor): Tensor[] => grad([weighted(y)], parameters)
    const want = gradients(Reflect.apply(module.forward, module, [x]) as Tensor)
    const { engine, counts } = makeDevice()
    module.to(engine)
    const y = (await Reflect.apply(module.forwardAsync, module, [x])) as Tensor
    expect(counts.read).toBe(1)
    for (const [k, got] of gradients(y).entries()) expect(got).toBeAllclose(want[k] ?? got)
    const none = noGrad(() => Reflect.apply(module.forwardAsync, module, [x]) as Promise<Tensor>)
    expect((await none).requiresGrad).toBe(false)
    // It can be changed in place outside noGrad.
    expect((await none).mul_(tensor(2, { requiresGrad: true })).requiresGrad).toBe(true)
    setDefaultEngine(null)
  })
})
