import type { RecurrentOutput } from '@unroll/kernels'
import type { Pass } from '../cases/training.ts'
import type { TrainingWorkload } from '../cases/trainingCases.ts'
import type { Workload } from '../cases/workload.ts'
import type { Timer } from '../measure/rounds.ts'
import type { ContenderName } from '../result/environment.ts'

/** A program that runs recurrent layers: one of our engines, or a peer. */
export interface Contender extends ContenderName {
  /** Why it takes no part in a case; null if it does. */
  declines(workload: Workload): string | null
  /** Everything that is done once per model: packing weights, building a session. */
  prepare(workload: Workload): Promise<PreparedContender>
  /** How it learns; left out where it cannot, or is not compared. */
  readonly training?: Learner
  /** Ends what was started once for all cases. */
  close?(): Promise<void>
}

/** A contender that is ready to run one workload, any number of times. */
export interface PreparedContender {
  /** Its results in PyTorch's layout, for the comparison. A stream gives its last output after {@link agreedSteps} timesteps. */
  output(): Promise<RecurrentOutput>
  /** Times calls that take a typed array and return typed arrays. */
  readonly time: Timer
  dispose(): Promise<void>
}

/** Streams are compared after this many timesteps, all with the same input. */
export const agreedSteps = 4

/** What a contender does in cases that learn. */
export interface Learner {
  /** Why it takes no part in a case; null if it does. */
  declines(workload: TrainingWorkload): string | null
  prepare(workload: TrainingWorkload): Promise<PreparedLearner>
}

/** A contender that is ready to learn from one workload, any number of times. */
export interface PreparedLearner {
  /** The gradients of all parameters, one after another, in PyTorch's order and layout. Null if its equations are not PyTorch's. */
  readonly gradients: (() => Promise<Float32Array>) | null
  /** Peers are not asked what recording costs them. */
  readonly time: { readonly [pass in Pass]?: Timer }
  dispose(): Promise<void>
}

/** The optimisers' rate: so small that the weights stay as they are, however long is measured. */
export const learningRate = 1e-7
