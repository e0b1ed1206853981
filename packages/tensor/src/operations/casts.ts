import { apply } from '../autograd/apply.ts'
import type { DType } from '../dtype.ts'
import { cast } from '../strided/cast.ts'
import { TensorBase } from '../tensorBase.ts'

/** Converted to `dtype`; `x` itself if it has it. */
export function to(x: TensorBase, dtype: DType): TensorBase {
  if (dtype === x.dtype) return x
  const result = TensorBase.fresh(x, cast(TensorBase.walkOf(x), dtype))
  return apply('ToCopyBackward0', [x], result, () => ([g]) => [g])
}
