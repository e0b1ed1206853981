import { type RecurrentMode, type RecurrentOutput, type RecurrentSpec, reference } from '@unroll/kernels'
import { describe, expect, it } from 'vitest'
import { layers } from '../src/cases/recurrentCases.ts'
import { makeWorkload, type Workload } from '../src/cases/workload.ts'
import type { Contender } from '../src/contenders/contender.ts'
import { engineContender } from '../src/contenders/engineContender.ts'
import { onnxModel } from '../src/contenders/peers/onnxModel.ts'
import { onnxruntimeWeb } from '../src/contenders/peers/onnxruntimeWeb.ts'

const modes: readonly RecurrentMode[] = ['LSTM', 'GRU', 'RNN_TANH', 'RNN_RELU']

async function outputOf(contender: Contender, workload: Workload): Promise<RecurrentOutput> {
  const prepared = await contender.prepare(workload)
  const output = await prepared.output()
  await prepared.dispose()
  return output
}

describe.each(modes)('an ONNX model of %s in onnxruntime-web', (mode) => {
  it.each([
    { numLayers: 1, bidirectional: false },
    { numLayers: 1, bidirectional: true },
    { numLayers: 2, bidirectional: false },
    { numLayers: 2, bidirectional: true },
  ])('equals the reference engine with $numLayers layers, bidirectional $bidirectional', async (options) => {
    const workload = makeWorkload(layers('odd', mode, 5, 3, 7, 9, options.numLayers, options))
    const want = await outputOf(engineContender(reference), workload)
    const got = await outputOf(onnxruntimeWeb(1), workload)
    expect(got.output).toBeAllclose(want.output)
    expect(got.hn).toBeAllclose(want.hn)
    expect(got.cn === null).toBe(mode !== 'LSTM')
    expect(got.cn ?? []).toBeAllclose(want.cn ?? [])
  })

  it('equals the reference engine on sequences of different lengths', async () => {
    const options = { lengths: [5, 4, 4, 1], bidirectional: true }
    const workload = makeWorkload(layers('ragged', mode, 5, 4, 7, 9, 2, options))
    const want = await outputOf(engineContender(reference), workload)
    const got = await outputOf(onnxruntimeWeb(1), workload)
    expect(got.output).toBeAllclose(want.output)
    expect(got.hn).toBeAllclose(want.hn)
    expect(got.cn ?? []).toBeAllclose(want.cn ?? [])
  })

  it.each([1, 2])('equals the reference engine as a stream through %d layers', async (numLayers) => {
    const workload = makeWorkload(layers('stream', mode, 1, 3, 7, 9, numLayers, { streaming: true }))
    const want = await outputOf(engineContender(reference), workload)
    const got = await outputOf(onnxruntimeWeb(1), workload)
    expect(got.output).toBeAllclose(want.output)
    expect(got.hn).toBeAllclose(want.hn)
    expect(got.cn ?? []).toBeAllclose(want.cn ?? [])
  })

  it('equals the reference engine without biases', async () => {
    const workload = makeWorkload(layers('odd', mode, 5, 3, 7, 9, 1))
    const weights = workload.weights.map((w) => ({ ...w, biasIh: null, biasHh: null }))
    const want = await outputOf(engineContender(reference), { ...workload, weights })
    const got = await outputOf(onnxruntimeWeb(1), { ...workload, weights })
    expect(got.output).toBeAllclose(want.output)
  })
})

describe('onnxModel', () => {
  const { spec, weights } = makeWorkload(layers('tiny', 'LSTM', 1, 1, 2, 3, 1))

  it('refuses what the operators cannot compute, naming it', () => {
    const double: RecurrentSpec = { ...spec, dtype: 'float64' }
    expect(() => onnxModel(double, weights)).toThrow(/expected float32 weights, got float64/)
    expect(() => onnxModel({ ...spec, projSize: 2 }, weights)).toThrow(/got projSize 2/)
  })

  it('refuses weights of another number of directions', () => {
    expect(() => onnxModel({ ...spec, bidirectional: true }, weights)).toThrow(
      /weights of 2 directions, got 1/,
    )
  })
})
