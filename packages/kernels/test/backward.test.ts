import { reference } from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { it } from 'vitest'
import { drawTraining, expectSameGradients } from './drawnTraining.ts'
import { describeFastEngines } from './engines.ts'

const random = seeded(1811)

/** Small ones, of which many are drawn, and some of several chunks of timesteps. */
const drawn = [
  ...Array.from({ length: 80 }, () => drawTraining(random, { longest: 9, widest: 19 })),
  ...Array.from({ length: 12 }, () => drawTraining(random, { longest: 60, widest: 11 })),
  ...Array.from({ length: 10 }, () => drawTraining(random, { longest: 4, widest: 130 })),
]

describeFastEngines((engine) => {
  it.each(drawn)('gives the gradients of the reference: $title', ({ spec, weights, call, given, wanted }) => {
    using packed = engine.pack(spec, weights)
    using tape = engine.training.recurrent(packed, call)
    using own = reference.pack(spec, weights)
    using want = reference.training.recurrent(own, call)
    expectSameGradients(tape.backward(given, wanted), want.backward(given, wanted), spec.dtype)
  })
})
