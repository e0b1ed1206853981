import {
  type FloatArray,
  type RecurrentMode,
  type RecurrentOutput,
  type RecurrentSpec,
  reference,
} from '@unroll/kernels'
import { describe, expect, it } from 'vitest'
import { layers } from '../src/cases.ts'
import { checkAgreement, compare, DisagreementError } from '../src/compare.ts'
import { type Contender, engineContender } from '../src/contender.ts'
import { onnxModel } from '../src/onnxModel.ts'
import { onnxruntimeWeb } from '../src/peers/onnxruntimeWeb.ts'
import { makeWorkload, type Workload } from '../src/workload.ts'

const modes: readonly RecurrentMode[] = ['LSTM', 'GRU', 'RNN_TANH', 'RNN_RELU']

async function outputOf(contender: Contender, workload: Workload): Promise<RecurrentOutput> {
  const prepared = await contender.prepare(workload)
  const output = await prepared.run()
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
    const got = await outputOf(onnxruntimeWeb(), workload)
    expect(got.output).toBeAllclose(want.output)
    expect(got.hn).toBeAllclose(want.hn)
    expect(got.cn === null).toBe(mode !== 'LSTM')
    expect(got.cn ?? []).toBeAllclose(want.cn ?? [])
  })

  it('equals the reference engine without biases', async () => {
    const workload = makeWorkload(layers('odd', mode, 5, 3, 7, 9, 1))
    const weights = workload.weights.map((w) => ({ ...w, biasIh: null, biasHh: null }))
    const want = await outputOf(engineContender(reference), { ...workload, weights })
    const got = await outputOf(onnxruntimeWeb(), { ...workload, weights })
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

describe('compare', () => {
  const effort = { warmUpMs: 0, measureMs: 0, minRounds: 2 }
  const benchCase = layers('tiny', 'LSTM', 2, 3, 4, 5, 1)

  /** The reference engine, one number of its output changed. */
  function changed(by: number): Contender {
    const change = (array: FloatArray): FloatArray => array.map((value, i) => (i === 7 ? value + by : value))
    const recurrent: typeof reference.recurrent = (packed, input) => {
      const result = reference.recurrent(packed, input)
      return { ...result, output: change(result.output) }
    }
    return engineContender({ ...reference, name: 'changed', recurrent })
  }

  it('times contenders whose outputs agree', async () => {
    const { results } = await compare(benchCase, [engineContender(reference), changed(1e-6)], effort)
    expect(results.map((result) => result.contender)).toEqual(['reference', 'changed'])
    expect(results.every((result) => result.msPerCall > 0)).toBe(true)
    expect(results[1]?.difference).toBeCloseTo(1e-6, 7)
  })

  it.each([1e-3, Number.NaN])('throws where an output is off by %d, naming the place', async (by) => {
    const comparison = compare(benchCase, [engineContender(reference), changed(by)], effort)
    await expect(comparison).rejects.toThrow(DisagreementError)
    await expect(comparison).rejects.toThrow(/tiny: changed against reference: output\[7\]: expected .*, got/)
  })

  it('leaves a contender out of cases it does not accept', async () => {
    const { results } = await compare(benchCase, [onnxruntimeWeb(), engineContender(reference, 10)], effort)
    expect(results.map((result) => result.contender)).toEqual(['onnxruntime-web'])
  })

  it('does not take outputs of different sizes for equal', () => {
    const output = { output: new Float32Array(4), hn: new Float32Array(2), cn: null }
    expect(() => checkAgreement({ ...output, cn: new Float32Array(2) }, output, 'x')).toThrow(
      /expected 0 elements, got 2/,
    )
  })
})
