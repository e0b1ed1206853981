import fixtures from '@unroll/oracle/fixtures/sequence.json'
import { cat, manualSeed, rand, randn, stack, type Tensor, zeros } from '@unroll/tensor'
import { tolerances } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { type CellFromStateDictOptions, GRUCell, LSTMCell, RNNCell } from '../src/index.ts'
import { type Cell, dtypeOf, step, toState, toTensor } from './fixtures.ts'

function prefixed(prefix: string, state: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(Array.from(state, ([name, tensor]) => [prefix + name, tensor]))
}

describe('fromStateDict', () => {
  const input = randn([2, 3])

  it('gives a cell that computes the same', () => {
    const [lstm, gru] = [new LSTMCell(3, 4), new GRUCell(3, 4, { bias: false })]
    const rnn = new RNNCell(3, 4, { nonlinearity: 'relu' })
    expect(LSTMCell.fromStateDict(lstm.stateDict()).forward(input)[1].toArray()).toEqual(
      lstm.forward(input)[1].toArray(),
    )
    const again = GRUCell.fromStateDict(prefixed('x.', gru.stateDict()), { prefix: 'x.' })
    expect(again.forward(input).toArray()).toEqual(gru.forward(input).toArray())
    expect(RNNCell.fromStateDict(rnn.stateDict(), { nonlinearity: 'relu' }).forward(input).toArray()).toEqual(
      rnn.forward(input).toArray(),
    )
  })

  it('reads a plain object too, and takes the dtype of the weights or another', () => {
    const cell = new LSTMCell(3, 4, { dtype: 'float64' })
    const state = Object.fromEntries(cell.stateDict())
    expect(LSTMCell.fromStateDict(state).weight_ih.dtype).toBe('float64')
    expect(LSTMCell.fromStateDict(state, { dtype: 'float32' }).weight_ih.dtype).toBe('float32')
    expect(LSTMCell.fromStateDict(cell.to('float16').stateDict()).weight_ih.dtype).toBe('float32')
  })

  it('draws nothing', () => {
    const states = [new LSTMCell(3, 4), new GRUCell(3, 4), new RNNCell(3, 4)].map((cell) => cell.stateDict())
    manualSeed(3)
    const want = rand([2]).toArray()
    manualSeed(3)
    const [lstm = new Map(), gru = new Map(), rnn = new Map()] = states
    LSTMCell.fromStateDict(lstm)
    GRUCell.fromStateDict(gru)
    RNNCell.fromStateDict(rnn)
    expect(rand([2]).toArray()).toEqual(want)
  })

  it('refuses weights of another kind, or none', () => {
    expect(() => GRUCell.fromStateDict(new LSTMCell(2, 3).stateDict())).toThrow(
      'these are the weights of a LSTMCell',
    )
    expect(() => RNNCell.fromStateDict(prefixed('y.', new RNNCell(2, 3).stateDict()))).toThrow(
      "got them under the prefixes 'y.'",
    )
    expect(() => RNNCell.fromStateDict(new Map())).toThrow('got none among 0 tensors')
  })
})

type Fixture = (typeof fixtures.cases)[number]

function makeCell(
  fixture: Fixture,
  state: ReadonlyMap<string, Tensor>,
  options: CellFromStateDictOptions,
): Cell {
  const { nonlinearity } = fixture.options
  switch (fixture.module) {
    case 'LSTM':
      return LSTMCell.fromStateDict(state, options)
    case 'GRU':
      return GRUCell.fromStateDict(state, options)
    default:
      return RNNCell.fromStateDict(state, {
        ...options,
        nonlinearity: nonlinearity === 'relu' ? 'relu' : 'tanh',
      })
  }
}

/** Computes a layer cell by cell: (T, N, I) to (T, N, D*H). */
function runByCells(fixture: Fixture, prefix: string): Tensor {
  const { bidirectional = false, numLayers = 1 } = fixture.options
  const state = prefixed(prefix, toState(fixture.weights))
  const directions = bidirectional ? (['forward', 'reverse'] as const) : (['forward'] as const)
  const hx = fixture.hx?.map(toTensor) ?? null
  let rows = [...toTensor(fixture.input)]
  for (let layer = 0; layer < numLayers; layer++) {
    const outputs = directions.map((direction, d) => {
      // A single layer of one direction does not have to be named.
      const place = numLayers * directions.length === 1 ? {} : { layer, direction }
      const cell = makeCell(fixture, state, { prefix, ...place })
      let states: readonly Tensor[] | null = hx?.map((h) => h.at(layer * directions.length + d)) ?? null
      const order = direction === 'forward' ? rows : rows.toReversed()
      const results = order.map((row) => {
        states = step(cell, row, states)
        return states[0] ?? zeros([])
      })
      return direction === 'forward' ? results : results.toReversed()
    })
    rows = rows.map((_, t) =>
      cat(
        outputs.flatMap((results) => results[t] ?? []),
        -1,
      ),
    )
  }
  return stack(rows)
}

describe('fromStateDict of the weights of a layer', () => {
  const whole = fixtures.cases.filter(
    ({ lengths, input, options }) =>
      lengths === null && input.shape.length === 3 && !options.batchFirst && options.projSize === undefined,
  )

  it('has cases of several layers and both directions', () => {
    expect(whole.some(({ options }) => options.numLayers === 2 && options.bidirectional)).toBe(true)
    expect(whole.length).toBeGreaterThan(30)
  })

  it.each(whole)('gives the cells of PyTorch’s $name', (fixture) => {
    const want = toTensor(fixture.output)
    expect(runByCells(fixture, 'encoder.rnn.')).toBeAllclose(want, tolerances[dtypeOf(fixture.options)])
  })

  it('asks which one where there are more, and refuses what is not there', () => {
    const find = (wanted: (fixture: Fixture) => boolean): Map<string, Tensor> => {
      const fixture = fixtures.cases.find((each) => each.module === 'LSTM' && wanted(each))
      return fixture ? toState(fixture.weights) : new Map()
    }
    const deep = find(({ options }) => options.numLayers === 2 && options.bidirectional === undefined)
    expect(() => LSTMCell.fromStateDict(deep)).toThrow(
      "expected the weights of one layer and direction, got more; choose one of { layer: 0, direction: 'forward' }, { layer: 1, direction: 'forward' }",
    )
    expect(LSTMCell.fromStateDict(deep, { layer: 1 }).inputSize).toBe(7)
    expect(() => LSTMCell.fromStateDict(deep, { layer: 2 })).toThrow(
      'the weights of that layer and direction',
    )
    expect(() => LSTMCell.fromStateDict(deep, { layer: 0, direction: 'reverse' })).toThrow(RangeError)
    expect(() => GRUCell.fromStateDict(deep, { layer: 0 })).toThrow('these are the weights of a LSTMCell')

    const both = find(({ options }) => options.bidirectional === true && options.numLayers === undefined)
    expect(() => LSTMCell.fromStateDict(both, { layer: 0 })).toThrow("{ layer: 0, direction: 'reverse' }")
    expect(() => LSTMCell.fromStateDict(both, { direction: 'reverse' })).not.toThrow()

    const projected = find(({ options }) => options.projSize !== undefined)
    expect(() => LSTMCell.fromStateDict(projected, { layer: 0, direction: 'forward' })).toThrow(
      'without a projection, which cells do not have, got weight_hr_l0',
    )
    const cell = new LSTMCell(3, 4).stateDict()
    expect(() => LSTMCell.fromStateDict(cell, { layer: 0 })).toThrow('got the weights of a cell')
    expect(() => LSTMCell.fromStateDict(prefixed('lstm.', deep))).toThrow("under the prefixes 'lstm.'")
  })
})
