import type { RecurrentOutput } from '@unroll/kernels'
import type { Workload } from '../cases/workload.ts'
import type { Timer } from '../measure/rounds.ts'
import type { ContenderName } from '../result/environment.ts'

/** Somebody who runs recurrent layers, ours or a peer. */
export interface Contender extends ContenderName {
  /** Why it takes no part in a case; null if it does. */
  declines(workload: Workload): string | null
  /** Everything that is done once per model: packing weights, building a session. */
  prepare(workload: Workload): Promise<PreparedContender>
  /** Ends what was started for all cases. */
  close?(): Promise<void>
}

/** A contender that is ready to run one workload, any number of times. */
export interface PreparedContender {
  /** What it computes, in PyTorch's layout, to be compared. Streaming: {@link agreedSteps} timesteps from zeros, the last output. */
  output(): Promise<RecurrentOutput>
  /** Times calls from typed array to typed arrays. */
  readonly time: Timer
  dispose(): Promise<void>
}

/** Timesteps, all with the same input, after which streams are compared. */
export const agreedSteps = 4
