import type { TrainingWorkload } from '../../cases/trainingCases.ts'
import type { Timer } from '../../measure/rounds.ts'
import type { ContenderName } from '../../result/environment.ts'

/**
 * What is timed of training:
 *
 * - `forward`: nothing is recorded.
 * - `recorded`, `recorded-eval`: forward, which keeps what backward needs, in training mode and in eval mode.
 * - `backward`: forward and backward.
 * - `step`: forward, backward and a step of Adam, so that the next forward has to pack weights anew.
 * - `checkpointed`: as `backward`, with `checkpointEvery`, in long cases.
 */
export const passes = ['forward', 'recorded', 'recorded-eval', 'backward', 'step', 'checkpointed'] as const

export type Pass = (typeof passes)[number]

/** A program that trains recurrent layers: one of our engines, or a peer. */
export interface TrainingContender extends ContenderName {
  /** Why it takes no part in a case; null if it does. */
  declines(workload: TrainingWorkload): string | null
  prepare(workload: TrainingWorkload): Promise<PreparedTraining>
  /** Ends what was started once for all cases. */
  close?(): Promise<void>
}

/** A contender that is ready to train on one workload, any number of times. */
export interface PreparedTraining {
  /** The gradients of all parameters, one after another, in PyTorch's order and layout. */
  gradients(): Promise<Float32Array>
  /** Peers are not asked what recording costs them. */
  readonly time: { readonly [pass in Pass]?: Timer }
  dispose(): Promise<void>
}

/** Adam's rate: so small that the weights stay as they are, however long is measured. */
export const learningRate = 1e-7
