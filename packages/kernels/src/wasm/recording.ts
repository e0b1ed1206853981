import type { FloatArray } from '../contract/recurrent.ts'
import type { WeightFactors } from './weightFactors.ts'

/** What a tape keeps of a call, in arrays of its own: `L` layers. */
export interface Recording {
  /** `(R, I)` or `(N, T, I)` */
  readonly input: FloatArray
  readonly batchSizes: Int32Array
  readonly batchFirst: boolean
  readonly h0: FloatArray | null
  readonly c0: FloatArray | null
  /** `(L - 1, R, D * P)` */
  readonly dropout: FloatArray | null
  /** `(L - 1, R, D * P)`: outputs of inner layers, before dropout. */
  readonly between: FloatArray
  /** `(R, D * P)` or `(N, T, D * P)` */
  readonly output: FloatArray
  /** `(L * D, R, tape columns)`: see assembly/call.ts. */
  readonly tape: FloatArray
  /** If they are known, of one timestep through one layer and direction: only products for its weights are computed. */
  readonly factors?: WeightFactors
}
