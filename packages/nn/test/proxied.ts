// Tests that several files run, each with its own kind of proxy.
import { type HostEngine, reference, setDefaultEngine } from '@unroll/kernels'
import { manualSeed, noGrad, randn, type Tensor, tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import {
  BatchNorm1d,
  Conv1d,
  Dropout,
  Embedding,
  Flatten,
  Identity,
  LayerNorm,
  Linear,
  LogSoftmax,
  MaxPool1d,
  Module,
  ModuleDict,
  ModuleList,
  Parameter,
  ReLU,
  Sequential,
  Sigmoid,
  Softmax,
  Tanh,
} from '../src/index.ts'

class Model extends Module {
  embedding = new Embedding(7, 6, { paddingIdx: 0 })
  norms = new ModuleList<Module>([new LayerNorm(6), new BatchNorm1d(4)])
  heads = new ModuleDict({ main: new Sequential(new Linear(6, 3), new Tanh(), new Dropout(0.5)) })
  scale = new Parameter(tensor([2]))

  override forward(words: Tensor): Tensor {
    let x = this.embedding.forward(words)
    for (const norm of this.norms) x = Reflect.apply(norm.forward, norm, [x])
    return this.heads.get('main').forward(x).mul(this.scale)
  }
}

const layers: readonly [module: Module, input: Tensor][] = [
  [new Linear(5, 3), randn([2, 5])],
  [new Embedding(5, 3), tensor([1n, 4n])],
  [new Conv1d(4, 6, 3, { groups: 2, paddingMode: 'circular', padding: 2 }), randn([2, 4, 7])],
  [new LayerNorm(5), randn([2, 5])],
  [new BatchNorm1d(5), randn([3, 5])],
  [new MaxPool1d(2), randn([2, 4, 7])],
  [new Dropout(0.5).eval(), randn([3])],
  [new Softmax(0), randn([3])],
  [new LogSoftmax(0), randn([3])],
  [new ReLU(), randn([3])],
  [new ReLU({ inplace: true }), randn([3])],
  [new Tanh(), randn([3])],
  [new Sigmoid(), randn([3])],
  [new Flatten(), randn([2, 3, 4])],
  [new Identity(), randn([3])],
  [new Sequential(new Linear(5, 3), new Tanh()), randn([2, 5])],
]

/** The reference engine. It counts how often it packs. */
function countingEngine(): HostEngine & { packs: number } {
  const engine = {
    ...reference,
    packs: 0,
    packMatrix: (...[operand]: Parameters<HostEngine['packMatrix']>) => {
      engine.packs++
      return reference.packMatrix(operand)
    },
  }
  return engine
}

/**
 * Describes what has to work when a framework's proxy wraps a model.
 * @param wrap returns the framework's proxy for a value
 */
export function describeProxied(title: string, wrap: <T extends object>(value: T) => T): void {
  describe(title, () => {
    it.each(layers.map(([module, input]) => [String(module), module, input] as const))(
      '%s computes the same',
      async (_, module, input) => {
        const want: Tensor = Reflect.apply(module.forward, module, [input.clone()])
        const proxy = wrap(module)
        const got: Tensor = Reflect.apply(proxy.forward, proxy, [input.clone()])
        expect(got.toArray()).toEqual(want.toArray())
        const inside: Tensor = Reflect.apply(proxy.forward, proxy, [wrap(input.clone())])
        expect(inside.toArray()).toEqual(want.toArray())
        const later: Tensor = await Reflect.apply(proxy.forwardAsync, proxy, [input.clone()])
        expect(later.toArray()).toEqual(want.toArray())
        expect(String(proxy)).toBe(String(module))
        proxy.dispose()
      },
    )

    it('a model does what it does without', () => {
      manualSeed(1)
      const model = new Model().eval()
      const proxy = wrap(model)
      const words = tensor([[1n, 2n, 0n, 3n]])
      const want = model.forward(words).toArray()
      expect(proxy.forward(words).toArray()).toEqual(want)
      expect(proxy.namedParameters().map(([name]) => name)).toEqual(
        model.namedParameters().map(([name]) => name),
      )
      expect([...proxy.stateDict().keys()]).toEqual([...model.stateDict().keys()])
      expect(proxy.getBuffer('norms.1.running_mean').shape).toEqual([4])
      expect(proxy.modules()).toHaveLength(model.modules().length)

      // A change to one shows at the other.
      expect(proxy.train().training && model.heads.get('main').at(-1).training).toBe(true)
      proxy.eval()
      proxy.to('float64').to('float32')
      proxy.to(reference)
      expect(model.heads.get('main').at(0).engine).toBe(reference)
      expect(proxy.engine.name).toBe('reference')
      const calls: string[] = []
      const handle = proxy.registerForwardHook(() => void calls.push('hook'))
      model.forward(words)
      proxy.forward(words)
      wrap(handle).remove()
      proxy.forward(words)
      expect(calls).toEqual(['hook', 'hook'])

      const other = new Model().to(reference)
      proxy.loadStateDict(other.stateDict())
      expect(model.scale.toArray()).toEqual(other.scale.toArray())
      expect(model.forward(words).toArray()).toEqual(other.eval().forward(words).toArray())
      proxy.loadStateDict(wrap(new Model().stateDict()), { assign: true })
      noGrad(() => proxy.scale.fill_(0))
      expect(model.forward(words).any().item()).toBe(0)
      proxy.registerBuffer('steps', tensor([1]))
      expect([...model.stateDict().keys()]).toContain('steps')
      proxy.requiresGrad_(false).zeroGrad()
      expect(model.scale.requiresGrad).toBe(false)
    })

    it('weights are packed once, and a stream runs', () => {
      const engine = countingEngine()
      setDefaultEngine(engine)
      const proxy = wrap(new Sequential(new Linear(2, 2), new Tanh()))
      const stream = wrap(proxy.stream())
      const x = tensor([1, -1])
      for (let times = 0; times < 3; times++) {
        expect([...stream.step(Float32Array.of(1, -1))]).toEqual(proxy.forward(x).toArray())
      }
      expect(engine.packs).toBe(1)
      stream.reset()
      stream.dispose()
      setDefaultEngine(null)
    })
  })
}
