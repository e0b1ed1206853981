import type { FloatArray, HostEngine } from '@unroll/kernels'
import { elementsOf, manualSeed, noGrad, randn, Tensor, tensor, zeros } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import {
  Conv1d,
  Dropout,
  Embedding,
  Flatten,
  Identity,
  LayerNorm,
  Linear,
  LogSoftmax,
  Module,
  type ModuleStream,
  ReLU,
  Sequential,
  Sigmoid,
  Softmax,
  Tanh,
} from '../src/index.ts'
import { describeEngines } from './engines.ts'

function floats(tensor: Tensor): FloatArray {
  const elements = elementsOf(tensor)
  if (elements instanceof Float32Array || elements instanceof Float64Array) return elements
  throw new TypeError(`expected floats, got ${tensor.dtype}`)
}

/** Stands for a recurrent layer of @unroll/sequence. It keeps a running sum. */
class Sum extends Module {
  readonly inputSize: number
  readonly hiddenSize: number
  readonly projSize = 0

  constructor(width: number) {
    super()
    this.inputSize = width
    this.hiddenSize = width
  }

  /** (T, N, I) */
  override forward(input: Tensor): Tensor {
    let sum = zeros([...input.shape.slice(1)])
    const sums = [...input].map((row) => {
      sum = sum.add(row)
      return sum
    })
    return tensor(sums.map((each) => each.toArray()))
  }

  stream({ batch }: { readonly batch: number }) {
    const h = new Float32Array(batch * this.hiddenSize)
    const shape = [batch, this.hiddenSize] as const
    return {
      step: (input: FloatArray): FloatArray => {
        for (let i = 0; i < h.length; i++) h[i] = (h[i] ?? 0) + (input[i] ?? 0)
        return h
      },
      get state(): Tensor {
        return tensor(h.slice(), { shape })
      },
      reset: (state: Tensor | null = null): void => {
        h.set(state ? floats(state) : new Float32Array(h.length))
      },
      resetSequence: (sequence: number, state: Tensor | null = null): void => {
        const row = h.subarray(sequence * shape[1], (sequence + 1) * shape[1])
        row.set(state ? floats(state) : new Float32Array(row.length))
      },
      dispose: (): void => {
        h.fill(Number.NaN)
      },
    }
  }
}

/** Doubles its input. It has its own stream. */
class Twice extends Module {
  override forward(input: Tensor): Tensor {
    return input.mul(2)
  }

  override openStream(width: number | null): ModuleStream | null {
    return width === null ? null : { width, step: (input) => input.map((value) => value * 2) }
  }
}

describeEngines((engine: HostEngine) => {
  describe('Sequential.stream', () => {
    it.each([1, 2, 7])('gives the rows of forward, of %i sequences', (batch) => {
      manualSeed(batch)
      const model = new Sequential(
        new Linear(9, 17),
        new LayerNorm(17, { eps: 1e-3 }),
        new Sequential(new Tanh(), new Linear(17, 5, { bias: false }), new Identity()),
        new LayerNorm(5, { elementwiseAffine: false }),
        new Dropout(0.5),
        new ReLU(),
        new Linear(5, 33),
        new Sigmoid(),
        new Softmax(-1),
        new LogSoftmax(-1),
      ).eval()
      for (const dtype of ['float32', 'float64'] as const) {
        model.to(dtype)
        const x = randn([5, batch, 9], { dtype })
        const want = model.forward(x)
        const stream = model.stream({ batch })
        expect([stream.batch, stream.width, stream.state]).toEqual([batch, 33, []])
        for (let t = 0; t < 5; t++) {
          const got = stream.step(floats(x.at(t)))
          expect(got.constructor.name).toBe(dtype === 'float32' ? 'Float32Array' : 'Float64Array')
          // The wasm engine adds in another order if a product has few rows.
          if (engine.name === 'reference') expect(got).toEqual(floats(want.at(t).clone()))
          expect(got).toBeAllclose(floats(want.at(t)), { rtol: 1e-6, atol: 1e-6 })
        }
        stream.dispose()
      }
    })

    it('gives a view that the next step overwrites', () => {
      const stream = new Sequential(new Linear(2, 2)).stream()
      const first = stream.step(Float32Array.of(1, 2))
      const kept = first.slice()
      expect(stream.step(Float32Array.of(3, 4))).toBe(first)
      expect(first).not.toEqual(kept)
    })

    it('keeps states, gives copies of them, and starts anew from them or from zeros', () => {
      const model = new Sequential(new Sum(2), new Sequential(new Twice(), new Sum(2)))
      const [stream, x] = [model.stream(), Float32Array.of(1, -1)]
      expect([...stream.step(x)]).toEqual([2, -2])
      const states = stream.state
      expect(states).toHaveLength(2)
      expect([...stream.step(x)]).toEqual([6, -6])
      stream.reset(states)
      expect([...stream.step(x)]).toEqual([6, -6])
      stream.reset()
      expect([...stream.step(x)]).toEqual([2, -2])
      expect(() => stream.reset(states.slice(1))).toThrow('reset expects 2 states, got 1')
      expect(() => Reflect.apply(stream.reset, stream, [1])).toThrow(
        'as stream.state gives them, got number 1',
      )
      stream[Symbol.dispose]()
      const disposed = 'this stream was disposed; open another one'
      expect(() => stream.step(x)).toThrow(disposed)
      expect(() => stream.reset()).toThrow(disposed)
      expect(() => stream.resetSequence(0)).toThrow(disposed)
      expect(() => stream.state).toThrow(disposed)
      expect(model.forward(tensor([[[1, -1]], [[1, -1]]])).toArray()).toEqual([[[2, -2]], [[6, -6]]])
    })

    it('starts one sequence anew while the others go on', () => {
      const stream = new Sequential(new Sum(1), new Sequential(new Twice(), new Sum(1))).stream({ batch: 2 })
      const x = Float32Array.of(1, 10)
      expect([...stream.step(x)]).toEqual([2, 20])
      const states = stream.state.map((state) => (state instanceof Tensor ? state.select(0, 1) : state))
      stream.resetSequence(0)
      expect([...stream.step(x)]).toEqual([2, 60])
      stream.resetSequence(0, states)
      expect([...stream.step(x)]).toEqual([42, 120])
      expect(() => stream.resetSequence(2)).toThrow('expects a sequence from 0 to 1, got 2')
      expect(() => stream.resetSequence(0.5)).toThrow('expected sequence to be a whole number')
      expect(() => stream.resetSequence(0, states.slice(1))).toThrow('expects 2 states, got 1')

      class Counter extends Identity {
        override openStream(width: number | null): ModuleStream | null {
          return width === null ? null : { width, step: (input) => input, states: [], reset: () => {} }
        }
      }
      const other = new Sequential(new Linear(1, 1), new Counter()).stream()
      expect(() => other.resetSequence(0)).toThrow('cannot start one sequence anew; reset them all')
    })

    it('goes on with the weights that a forward packed anew', () => {
      const linear = new Linear(1, 1)
      const [stream, x] = [new Sequential(linear).stream(), Float32Array.of(1)]
      noGrad(() => linear.parameters().map((parameter) => parameter.fill_(1)))
      linear.forward(zeros([1]))
      expect([...stream.step(x)]).toEqual([2])
      linear.dispose()
      expect([...stream.step(x)]).toEqual([2])
      expect(stream.step(x).byteLength).toBe(4)
      expect(engine.kind).toBe('host')
    })
  })
})

describe('Sequential.stream refuses', () => {
  const hooked = new Linear(2, 2)
  hooked.registerForwardHook(() => undefined)

  class Own extends Linear {
    override forward(input: Tensor): Tensor {
      return super.forward(input).relu()
    }
  }

  const refused: [what: string, modules: readonly Module[], message: string][] = [
    ['a Flatten', [new Linear(2, 2), new Flatten()], 'Sequential.stream: Flatten does not run by timesteps'],
    ['a Conv1d', [new Linear(2, 2), new Conv1d(2, 2, 1)], 'Conv1d does not run by timesteps'],
    ['an Embedding behind another', [new Linear(2, 2), new Embedding(2, 2)], 'Embedding does not run'],
    ['a forward of its own', [new Own(2, 2), new Tanh()], 'Sequential.stream: Own does not run by timesteps'],
    [
      'a module with hooks',
      [new Linear(2, 2), hooked],
      'Linear, which has hooks or a forward of its own, does not',
    ],
    ['no modules', [], 'expected at least one module, got none'],
    ['a first module without a width', [new Tanh(), new Linear(2, 2)], 'Tanh stands first and does not know'],
    ['a Dropout that trains', [new Linear(2, 2), new Dropout()], 'call eval() on the model first'],
    [
      'widths that do not fit',
      [new Linear(2, 3), new Linear(4, 2)],
      'expected 4 features of the module before, got 3',
    ],
    ['a LayerNorm of another width', [new Linear(2, 3), new LayerNorm(4)], 'expected 4 features'],
    ['a recurrent layer of another width', [new Linear(2, 3), new Sum(4)], 'Sum.stream: expected 4 features'],
    ['a LayerNorm over timesteps', [new LayerNorm([4, 2])], 'expected one dimension'],
    ['a Softmax over sequences', [new Linear(2, 2), new Softmax(0)], 'expected dim -1, the features'],
  ]
  it.each(refused)('%s', (_, modules, message) => {
    expect(() => new Sequential(...modules).stream()).toThrow(message)
  })

  it('options and inputs that do not fit', () => {
    const model = new Sequential(new Linear(2, 2))
    expect(() => model.stream({ batch: 0 })).toThrow(RangeError)
    expect(() => model.stream({ batch: 1.5 })).toThrow(TypeError)
    expect(() => Reflect.apply(model.stream, model, [2])).toThrow('write { batch: 2 }')
    const stream = model.stream()
    expect(() => stream.step(new Float32Array(3))).toThrow(
      'a step expects 2 numbers, batch times features, got 3',
    )
    for (const wrong of [zeros([2]), [1, 2], undefined, new Int32Array(2)]) {
      expect(() => Reflect.apply(stream.step, stream, [wrong])).toThrow('step expects a Float32Array')
    }
    expect(() => stream.step(new Float64Array(2))).toThrow('expected float32, got float64')
  })
})
