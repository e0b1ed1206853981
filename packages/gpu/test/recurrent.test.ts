import {
  type DirectionWeights,
  type RecurrentInput,
  type RecurrentMode,
  type RecurrentSpec,
  reference,
} from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { expect, it } from 'vitest'
import type { GpuEngine } from '../src/index.ts'
import { describeBackends, shapesOn } from './backends.ts'
import { randomCall, randomWeights } from './random.ts'

/** Wider than PyTorch's own: GPUs may round exponentials and divisions by a few units in the last place. */
const tolerance = { rtol: 1e-4, atol: 1e-5 }

const modes: readonly RecurrentMode[] = ['RNN_TANH', 'RNN_RELU', 'LSTM', 'GRU']

describeBackends((backend, gpu) => {
  it.each(modes)(
    'agrees with the reference on random configurations of %s, rtol 1e-4, atol 1e-5',
    async (mode) => {
      expect(gpu.backend).toBe(backend)
      const random = seeded(modes.indexOf(mode) + 1)
      const upTo = (most: number): number => 1 + Math.floor(random() * most)
      for (let round = 0; round < shapesOn(gpu, 50); round++) {
        const hiddenSize = upTo(12)
        const spec: RecurrentSpec = {
          mode,
          dtype: 'float32',
          inputSize: upTo(7),
          hiddenSize,
          projSize: mode === 'LSTM' && hiddenSize > 1 && random() < 0.4 ? upTo(hiddenSize - 1) : 0,
          numLayers: random() < 0.7 ? 1 : 1 + upTo(2),
          bidirectional: random() < 0.4,
        }
        const sizes = Array.from({ length: upTo(7) }, () => upTo(5)).sort((a, b) => b - a)
        const isPacked = random() < 0.4
        const batchSizes = isPacked ? sizes : sizes.map(() => sizes[0] ?? 1)
        const weights = randomWeights(random, spec, random() < 0.8)
        const call = randomCall(random, spec, batchSizes, {
          zeros: random() < 0.4,
          batchFirst: !isPacked && random() < 0.4,
          dropout: spec.numLayers > 1 && random() < 0.3,
        })
        await expectAgreement(gpu, spec, weights, call)
      }
    },
  )

  // Odd sizes whose products WebGPU shares out: sums of 768 terms or more, few threads.
  it.each([
    ['LSTM', { hiddenSize: 193 }, [3, 3, 3]],
    ['LSTM', { hiddenSize: 198, bidirectional: true }, [11, 11, 4, 1]],
    ['LSTM', { hiddenSize: 201, projSize: 195, numLayers: 2 }, [2, 2, 1]],
    ['GRU', { hiddenSize: 257, bidirectional: true }, [9, 8, 8]],
    ['RNN_TANH', { hiddenSize: 769 }, [1, 1, 1, 1]],
    ['RNN_RELU', { hiddenSize: 771 }, [10, 5]],
  ] as const)('agrees where products are shared out, %s %o', async (mode, change, batchSizes) => {
    const spec: RecurrentSpec = {
      ...{ mode, dtype: 'float32', inputSize: 5, projSize: 0, numLayers: 1, bidirectional: false },
      ...change,
    }
    const random = seeded(spec.hiddenSize)
    await expectAgreement(gpu, spec, randomWeights(random, spec), randomCall(random, spec, batchSizes))
  })
})

/** Against the reference engine. */
async function expectAgreement(
  gpu: GpuEngine,
  spec: RecurrentSpec,
  weights: readonly DirectionWeights[],
  call: RecurrentInput,
): Promise<void> {
  const packed = gpu.pack(spec, weights)
  const got = await gpu.recurrent(packed, call)
  packed.dispose()
  const want = reference.recurrent(reference.pack(spec, weights), call)
  const { batchFirst, batchSizes } = call
  const what = JSON.stringify({
    ...spec,
    batchSizes: [...batchSizes],
    batchFirst,
    dropout: call.dropout !== null,
  })
  expect(got.output, what).toBeAllclose(want.output, tolerance)
  expect(got.hn, what).toBeAllclose(want.hn, tolerance)
  expect(got.cn ?? [], what).toBeAllclose(want.cn ?? [], tolerance)
}
