import { type RecurrentGradients, type RecurrentSpec, reference, type TapeOptions } from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { some } from '@unroll/testing/full'
import { expect, it } from 'vitest'
import { type DrawnTraining, drawTraining, expectClose, expectSameGradients } from './drawnTraining.ts'
import { describeEngines, describeFastEngines } from './engines.ts'
import { randomWeights } from './random.ts'

const random = seeded(1811)

/** Small ones, of which many are drawn, and some of several chunks of timesteps. */
const drawn = [
  ...Array.from({ length: 80 }, () => drawTraining(random, { longest: 9, widest: 19 })),
  ...Array.from({ length: 12 }, () => drawTraining(random, { longest: 60, widest: 11 })),
  ...Array.from({ length: 10 }, () => drawTraining(random, { longest: 4, widest: 130 })),
]

/** What the reference gives, computed once for all engines. */
const referenceGradients = new Map<DrawnTraining, RecurrentGradients>()
function gradientsOf(training: DrawnTraining): RecurrentGradients {
  const known = referenceGradients.get(training)
  if (known) return known
  const { spec, weights, call, given, wanted } = training
  using packed = reference.pack(spec, weights)
  using tape = reference.training.recurrent(packed, call)
  const gradients = tape.backward(given, wanted)
  referenceGradients.set(training, gradients)
  return gradients
}

describeFastEngines((engine) => {
  it.each(drawn)('gives the gradients of the reference: $title', (training) => {
    const { spec, weights, call, given, wanted } = training
    using packed = engine.pack(spec, weights)
    using tape = engine.training.recurrent(packed, call)
    expectSameGradients(tape.backward(given, wanted), gradientsOf(training), spec.dtype)
  })
})

const large: RecurrentSpec = {
  mode: 'LSTM',
  dtype: 'float32',
  inputSize: 256,
  hiddenSize: 256,
  projSize: 0,
  numLayers: 1,
  bidirectional: false,
}
const notNumbers = randomWeights(random, large).map((weights) => ({
  ...weights,
  weightIh: weights.weightIh.fill(Number.NaN),
  weightHh: weights.weightHh.fill(Number.NaN),
}))

describeFastEngines((engine) => {
  it('does not read what others left in its memory', () => {
    for (const { title, spec, weights, call, given, wanted } of some(drawn, 24)) {
      using packed = engine.pack(spec, weights)
      // Blocks that are released are handed out again as they are.
      engine.pack(large, notNumbers).dispose()
      using tape = engine.training.recurrent(packed, call)
      engine.pack(large, notNumbers).dispose()
      const { input, h0, c0, weights: parameters } = tape.backward(given, wanted)
      for (const array of [input, h0, c0, ...parameters.flatMap((each) => Object.values(each))]) {
        expect(array?.some(Number.isNaN), title).not.toBe(true)
      }
    }
  })
})

const keeps: readonly TapeOptions[] = [
  { keep: 'arguments' },
  { keep: { checkpointEvery: 1 } },
  { keep: { checkpointEvery: 4 } },
  { keep: { checkpointEvery: 1000 } },
]

describeEngines((engine) => {
  it.each(some(drawn.slice(0, 40), 16))(
    'gives the same results and gradients, whatever the tape keeps: $title',
    ({ spec, weights, call, given, wanted }) => {
      using packed = engine.pack(spec, weights)
      const asked = { ...call, returnCells: spec.mode === 'LSTM' }
      using whole = engine.training.recurrent(packed, asked, { keep: 'states' })
      const want = whole.backward(given, wanted)
      for (const options of keeps) {
        using tape = engine.training.recurrent(packed, asked, options)
        expectClose(tape.output, whole.output, spec.dtype, 'output')
        expectClose(tape.hn, whole.hn, spec.dtype, 'hn')
        expectClose(tape.cn, whole.cn, spec.dtype, 'cn')
        expectClose(tape.cells ?? null, whole.cells ?? null, spec.dtype, 'cells')
        expectSameGradients(tape.backward(given, wanted), want, spec.dtype)
        expect(tape.backward(given, wanted)).toEqual(tape.backward(given, wanted))
      }
    },
  )
})
