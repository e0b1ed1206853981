import { defaultEngine, type HostEngine, type PackedWeights, reference } from '@unroll/kernels'
import fixtures from '@unroll/oracle/fixtures/cells.json'
import printing from '@unroll/oracle/fixtures/cells_printing.json'
import seeded from '@unroll/oracle/fixtures/cells_seeded.json'
import { manualSeed, noGrad, ones, randn, stack, type Tensor, zeros } from '@unroll/tensor'
import { decodeArray, tolerances } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { GRUCell, gruCell, LSTMCell, lstmCell, RNNCell, rnnCell } from '../src/index.ts'
import { describeEngines, dtypeOf, makeCell, step, toState, toTensor } from './fixtures.ts'

describeEngines((engine) => {
  it.each(fixtures.cases)('$name equals PyTorch', (fixture) => {
    const cell = makeCell(fixture).to(engine)
    cell.loadStateDict(toState(fixture.weights))
    const states = step(cell, toTensor(fixture.input), fixture.hx?.map(toTensor) ?? null)
    expect(cell.engine.name).toBe(engine.name)
    expect(states.length).toBe(fixture.output.length)
    for (const [i, want] of fixture.output.entries()) {
      const expected = { shape: want.shape, data: decodeArray(want) }
      expect(states[i]).toBeAllclose(expected, tolerances[dtypeOf(fixture.options)])
      expect(states[i]?.dtype).toBe(want.dtype)
    }
    cell.dispose()
  })

  it.each(seeded.cases)('$name: weights, and the loop over timesteps, equal PyTorch', (fixture) => {
    manualSeed(fixture.seed)
    const cell = makeCell(fixture).to(engine)
    for (const [name, want] of toState(fixture.weights)) {
      expect(cell.getParameter(name).toArray()).toEqual(want.toArray())
    }
    const [steps = 0, batch = 0, inputs = 0] = fixture.input.shape
    const input = randn([steps, batch, inputs])
    let states: readonly Tensor[] = fixture.hx.map(() => randn([batch, fixture.hiddenSize]))
    const outputs: Tensor[] = []
    for (const xt of input) {
      states = step(cell, xt, states)
      outputs.push(...states.slice(0, 1))
    }
    expect(cell.engine.name).toBe(engine.name)
    expect(stack(outputs)).toBeAllclose(toTensor(fixture.output))
    cell.dispose()
  })

  it('a cell follows its weights when they are written, replaced, or converted', () => {
    const cell = new GRUCell(3, 4).to(engine)
    const x = ones([2, 3])
    const other = new GRUCell(3, 4).to(engine)
    const want = other.forward(x).toArray()
    const before = cell.forward(x)
    cell.loadStateDict(other.stateDict())
    expect(cell.forward(x).toArray()).toEqual(want)
    cell.resetParameters()
    expect(cell.forward(x).toArray()).not.toEqual(want)
    cell.loadStateDict(other.stateDict(), { assign: true })
    expect(cell.forward(x).toArray()).toEqual(want)
    noGrad(() => other.weight_ih.zero_())
    expect(cell.forward(x).toArray()).not.toEqual(want)
    expect(cell.to('float64').forward(x.to('float64')).dtype).toBe('float64')
    expect(before.shape).toEqual([2, 4])
  })

  it('views of memory are taken as input and state', () => {
    const cell = new RNNCell(2, 3).to(engine)
    const input = randn([2, 5])
    const hx = randn([3, 5])
    const want = cell.forward(input.t().contiguous(), hx.t().contiguous())
    expect(cell.forward(input.t(), hx.t())).toBeAllclose(want, { rtol: 0, atol: 0 })
  })

  it('forwardAsync gives what forward gives', async () => {
    const [x, h, c] = [randn([2, 3]), randn([2, 4]), randn([2, 4])]
    const lstm = new LSTMCell(3, 4).to(engine)
    const [hn, cn] = await lstm.forwardAsync(x, [h, c])
    expect([hn, cn].map(String)).toEqual(lstm.forward(x, [h, c]).map(String))
    for (const cell of [new RNNCell(3, 4).to(engine), new GRUCell(3, 4).to(engine)]) {
      expect(String(await cell.forwardAsync(x, h))).toBe(String(cell.forward(x, h)))
    }
  })
})

describe('cells', () => {
  it.each(printing.cases)('$printed is printed as PyTorch prints it', (fixture) => {
    expect(String(makeCell(fixture))).toBe(fixture.printed)
  })

  it('run on the default engine unless moved', () => {
    expect(new GRUCell(1, 1).engine).toBe(defaultEngine())
  })

  it('have their parameters in the order of PyTorch', () => {
    expect([...new LSTMCell(3, 4).stateDict()].map(([name, { shape }]) => [name, shape])).toEqual([
      ['weight_ih', [16, 3]],
      ['weight_hh', [16, 4]],
      ['bias_ih', [16]],
      ['bias_hh', [16]],
    ])
    expect([...new GRUCell(3, 4, { bias: false }).stateDict().keys()]).toEqual(['weight_ih', 'weight_hh'])
  })

  it('pack their weights once, give them back on dispose, and work after it', () => {
    const packed = new Set<PackedWeights>()
    let packs = 0
    const counting: HostEngine = {
      ...reference,
      pack: (...args) => {
        const weights = reference.pack(...args)
        const dispose = weights.dispose.bind(weights)
        weights.dispose = () => {
          packed.delete(weights)
          dispose()
        }
        packed.add(weights)
        packs++
        return weights
      },
    }
    const cell = new GRUCell(2, 2).to(counting)
    const want = cell.forward(ones([2])).toArray()
    for (let i = 0; i < 10; i++) cell.forward(ones([3, 2]))
    expect([packs, packed.size]).toEqual([1, 1])
    cell.dispose()
    cell[Symbol.dispose]()
    expect(packed.size).toBe(0)
    expect(cell.forward(ones([2])).toArray()).toEqual(want)
    expect([packs, packed.size]).toEqual([2, 1])
    cell.to(reference).forward(ones([2]))
    expect(packed.size).toBe(0)
  })
})

describe('the functional steps', () => {
  it.each(fixtures.cases)('$name equals PyTorch', (fixture) => {
    const weights = toState(fixture.weights)
    const cell = makeCell(fixture)
    const [weightIh, weightHh] = [weights.get('weight_ih'), weights.get('weight_hh')]
    if (!weightIh || !weightHh) throw new Error('a fixture without weights')
    const all = {
      weightIh,
      weightHh,
      biasIh: weights.get('bias_ih') ?? null,
      biasHh: weights.get('bias_hh') ?? null,
    }
    const input = toTensor(fixture.input)
    const zero = zeros([...input.shape.slice(0, -1), fixture.hiddenSize], { dtype: input.dtype })
    const [hx = zero, cx = zero] = fixture.hx?.map(toTensor) ?? []
    const states =
      cell instanceof LSTMCell
        ? lstmCell(input, [hx, cx], all)
        : [cell instanceof GRUCell ? gruCell(input, hx, all) : rnnCell(input, hx, all, cell.nonlinearity)]
    for (const [i, want] of fixture.output.entries()) {
      expect(states[i]).toBeAllclose(toTensor(want), tolerances[dtypeOf(fixture.options)])
    }
  })
})

describeEngines((engine) => {
  it.each([new RNNCell(3, 4), new LSTMCell(3, 4), new GRUCell(3, 4)])(
    'weights of %s written to through their data are seen by the next step, and nobody else takes them',
    (given) => {
      const cell = given.to(engine)
      const x = ones([2, 3])
      // Not zeros: they would hide the weights that they are multiplied with.
      const hx = [ones([2, 4]), ones([2, 4])].slice(0, cell instanceof LSTMCell ? 2 : 1)
      const run = (): unknown => step(cell, x, hx).map((t) => t.toArray())
      run()
      expect(cell.parameters().map(({ storage }) => storage.isHandedOut)).toEqual([
        false,
        false,
        false,
        false,
      ])
      for (const { data } of cell.parameters()) {
        const before = run()
        data[0] = Number(data[0]) + 1
        const after = run()
        expect(after).not.toEqual(before)
        cell.dispose()
        expect(run()).toEqual(after)
      }
      cell.dispose()
    },
  )
})
