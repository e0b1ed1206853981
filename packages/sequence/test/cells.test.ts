import { type HostEngine, reference } from '@unroll/kernels'
import fixtures from '@unroll/oracle/fixtures/sequence_cells.json'
import {
  GRU,
  LSTM,
  PackedSequence,
  packPaddedSequence,
  padPackedSequence,
  SelectOutput,
} from '@unroll/sequence'
import { randn } from '@unroll/tensor'
import { type EncodedArray, tolerances } from '@unroll/testing'
import { expect, it } from 'vitest'
import { describeEngines } from './engines.ts'
import { dtypeOf, type ModuleFixture, makeModule, toState, toTensor } from './fixtures.ts'

interface CellsFixture extends ModuleFixture {
  readonly name: string
  readonly weights: Readonly<Record<string, EncodedArray | undefined>>
  readonly input: EncodedArray
  readonly lengths: readonly number[] | null
  readonly hx: readonly EncodedArray[]
  readonly output: EncodedArray
  readonly cn: EncodedArray
  readonly cells: EncodedArray
}

const cases: readonly CellsFixture[] = fixtures.cases

describeEngines((engine) => {
  it.each(cases)('gives the cell states of all timesteps, as PyTorch has them: $name', async (fixture) => {
    const lstm = makeModule(fixture)
    if (!(lstm instanceof LSTM)) throw new Error(`expected an LSTM, got ${lstm}`)
    lstm.to(engine).loadStateDict(toState(fixture.weights))
    const { batchFirst } = lstm
    const [h0, c0] = fixture.hx.map(toTensor)
    const hx = h0 && c0 ? ([h0, c0] as const) : null
    const tolerance = tolerances[dtypeOf(fixture)]
    const x = toTensor(fixture.input)
    if (fixture.lengths === null) {
      const [output, [, cn], cells] = lstm.forward(x, hx, { returnCells: true })
      expect(output).toBeAllclose(toTensor(fixture.output), tolerance)
      expect(cn).toBeAllclose(toTensor(fixture.cn), tolerance)
      expect(cells).toBeAllclose(toTensor(fixture.cells), tolerance)
      expect((await lstm.forwardAsync(x, hx, { returnCells: true }))[2]).toEqual(cells)
    } else {
      const packed = packPaddedSequence(x, fixture.lengths, { batchFirst, enforceSorted: false })
      const [output, [, cn], cells] = lstm.forward(packed, hx, { returnCells: true })
      expect(cells).toBeInstanceOf(PackedSequence)
      expect(padPackedSequence(output, { batchFirst })[0]).toBeAllclose(toTensor(fixture.output), tolerance)
      expect(cn).toBeAllclose(toTensor(fixture.cn), tolerance)
      expect(padPackedSequence(cells, { batchFirst })[0]).toBeAllclose(toTensor(fixture.cells), tolerance)
    }
  })

  it('gives nothing more where they were not asked for', () => {
    const lstm = new LSTM(2, 3).to(engine)
    const x = randn([4, 1, 2])
    expect(lstm.forward(x)).toHaveLength(2)
    expect(lstm.forward(x, null, { returnCells: false })).toHaveLength(2)
    expect(new SelectOutput('last').forward(lstm.forward(x, null, { returnCells: true }))).toEqual(
      new SelectOutput('last').forward(lstm.forward(x)),
    )
  })
})

it('cell states are refused by an engine that gives none, and by layers that have none', async () => {
  const poor: HostEngine = {
    ...reference,
    name: 'poor',
    recurrent: (weights, input) => ({ ...reference.recurrent(weights, input), cells: null }),
    training: {
      recurrent: (weights, input) => {
        const tape = reference.training.recurrent(weights, input)
        return Object.assign(Object.create(tape), { cells: null })
      },
    },
  }
  const lstm = new LSTM(2, 3).to(poor)
  const x = randn([4, 1, 2])
  const message =
    'LSTM.forward: engine poor gives no cell states of all timesteps; the engines wasm and reference do'
  expect(() => lstm.forward(x, null, { returnCells: true })).toThrow(message)
  await expect(lstm.forwardAsync(x, null, { returnCells: true })).rejects.toThrow(message)
  // @ts-expect-error a GRU has no cell states
  expect(() => new GRU(2, 3).forward(x, null, { returnCells: true })).toThrow(
    'GRU.forward: expected no returnCells, as only LSTM has cell states',
  )
})
