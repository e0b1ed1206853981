import type { HostTraining } from '../contract/training.ts'
import { hostTraining } from '../tape/hostTraining.ts'
import { zip } from './elementwise.ts'
import { ReferenceTape } from './referenceTape.ts'
import { ReferenceWeights } from './referenceWeights.ts'
import { runSequence } from './sequence.ts'

/** The training of the reference engine. */
export const referenceTraining: HostTraining = /* @__PURE__ */ hostTraining<ReferenceWeights>({
  own: ReferenceWeights.of,
  run: runSequence,
  record: (weights, call) => new ReferenceTape(weights, call),
  direction: (weights, index) => weights.direction(index),
  add: (a, b) => zip('add', a, b),
})
