import fixtures from '@unroll/oracle/fixtures/sequence.json'
import { LSTM, PackedSequence, packPaddedSequence, padPackedSequence } from '@unroll/sequence'
import { ones, zeros } from '@unroll/tensor'
import { type EncodedArray, tolerances } from '@unroll/testing'
import { expect, it } from 'vitest'
import { describeEngines } from './engines.ts'
import { dtypeOf, type ModuleFixture, makeModule, run, toState, toTensor } from './fixtures.ts'

interface SequenceFixture extends ModuleFixture {
  readonly name: string
  readonly weights: Readonly<Record<string, EncodedArray | undefined>>
  readonly input: EncodedArray
  readonly lengths: readonly number[] | null
  readonly enforceSorted: boolean
  readonly hx: readonly EncodedArray[] | null
  readonly output: EncodedArray
  readonly hn: EncodedArray
  readonly cn: EncodedArray | null
}

const cases: readonly SequenceFixture[] = fixtures.cases

describeEngines((engine) => {
  it.each(cases)('computes what PyTorch does: $name', (fixture) => {
    const module = makeModule(fixture).to(engine).eval()
    module.loadStateDict(toState(fixture.weights))
    const { enforceSorted, lengths } = fixture
    const { batchFirst } = module
    const padded = toTensor(fixture.input)
    const input = lengths ? packPaddedSequence(padded, lengths, { batchFirst, enforceSorted }) : padded

    const got = run(module, input, fixture.hx?.map(toTensor))

    expect(module.engine.name).toBe(engine.name)
    const output =
      got.output instanceof PackedSequence ? padPackedSequence(got.output, { batchFirst })[0] : got.output
    const tolerance = tolerances[dtypeOf(fixture)]
    expect(got.output instanceof PackedSequence).toBe(lengths !== null)
    expect(output).toBeAllclose(toTensor(fixture.output), tolerance)
    const want = [fixture.hn, ...(fixture.cn ? [fixture.cn] : [])]
    expect(got.states).toHaveLength(want.length)
    want.forEach((state, index) => {
      expect(got.states[index] ?? []).toBeAllclose(toTensor(state), tolerance)
    })
    module.dispose()
  })

  it('gives the same through forwardAsync', async () => {
    const lstm = new LSTM(3, 4, { bidirectional: true }).to(engine)
    const input = ones([2, 3, 3])
    const [output, [hn, cn]] = await lstm.forwardAsync(input)
    const [wantOutput, [wantHn, wantCn]] = lstm.forward(input)
    expect([...output.data, ...hn.data, ...cn.data]).toEqual([
      ...wantOutput.data,
      ...wantHn.data,
      ...wantCn.data,
    ])
    const [packed] = await lstm.forwardAsync(packPaddedSequence(input, [2, 2, 1]))
    expect(packed).toBeInstanceOf(PackedSequence)
  })

  it('reads inputs that are views, whatever their strides', () => {
    const lstm = new LSTM(3, 4, { batchFirst: true }).to(engine)
    const wide = zeros([2, 5, 6]).uniform_(-1, 1)
    const view = wide.slice(2, 1, 6, 2).transpose(0, 1)
    const [output] = lstm.forward(view)
    const [want] = lstm.forward(view.clone())
    expect(output).toBeAllclose(want, { rtol: 0, atol: 0 })
  })

  it('runs an empty batch', () => {
    const lstm = new LSTM(3, 4, { numLayers: 2, bidirectional: true, projSize: 2 }).to(engine)
    const [output, [hn, cn]] = lstm.forward(zeros([5, 0, 3]))
    expect([output.shape, hn.shape, cn.shape]).toEqual([
      [5, 0, 4],
      [4, 0, 2],
      [4, 0, 4],
    ])
  })
})
