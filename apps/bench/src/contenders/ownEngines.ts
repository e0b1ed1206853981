import { createWasmEngine, type HostEngine, reference, setNumThreads, wasm } from '@unroll/kernels'
import { multiplyAdds } from '../cases/workload.ts'
import type { Contender, Learner } from './contender.ts'
import { own, ownOnOneThread } from './contenderNames.ts'
import { engineContender } from './engineContender.ts'
import type { Makers } from './makeContenders.ts'

/** Multiply-adds up to which the reference engine takes part: about a tenth of a second a call. */
const referenceLimit = 3e7

/** The same for a forward of cases that learn. */
const referenceTrainingLimit = 3e6

/**
 * Our own engines. `wasm-simd` is the build without fused multiply-add, always on one thread, `wasm-f64` the same engine in
 * float64.
 */
export const engines: Makers = {
  reference: () =>
    learning(
      engineContender(reference, { maxMultiplyAdds: referenceLimit }),
      reference,
      referenceTrainingLimit,
    ),
  [own]: async (threads) => {
    await setNumThreads(threads)
    return learning(engineContender(wasm), wasm)
  },
  [ownOnOneThread]: () => {
    const engine = createWasmEngine()
    return learning(engineContender(engine, { name: ownOnOneThread }), engine)
  },
  'wasm-simd': () => {
    const engine = createWasmEngine('simd')
    return learning(engineContender(engine, { name: 'wasm-simd' }), engine)
  },
  'wasm-f64': () => engineContender(wasm, { name: 'wasm-f64', dtype: 'float64' }),
}

function learning(
  contender: Contender,
  engine: HostEngine,
  maxMultiplyAdds = Number.POSITIVE_INFINITY,
): Contender {
  const training: Learner = {
    declines: (workload) => (multiplyAdds(workload) <= maxMultiplyAdds ? null : 'a call takes too long'),
    // A page that compares layers alone does not load what training needs.
    prepare: async (workload) => (await import('./training/ownLearner.ts')).prepareOwn(engine, workload),
  }
  return { ...contender, training }
}
