import {
  createWasmEngine,
  type HostEngine,
  type RecurrentInput,
  reference,
  wasmVariant,
} from '@unroll/kernels'
import printing from '@unroll/oracle/fixtures/sequence_printing.json'
import seeded from '@unroll/oracle/fixtures/sequence_seeded.json'
import { GRU, LSTM, packPaddedSequence, RNN, RNNBase } from '@unroll/sequence'
import { manualSeed, noGrad, ones, rand, zeros } from '@unroll/tensor'
import type { EncodedArray } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { type ModuleFixture, makeModule, toState, toTensor } from './fixtures.ts'

interface SeededFixture extends ModuleFixture {
  readonly name: string
  readonly seed: number
  readonly weights: Readonly<Record<string, EncodedArray | undefined>>
  readonly next: EncodedArray
}

interface PrintingFixture extends ModuleFixture {
  readonly printed: string
}

interface CountingEngine extends HostEngine {
  packed: number
  disposed: number
  readonly calls: RecurrentInput[]
}

/** The reference engine. It counts its calls. */
function countingEngine(): CountingEngine {
  const engine: CountingEngine = {
    ...reference,
    name: 'counting',
    packed: 0,
    disposed: 0,
    calls: [],
    pack(spec, weights) {
      engine.packed++
      const packed = reference.pack(spec, weights)
      const dispose = packed.dispose.bind(packed)
      packed.dispose = () => {
        engine.disposed++
        dispose()
      }
      return packed
    },
    recurrent(weights, call) {
      engine.calls.push(call)
      return reference.recurrent(weights, call)
    },
    training: {
      recurrent(weights, call) {
        engine.calls.push(call)
        return reference.training.recurrent(weights, call)
      },
    },
  }
  return engine
}

describe('a new module', () => {
  const cases: readonly SeededFixture[] = seeded.cases

  it.each(cases)('has the very weights of PyTorch: $name', (fixture) => {
    manualSeed(fixture.seed)
    const module = makeModule(fixture)
    const want = toState(fixture.weights)
    const got = module.stateDict()
    expect([...got.keys()]).toEqual([...want.keys()])
    for (const [name, tensor] of want) {
      expect(got.get(name)?.shape, name).toEqual(tensor.shape)
      expect(got.get(name)?.data, name).toEqual(tensor.data)
    }
    // The generator is where PyTorch leaves it.
    expect(rand([2]).data).toEqual(toTensor(fixture.next).data)
  })

  it('draws the same again with resetParameters', () => {
    manualSeed(3)
    const gru = new GRU(3, 4)
    const drawn = gru.parameters().map((parameter) => parameter.clone().data)
    manualSeed(3)
    gru.resetParameters()
    expect(gru.parameters().map((parameter) => parameter.data)).toEqual(drawn)
  })

  it.each(printing.cases as readonly PrintingFixture[])('prints as $printed', (fixture) => {
    expect(makeModule(fixture).toString()).toBe(fixture.printed)
  })

  it('lists its weights by layer and direction', () => {
    const lstm = new LSTM(3, 5, { numLayers: 2, bidirectional: true, projSize: 2 })
    expect(lstm.allWeights.map((weights) => weights.map(({ shape }) => shape))).toEqual(
      [3, 3, 4, 4].map((inputs) => [[20, inputs], [20, 2], [20], [20], [2, 5]]),
    )
    expect(lstm.allWeights[3]?.[4]).toBe(lstm.getParameter('weight_hr_l1_reverse'))
    expect(new RNN(3, 5, { bias: false }).allWeights).toHaveLength(1)
    expect(new RNN(3, 5, { bias: false }).allWeights[0]).toHaveLength(2)
  })

  it('remembers its options', () => {
    const { mode, nonlinearity, numLayers, bias, batchFirst, dropout, bidirectional, projSize } = new RNN(
      3,
      5,
      {
        nonlinearity: 'relu',
        numLayers: 2,
        bias: false,
      },
    )
    expect({ mode, nonlinearity, numLayers, bias, batchFirst, dropout, bidirectional, projSize }).toEqual({
      mode: 'RNN_RELU',
      nonlinearity: 'relu',
      numLayers: 2,
      bias: false,
      batchFirst: false,
      dropout: 0,
      bidirectional: false,
      projSize: 0,
    })
  })

  it('may be a bare RNNBase of any mode', () => {
    const base = new RNNBase('LSTM', 3, 4)
    const lstm = new LSTM(3, 4)
    lstm.loadStateDict(base.stateDict())
    const [output, [hn]] = base.forward(ones([2, 1, 3]))
    expect(output).toBeAllclose(lstm.forward(ones([2, 1, 3]))[0])
    expect(hn.shape).toEqual([1, 1, 4])
  })
})

describe('the engine', () => {
  const x = ones([3, 2, 3])

  it('is called once for a whole sequence, and packs once', () => {
    const engine = countingEngine()
    const gru = new GRU(3, 4, { numLayers: 3, bidirectional: true }).to(engine)
    gru.flattenParameters()
    expect(engine.packed).toBe(1)
    gru.forward(x)
    gru.forward(x)
    gru.flattenParameters()
    expect([engine.packed, engine.calls.length]).toEqual([1, 2])
  })

  it('gets the memory of the input itself, batch-major and packed too', () => {
    const engine = countingEngine()
    const gru = new GRU(3, 4, { batchFirst: true }).to(engine)
    const h0 = zeros([1, 3, 4])
    const packed = packPaddedSequence(ones([2, 3, 3]), [3, 2], { batchFirst: true })
    gru.forward(x, h0)
    gru.forward(packed)
    gru.forward(ones([3, 3]))
    expect(engine.calls.map(({ batchFirst }) => batchFirst)).toEqual([true, false, true])
    expect(engine.calls[0]?.input).toBe(x.storage.data)
    expect(engine.calls[0]?.h0).toBe(h0.storage.data)
    expect(engine.calls[1]?.input).toBe(packed.data.storage.data)
    expect(engine.calls[1]?.h0).toBeNull()
  })

  it('sees weights that changed: copied into, loaded, replaced, drawn anew, converted', () => {
    const engine = countingEngine()
    const gru = new GRU(3, 4).to(engine)
    const other = new GRU(3, 4)
    const forward = (): number[] => Array.from(gru.forward(x)[0].data, Number)
    const want = Array.from(other.forward(x)[0].data, Number)
    const before = forward()
    expect(before).not.toEqual(want)

    noGrad(() => gru.getParameter('weight_hh_l0').copy_(zeros([12, 4])))
    expect(forward()).not.toEqual(before)
    gru.loadStateDict(other.stateDict())
    expect(forward()).toBeAllclose(want)
    gru.resetParameters()
    expect(forward()).not.toBeAllclose(want)
    gru.loadStateDict(other.stateDict(), { assign: true })
    expect(forward()).toBeAllclose(want)
    Reflect.set(gru, 'bias_ih_l0', other.getParameter('bias_hh_l0'))
    expect(forward()).not.toBeAllclose(want)
    // Packed into the same memory.
    expect([engine.packed, engine.disposed]).toEqual([1, 0])
  })

  it('runs in float64 after a conversion', () => {
    const lstm = new LSTM(3, 4, { projSize: 2 })
    const [single] = lstm.forward(x)
    const [double] = lstm.to('float64').forward(x.to('float64'))
    expect(double.dtype).toBe('float64')
    expect(double).toBeAllclose(single)
    expect(() => lstm.forward(x)).toThrow('float64, got float32')
  })

  it('is not asked for what it cannot compute', () => {
    const gru = new GRU(3, 4).to('float16')
    expect(() => gru.forward(x.to('float16'))).toThrow('GRU.forward: expected float32 or float64')
  })

  it('may be exchanged, which packs into the new one and frees the old', () => {
    const [first, second] = [countingEngine(), countingEngine()]
    const rnn = new RNN(3, 4).to(first)
    const [want] = rnn.forward(x)
    expect(rnn.to(second).forward(x)[0]).toBeAllclose(want)
    expect([first.packed, first.disposed, second.packed]).toEqual([1, 1, 1])
    rnn.dispose()
    rnn.dispose()
    expect(second.disposed).toBe(1)
    expect(rnn.forward(x)[0]).toBeAllclose(want)
    expect(second.packed).toBe(2)
  })

  it.skipIf(wasmVariant() === null)('is the one asked for', () => {
    expect(new LSTM(3, 4).engine.name).toBe('wasm')
    expect(new LSTM(3, 4).to(reference).engine.name).toBe('reference')
    const simd = createWasmEngine('simd')
    expect(new LSTM(3, 4).to(simd).engine).toBe(simd)
  })

  it('is asked nothing where the arguments are wrong', () => {
    const engine = countingEngine()
    const gru = new GRU(3, 4).to(engine)
    expect(() => gru.forward(ones([3, 2, 5]))).toThrow()
    expect([engine.packed, engine.calls.length]).toEqual([0, 0])
  })
})

describe('hooks', () => {
  it('run around forward and forwardAsync', async () => {
    const gru = new GRU(3, 4)
    const seen: string[] = []
    gru.registerForwardPreHook((_, [input]) => {
      seen.push(`before ${input.constructor.name}`)
    })
    gru.registerForwardHook((_, __, [output]) => {
      seen.push(`after ${output.constructor.name}`)
    })
    gru.forward(ones([2, 2, 3]))
    await gru.forwardAsync(packPaddedSequence(ones([2, 2, 3]), [2, 1]))
    expect(seen).toEqual(['before Tensor', 'after Tensor', 'before PackedSequence', 'after PackedSequence'])
  })
})
