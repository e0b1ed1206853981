import { RuntimeError } from './errors.ts'
import { elementsOf } from './strided/cast.ts'
import { broadcastShapes } from './strided/dims.ts'
import type { Tensor } from './tensor.ts'

export interface AllcloseOptions {
  /** Relative to `other`. Default 1e-5. */
  readonly rtol?: number
  /** Default 1e-8. */
  readonly atol?: number
  /** Whether NaN equals NaN. Default false. */
  readonly equalNan?: boolean
}

/**
 * Whether `|input - other| <= atol + rtol * |other|` for all elements; shapes broadcast, infinities equal themselves.
 * @throws RuntimeError if the dtypes differ
 */
export function allclose(
  input: Tensor,
  other: Tensor,
  { rtol = 1e-5, atol = 1e-8, equalNan = false }: AllcloseOptions = {},
): boolean {
  if (input.dtype !== other.dtype) {
    throw new RuntimeError(`allclose: expected tensors of one dtype, got ${input.dtype} and ${other.dtype}`)
  }
  const shape = broadcastShapes('allclose', [input.shape, other.shape])
  const got = elementsOf(input.to('float64').expand(shape))
  const want = elementsOf(other.to('float64').expand(shape))
  for (let i = 0; i < got.length; i++) {
    const [x, y] = [Number(got[i]), Number(want[i])]
    if (x === y || (equalNan && Number.isNaN(x) && Number.isNaN(y))) continue
    if (!(Math.abs(x - y) <= atol + rtol * Math.abs(y)) || !Number.isFinite(y)) return false
  }
  return true
}

/** Whether both have the same shape and elements; NaN equals nothing. */
export function equal(input: Tensor, other: Tensor): boolean {
  const sameShape = input.ndim === other.ndim && input.shape.every((size, dim) => size === other.shape[dim])
  return sameShape && input.eq(other).all().item() === 1
}
