import type { RecurrentMode } from '@unroll/kernels'
import fixtures from '@unroll/oracle/fixtures/sequence.json'
import {
  type HiddenState,
  PackedSequence,
  packPaddedSequence,
  padPackedSequence,
  RNNBase,
} from '@unroll/sequence'
import { type Tensor, tensor } from '@unroll/tensor'
import { decodeArray, type EncodedArray } from '@unroll/testing'
import { some } from '@unroll/testing/full'
import { expect, it } from 'vitest'
import { describeBackends } from './backends.ts'

interface Fixture {
  readonly name: string
  readonly module: string
  readonly inputSize: number
  readonly hiddenSize: number
  readonly options: { readonly dtype?: string; readonly nonlinearity?: string; readonly batchFirst?: boolean }
  readonly weights: Readonly<Record<string, EncodedArray | undefined>>
  readonly input: EncodedArray
  readonly lengths: readonly number[] | null
  readonly enforceSorted: boolean
  readonly hx: readonly EncodedArray[] | null
  readonly output: EncodedArray
  readonly hn: EncodedArray
  readonly cn: EncodedArray | null
}

const all: readonly Fixture[] = fixtures.cases
const float32 = all.filter(({ options }) => options.dtype === 'float32')
const float64 = all.find(({ options }) => options.dtype === 'float64')

/** Wider than PyTorch's own: GPUs may round exponentials and divisions by a few units in the last place. */
const tolerance = { rtol: 1e-4, atol: 1e-5 }

const toTensor = (encoded: EncodedArray): Tensor => tensor(decodeArray(encoded), { shape: encoded.shape })

function make({ module, inputSize, hiddenSize, options, weights }: Fixture): RNNBase {
  const { nonlinearity, dtype, ...rest } = options
  const modes: Record<string, RecurrentMode> = {
    LSTM: 'LSTM',
    GRU: 'GRU',
    RNN: nonlinearity === 'relu' ? 'RNN_RELU' : 'RNN_TANH',
  }
  const made = new RNNBase<RecurrentMode>(modes[module] ?? 'LSTM', inputSize, hiddenSize, {
    ...rest,
    dtype: dtype === 'float64' ? 'float64' : 'float32',
  })
  made.loadStateDict(
    new Map(Object.entries(weights).flatMap(([name, array]) => (array ? [[name, toTensor(array)]] : []))),
  )
  return made
}

describeBackends((backend, gpu) => {
  it.each(some(float32, backend === 'webgpu' ? 60 : 20))(
    'computes what PyTorch does, rtol 1e-4, atol 1e-5: $name',
    async (fixture) => {
      using module = make(fixture).eval().to(gpu)
      expect(module.engine).toBe(gpu)
      expect(gpu.backend).toBe(backend)
      const { batchFirst } = module
      const padded = toTensor(fixture.input)
      const { lengths, enforceSorted } = fixture
      const input = lengths ? packPaddedSequence(padded, lengths, { batchFirst, enforceSorted }) : padded
      const states = fixture.hx?.map(toTensor) ?? []
      // One tensor or two, depending on the mode, which the type cannot express.
      const hx = (states.length > 1 ? states : (states[0] ?? null)) as HiddenState | null

      const [got, hn] = await module.forwardAsync(input, hx)

      const output = got instanceof PackedSequence ? padPackedSequence(got, { batchFirst })[0] : got
      expect(output).toBeAllclose(toTensor(fixture.output), tolerance)
      const want = [fixture.hn, ...(fixture.cn ? [fixture.cn] : [])]
      const gotStates = [hn].flat()
      expect(gotStates).toHaveLength(want.length)
      for (const [i, state] of want.entries())
        expect(gotStates[i] ?? []).toBeAllclose(toTensor(state), tolerance)
    },
  )

  it('refuses float64 and names the way out', async () => {
    if (!float64) throw new Error('there is no fixture of float64')
    const module = make(float64).to(gpu)
    await expect(module.forwardAsync(toTensor(float64.input))).rejects.toThrow("module.to('float32')")
  })

  it('names forwardAsync where forward is called', () => {
    const module = new RNNBase('GRU', 2, 3).to(gpu)
    expect(() => module.forward(tensor([[[1, 2]]]))).toThrow('use await GRU.forwardAsync(...)')
  })
})
