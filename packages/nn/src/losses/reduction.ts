import { describeValue } from '@unroll/kernels'
import type { Tensor } from '@unroll/tensor'

/** What becomes of the losses of single elements: all of them, their mean, or their sum. */
export type Reduction = 'none' | 'mean' | 'sum'

/** What every loss can be told. */
export interface LossOptions {
  /** Default `mean`. */
  readonly reduction?: Reduction
}

const reductions: readonly string[] = ['none', 'mean', 'sum'] satisfies Reduction[]

/** @throws RangeError unless `reduction` is one of `allowed` */
export function checkReduction(
  who: string,
  reduction: string,
  allowed: readonly string[] = reductions,
): void {
  if (allowed.includes(reduction)) return
  throw new RangeError(
    `${who}: expected reduction to be ${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1)}, got ${describeValue(reduction)}`,
  )
}

/** @param losses one for each element */
export function reduced(losses: Tensor, reduction: Reduction): Tensor {
  return reduction === 'none' ? losses : reduction === 'sum' ? losses.sum() : losses.mean()
}
