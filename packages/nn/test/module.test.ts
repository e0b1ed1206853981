import { defaultEngine, reference } from '@unroll/kernels'
import fixtures from '@unroll/oracle/fixtures/nn_modules.json'
import { ones, RuntimeError, type Tensor, tensor, zeros } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import {
  BatchNorm1d,
  Dropout,
  Embedding,
  Linear,
  Module,
  ModuleDict,
  ModuleList,
  Parameter,
  ReLU,
  Sequential,
  Tanh,
} from '../src/index.ts'

// The modules of tooling/oracle/nn_fixtures.py.
class Block extends Module {
  first = new Linear(2, 3)
  scale = new Parameter(ones([3]))
  declare steps: Tensor
  declare cache: Tensor
  declare shift: Parameter | null
  second = new Sequential(new Linear(3, 3, { bias: false }), new Dropout(0.25))
  shared: Linear = this.first

  constructor() {
    super()
    this.registerBuffer('steps', zeros([], { dtype: 'int64' }))
    this.registerBuffer('cache', zeros([2]), { persistent: false })
    this.registerParameter('shift', null)
  }

  override forward(x: Tensor): Tensor {
    return this.second.forward(this.first.forward(x)).mul(this.scale)
  }
}

class Outer extends Module {
  block = new Block()
  empty = new Sequential()
  embedding = new Embedding(5, 2, { paddingIdx: -1 })

  override extraRepr(): string {
    return 'two lines\nof extra'
  }
}

const modules: Record<string, () => Module> = {
  Linear: () => new Linear(2, 3, { bias: false }),
  Embedding: () => new Embedding(4, 2),
  Dropout: () => new Dropout(0.1),
  Sequential: () => new Sequential(new Linear(1, 2), new Sequential(new Dropout(), new Linear(2, 1))),
  Block: () => new Block(),
  Outer: () => new Outer(),
  ModuleList: () =>
    new ModuleList<Module>([
      new Linear(2, 2),
      new Linear(2, 2),
      new ReLU(),
      new Sequential(new Tanh(), new Tanh()),
    ]),
  'ModuleList of none': () => new ModuleList(),
  'nested ModuleList': () =>
    new Sequential(new ModuleList([0, 1, 2].map(() => new ModuleList([0, 1].map(() => new Tanh()))))),
  ModuleDict: () => new ModuleDict<Module>({ b: new Linear(2, 3), a: new ReLU(), norm: new BatchNorm1d(4) }),
  'ModuleDict of none': () => new ModuleDict(),
}

describe.each(fixtures.cases)('$name', ({ name, ...want }) => {
  const make = modules[name]
  if (!make) throw new Error(`no module ${name}`)
  const module = make()

  it('prints as PyTorch does', () => {
    expect(String(module)).toBe(want.printed)
  })

  it('names its parts in the order of PyTorch', () => {
    expect(module.namedParameters().map(([key]) => key)).toEqual(want.parameters)
    expect(module.namedBuffers().map(([key]) => key)).toEqual(want.buffers)
    expect(module.namedModules().map(([path]) => path)).toEqual(want.modules)
    expect(module.namedChildren().map(([key]) => key)).toEqual(want.children)
    expect([...module.stateDict().keys()]).toEqual(want.state)
  })
})

describe('Module', () => {
  it('finds what has a path, and says what there is where nothing has it', () => {
    const outer = new Outer()
    expect(outer.getParameter('block.first.weight')).toBe(outer.block.first.weight)
    expect(outer.getBuffer('block.steps')).toBe(outer.block.steps)
    expect(outer.getSubmodule('block.second.1')).toBe(outer.block.second.at(1))
    expect(outer.getSubmodule('')).toBe(outer)
    expect(() => outer.getParameter('block.first.wieght')).toThrow(RangeError)
    expect(() => outer.getParameter('block.first.wieght')).toThrow('one of "weight", "bias"')
    expect(() => outer.getParameter('block.shift')).toThrow(RangeError)
    expect(() => outer.getBuffer('block.scale')).toThrow(RangeError)
    expect(() => outer.getSubmodule('block.third.0')).toThrow('nothing has the path "block.third"')
  })

  it('lists members under a prefix, without those of children, or as often as they are reached', () => {
    const shared = new Linear(2, 2, { bias: false })
    const model = new Sequential(shared, new Sequential(shared))
    const names = (entries: readonly (readonly [string, unknown])[]): string[] =>
      entries.map(([name]) => name)
    expect(names(model.namedParameters())).toEqual(['0.weight'])
    expect(names(model.namedParameters({ prefix: 'encoder' }))).toEqual(['encoder.0.weight'])
    expect(names(model.namedParameters({ removeDuplicate: false }))).toEqual(['0.weight', '1.0.weight'])
    expect(names(model.namedParameters({ recurse: false }))).toEqual([])
    expect(names(shared.namedParameters({ recurse: false, prefix: 'head' }))).toEqual(['head.weight'])
    expect(model.parameters({ recurse: false })).toEqual([])
    expect(names(model.namedModules({ prefix: 'm' }))).toEqual(['m', 'm.0', 'm.1'])
    expect(names(model.namedModules({ removeDuplicate: false }))).toEqual(['', '0', '1', '1.0'])
    const block = new Block()
    expect(names(block.namedBuffers({ prefix: 'b' }))).toEqual(
      names(block.namedBuffers()).map((name) => `b.${name}`),
    )
    expect(block.buffers({ recurse: false })).toHaveLength(block.namedBuffers().length)
  })

  it('gives its state under a prefix, as it is', () => {
    const linear = new Linear(2, 2)
    expect([...linear.stateDict({ prefix: 'encoder.' }).keys()]).toEqual(['encoder.weight', 'encoder.bias'])
  })

  it('moves to a dtype by the names PyTorch has', () => {
    const linear = new Linear(1, 1)
    expect(linear.double().weight.dtype).toBe('float64')
    expect(linear.half().weight.dtype).toBe('float16')
    expect(linear.bfloat16().weight.dtype).toBe('bfloat16')
    expect(linear.float().weight.dtype).toBe('float32')
  })

  it('refuses names and values that cannot be registered', () => {
    const module = new Linear(1, 1)
    expect(() => module.registerParameter('', null)).toThrow(RangeError)
    expect(() => module.registerParameter('a.b', null)).toThrow(RangeError)
    expect(() => module.registerParameter('forward', null)).toThrow('"forward", which is another property')
    expect(() => module.registerBuffer('weight', zeros([1]))).toThrow(RangeError)
    expect(() => module.registerModule('inFeatures', new Dropout())).toThrow(RangeError)
    // @ts-expect-error a tensor is no parameter
    expect(() => module.registerParameter('scale', zeros([1]))).toThrow(TypeError)
    expect(() => Reflect.apply(module.registerBuffer, module, ['scale', [1]])).toThrow(
      'a Tensor or null for "scale", got array of 1',
    )
    module.registerParameter('weight', new Parameter(zeros([1, 1])))
    module.registerBuffer('buffer', zeros([1]))
    module.registerBuffer('buffer', null)
    expect([...module.stateDict().keys()]).toEqual(['weight', 'bias'])
  })

  it('switches itself and its children between training and inference', () => {
    const outer = new Outer()
    expect(outer.training).toBe(true)
    expect(outer.eval()).toBe(outer)
    expect(outer.modules().map(({ training }) => training)).toEqual(outer.modules().map(() => false))
    expect(() => Reflect.apply(outer.train, outer, ['no'])).toThrow(TypeError)
    expect(outer.train().block.second.at(1).training).toBe(true)
  })

  it('switches and forgets gradients of its parameters', () => {
    const block = new Block()
    block.scale.grad = ones([3])
    block.zeroGrad()
    expect(block.scale.grad).toBeNull()
    expect(block.parameters().every(({ requiresGrad }) => requiresGrad)).toBe(true)
    expect(
      block
        .requiresGrad_(false)
        .parameters()
        .some(({ requiresGrad }) => requiresGrad),
    ).toBe(false)
  })

  it('applies a function to children first', () => {
    const seen: Module[] = []
    const model = new Sequential(new Sequential(new Dropout()), new Linear(1, 1))
    expect(model.apply((module) => void seen.push(module))).toBe(model)
    expect(seen).toEqual([model.getSubmodule('0.0'), model.at(0), model.at(1), model])
  })

  it('moves floating-point tensors to a dtype and keeps their identity', () => {
    const block = new Block()
    const { weight } = block.first
    const want = weight.toArray()
    expect(block.to('float64')).toBe(block)
    expect(block.first.weight).toBe(weight)
    expect(weight.dtype).toBe('float64')
    expect(weight.toArray()).toEqual(want)
    expect(weight.requiresGrad).toBe(true)
    expect([block.scale.dtype, block.cache.dtype, block.steps.dtype]).toEqual(['float64', 'float64', 'int64'])
    expect(() => block.to('int64')).toThrow(TypeError)
    // @ts-expect-error no engine
    expect(() => block.to({ name: 'toaster' })).toThrow(TypeError)
  })

  it('moves to an engine with its children', () => {
    const block = new Block()
    expect(block.engine).toBe(defaultEngine())
    block.to(reference)
    expect(block.engine).toBe(reference)
    expect(block.second.at(0).engine).toBe(reference)
    expect(new Block().engine).toBe(defaultEngine())
  })

  it('says that forward is missing', async () => {
    const module = new (class Empty extends Module {})()
    expect(() => module.forward()).toThrow('Empty.forward')
    await expect(module.forwardAsync()).rejects.toThrow('Empty.forward')
  })

  it('disposes of its children', () => {
    const disposed: string[] = []
    class Leaf extends Module {
      override dispose(): void {
        disposed.push('leaf')
        super.dispose()
      }
    }
    new Sequential(new Sequential(new Leaf()), new Leaf())[Symbol.dispose]()
    expect(disposed).toEqual(['leaf', 'leaf'])
  })

  it('is shown by console.log as it prints', () => {
    const module = new Dropout(0.1)
    const inspect: unknown = Reflect.get(module, Symbol.for('nodejs.util.inspect.custom'))
    expect(typeof inspect === 'function' && inspect.call(module)).toBe('Dropout(p=0.1, inplace=False)')
    expect(Object.keys(module)).toEqual(['training', 'p', 'inplace'])
  })

  it('prints parameters as PyTorch does', () => {
    expect(String(new Parameter(zeros([2, 2])))).toBe(
      'Parameter containing:\ntensor([[0., 0.],\n        [0., 0.]], requires_grad=True)',
    )
    expect(String(new Parameter(zeros([2]), false))).toBe('Parameter containing:\ntensor([0., 0.])')
    expect(() => new Parameter(tensor([1n]))).toThrow(RuntimeError)
  })
})
