import { apply } from '../autograd/apply.ts'
import { type DType, isHalf } from '../dtype.ts'
import { cast } from '../strided/cast.ts'
import { TensorBase } from '../tensorBase.ts'

/** What `compute` makes of `x`. 16-bit floats, which are for storage only, are computed in float32. */
export function inFloats(x: TensorBase, compute: (x: TensorBase) => TensorBase): TensorBase {
  return isHalf(x.dtype) ? to(compute(to(x, 'float32')), x.dtype) : compute(x)
}

/** Converted to `dtype`; `x` itself if it has it. */
export function to(x: TensorBase, dtype: DType): TensorBase {
  if (dtype === x.dtype) return x
  const result = TensorBase.fresh(x, cast(TensorBase.walkOf(x), dtype))
  return apply('ToCopyBackward0', [x], result, () => ([g]) => [g])
}
