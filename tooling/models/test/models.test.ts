import { GRUCell, LSTMCell, RNNCell } from '@unroll/cells'
import { reference } from '@unroll/kernels'
import { Dropout, Embedding, Linear, type Module, Sequential, Softmax } from '@unroll/nn'
import { GRU, LSTM, packPaddedSequence, RNN, SelectOutput } from '@unroll/sequence'
import { manualSeed, randint, randn, Tensor } from '@unroll/tensor'
import { expect, it } from 'vitest'
import { describeBackends } from './backends.ts'

const tolerance = { rtol: 1e-4, atol: 1e-5 }

/** A model's answer on the reference engine. */
async function wanted(model: Module, input: unknown): Promise<unknown> {
  model.to(reference)
  return Reflect.apply(model.forwardAsync, model, [input])
}

describeBackends((backend, gpu) => {
  const readbacks = async <T>(run: () => Promise<T>): Promise<[T, number]> => {
    const before = gpu.counters.readbacks
    const result = await run()
    return [result, gpu.counters.readbacks - before]
  }

  it('reads back the answer of a classifier only, and compiles nothing for the second one', async () => {
    expect(gpu.backend).toBe(backend)
    manualSeed(1)
    const model = new Sequential(
      new Embedding(50, 6),
      new LSTM(6, 8, { numLayers: 2, batchFirst: true, bidirectional: true, dropout: 0.5 }),
      new SelectOutput('last'),
      new Dropout(0.3),
      new Linear(16, 5),
      new Softmax(-1),
    ).eval()
    const inputs = [randint(0, 50, [3, 7]), randint(0, 50, [3, 7])]
    const want = [await wanted(model, inputs[0]), await wanted(model, inputs[1])]
    model.to(gpu)
    let compiles = 0
    for (const [i, input] of inputs.entries()) {
      const [got, count] = await readbacks(() => model.forwardAsync(input))
      expect(count).toBe(1)
      expect(got).toBeAllclose(want[i] as Tensor, tolerance)
      expect(got.shape).toEqual([3, 5])
      if (i > 0) expect(gpu.counters.compiles).toBe(compiles)
      compiles = gpu.counters.compiles
    }
    model.dispose()
  })

  it.each([true, false])(
    'labels every timestep in one transfer, batchFirst %s, also of a batch of one',
    async (batchFirst) => {
      manualSeed(2)
      const model = new Sequential(
        new GRU(4, 6, { batchFirst }),
        new SelectOutput('sequence'),
        new RNN(6, 5, { batchFirst, bidirectional: true }),
        new SelectOutput('sequence'),
        new Sequential(new Linear(10, 3, { bias: false }), new Softmax(2)),
      ).eval()
      for (const input of [randn([2, 5, 4]), randn([1, 5, 4]), randn([5, 1, 4])]) {
        const want = await wanted(model, input)
        model.to(gpu)
        const [got, count] = await readbacks(() => model.forwardAsync(input))
        expect(count).toBe(1)
        expect(got).toBeAllclose(want as Tensor, tolerance)
      }
      model.dispose()
    },
  )

  it('takes packed sequences, each at its own end', async () => {
    manualSeed(3)
    const model = new Sequential(
      new LSTM(3, 4, { bidirectional: true }),
      new SelectOutput('last'),
      new Linear(8, 2),
    ).eval()
    const padded = randn([6, 3, 3])
    for (const [lengths, enforceSorted] of [
      [[6, 4, 1], true],
      [[2, 6, 3], false],
    ] as const) {
      const input = packPaddedSequence(padded, lengths, { enforceSorted })
      const want = await wanted(model, input)
      model.to(gpu)
      const [got, count] = await readbacks(() => model.forwardAsync(input))
      expect(got).toBeAllclose(want as Tensor, tolerance)
      expect(count).toBe(1)
    }
    model.dispose()
  })

  it('sees weights that changed, hooks, and a forward that was overridden', async () => {
    manualSeed(4)
    class Doubled extends Linear {
      override forward(x: Tensor): Tensor {
        return super.forward(x).mul(2)
      }
    }
    const lstm = new LSTM(3, 4)
    const model = new Sequential(lstm, new SelectOutput('last'), new Linear(4, 4), new Doubled(4, 2)).eval()
    const input = randn([5, 2, 3])
    const check = async (): Promise<void> => {
      const want = await wanted(model, input)
      model.to(gpu)
      expect(await model.forwardAsync(input)).toBeAllclose(want as Tensor, tolerance)
    }
    await check()
    const [weight] = lstm.parameters()
    weight?.detach().mul_(0.5)
    await check()
    let seen = 0
    const hook = lstm.registerForwardHook(() => {
      seen++
      return undefined
    })
    await check()
    expect(seen).toBe(2)
    hook.remove()
    await check()
    expect(seen).toBe(2)
    model.dispose()
  })

  it('gives an LSTM that ends a Sequential its whole tuple', async () => {
    manualSeed(5)
    const model = new Sequential(new Linear(2, 3), new LSTM(3, 4)).eval().to(gpu)
    const [output, [hn, cn]] = await model.forwardAsync(randn([5, 2, 2]))
    if (!(output instanceof Tensor)) throw new TypeError('expected a tensor')
    expect([output.shape, hn.shape, cn.shape]).toEqual([
      [5, 2, 4],
      [1, 2, 4],
      [1, 2, 4],
    ])
    model.dispose()
  })

  it.each([
    ['RNNCell', () => new RNNCell(3, 5)],
    ['GRUCell', () => new GRUCell(3, 5)],
  ] as const)('runs %s', async (_, make) => {
    manualSeed(6)
    const cell = make()
    const [x, h] = [randn([2, 3]), randn([2, 5])]
    const want = cell.forward(x, h)
    expect(await cell.to(gpu).forwardAsync(x, h)).toBeAllclose(want, tolerance)
    cell.dispose()
  })

  it('runs LSTMCell, batched and not', async () => {
    manualSeed(7)
    const cell = new LSTMCell(3, 5)
    for (const [x, state] of [
      [randn([2, 3]), [2, 5]],
      [randn([3]), [5]],
    ] as const) {
      const hx = [randn(state), randn(state)] as const
      cell.to(reference)
      const want = cell.forward(x, hx)
      const got = await cell.to(gpu).forwardAsync(x, hx)
      expect(got[0]).toBeAllclose(want[0], tolerance)
      expect(got[1]).toBeAllclose(want[1], tolerance)
    }
    cell.dispose()
  })
})
