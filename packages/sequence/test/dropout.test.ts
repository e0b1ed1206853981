import { reference } from '@unroll/kernels'
import fixtures from '@unroll/oracle/fixtures/sequence_dropout.json'
import { GRU, LSTM, PackedSequence, packPaddedSequence } from '@unroll/sequence'
import { manualSeed, ones, rand } from '@unroll/tensor'
import { type EncodedArray, tolerances } from '@unroll/testing'
import { describe, expect, it, vi } from 'vitest'
import { describeEngines } from './engines.ts'
import { dtypeOf, type ModuleFixture, makeModule, run, toState, toTensor } from './fixtures.ts'

interface DropoutFixture extends ModuleFixture {
  readonly name: string
  readonly seed: number
  readonly weights: Readonly<Record<string, EncodedArray | undefined>>
  readonly input: EncodedArray
  readonly lengths: readonly number[] | null
  readonly output: EncodedArray
  readonly hn: EncodedArray
  readonly cn: EncodedArray | null
  readonly next: EncodedArray
}

const cases: readonly DropoutFixture[] = fixtures.cases

describeEngines((engine) => {
  it.each(cases)('drops in training what PyTorch drops with the same seed: $name', (fixture) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const module = makeModule(fixture).to(engine)
    module.loadStateDict(toState(fixture.weights))
    const { batchFirst } = module
    const padded = toTensor(fixture.input)
    const { lengths } = fixture
    const input = lengths ? packPaddedSequence(padded, lengths, { batchFirst, enforceSorted: false }) : padded

    manualSeed(fixture.seed)
    const got = run(module, input)

    const tolerance = tolerances[dtypeOf(fixture)]
    const output = got.output instanceof PackedSequence ? got.output.data : got.output
    expect(output).toBeAllclose(toTensor(fixture.output), tolerance)
    const want = [fixture.hn, ...(fixture.cn ? [fixture.cn] : [])]
    want.forEach((state, index) => {
      expect(got.states[index] ?? []).toBeAllclose(toTensor(state), tolerance)
    })
    expect(rand([2]).data).toEqual(toTensor(fixture.next).data)
    module.dispose()
    vi.restoreAllMocks()
  })
})

describe('dropout', () => {
  const x = ones([4, 3, 2])
  const drawsNothing = (act: () => void): boolean => {
    manualSeed(1)
    act()
    const [after] = rand([1]).data
    manualSeed(1)
    return after === rand([1]).data[0]
  }

  it('does nothing and draws nothing in inference', () => {
    const gru = new GRU(2, 3, { numLayers: 2, dropout: 0.5 }).eval()
    const plain = new GRU(2, 3, { numLayers: 2 })
    plain.loadStateDict(gru.stateDict())
    expect(drawsNothing(() => gru.forward(x))).toBe(true)
    expect(gru.forward(x)[0]).toBeAllclose(plain.forward(x)[0])
    expect(drawsNothing(() => gru.train().forward(x))).toBe(false)
  })

  it('zeroes about its share, on time-major rows, and scales the rest', () => {
    const dropped: number[] = []
    const engine: typeof reference = {
      ...reference,
      training: {
        recurrent: (weights, call) => {
          dropped.push(...(call.dropout ?? []))
          return reference.training.recurrent(weights, call)
        },
      },
    }
    const lstm = new LSTM(2, 10, { numLayers: 3, bidirectional: true, dropout: 0.2 }).to(engine)
    manualSeed(2)
    lstm.forward(ones([20, 10, 2]))
    expect(dropped).toHaveLength(2 * 200 * 20)
    expect(new Set(dropped)).toEqual(new Set([0, 1.25]))
    // With 8,000 draws, five standard deviations of the share are 0.0224.
    const share = dropped.filter((factor) => factor === 0).length / dropped.length
    expect(Math.abs(share - 0.2)).toBeLessThan(0.0224)
  })

  it('of an empty batch draws nothing', () => {
    const gru = new GRU(2, 3, { numLayers: 2, dropout: 0.5 })
    expect(drawsNothing(() => gru.forward(ones([4, 0, 2])))).toBe(true)
  })
})
