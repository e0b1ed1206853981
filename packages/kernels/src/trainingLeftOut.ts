import { checkInput } from './checks/call.ts'
import type { HostOptimizers } from './contract/optimizer.ts'
import type { PackedWeights, RecurrentInput, RecurrentOutput } from './contract/recurrent.ts'
import type { HostTraining } from './contract/training.ts'
import { runSequence } from './reference/sequence.ts'
import type * as training from './training.ts'

/** Recorded calls run, since inference records unless it is told not to. Going back throws. */
function withoutGradients(
  run: (weights: PackedWeights, call: RecurrentInput) => RecurrentOutput,
): HostTraining {
  return {
    recurrent: (weights, input) => ({
      ...run(weights, input),
      backward: leftOut,
      dispose: nothing,
      [Symbol.dispose]: nothing,
    }),
  }
}

function nothing(): void {}

function leftOut(): never {
  throw new Error(
    'training is left out here: the condition "unroll-inference" of the bundler, or of Node, has chosen the build of @unroll/kernels ' +
      'for inference; to train, leave that condition out',
  )
}

const noOptimizers: HostOptimizers = {
  moment: leftOut,
  sgd: leftOut,
  adam: leftOut,
  rmsprop: leftOut,
  adagrad: leftOut,
}

export const referenceOptimizers: typeof training.referenceOptimizers = noOptimizers

export const referenceTraining: typeof training.referenceTraining =
  /* @__PURE__ */ withoutGradients(runSequence)

export const wasmOptimizers: typeof training.wasmOptimizers = () => noOptimizers

export const wasmTraining: typeof training.wasmTraining = ({ own }) =>
  withoutGradients((weights, call) => {
    const packed = own(weights)
    checkInput(packed.spec, call)
    return packed.run(call)
  })
