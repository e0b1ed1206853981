import type { RecurrentOutput } from '@unroll/kernels'
import type { Workload } from '../cases/workload.ts'
import type { Timer } from '../measure/rounds.ts'
import type { ContenderName } from '../result/environment.ts'

/** A program that runs recurrent layers: one of our engines, or a peer. */
export interface Contender extends ContenderName {
  /** Why it takes no part in a case; null if it does. */
  declines(workload: Workload): string | null
  /** Everything that is done once per model: packing weights, building a session. */
  prepare(workload: Workload): Promise<PreparedContender>
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
