import { optionsOf } from '@unroll/kernels'
import { checkFlag, checkNumber } from './checks.ts'
import { RuntimeError } from './errors.ts'
import { recordOf } from './operands.ts'
import { cast, elementsOf } from './strided/cast.ts'
import { broadcastShapes } from './strided/dims.ts'
import { compare } from './strided/elementwise.ts'
import { all } from './strided/fold.ts'
import { eq } from './strided/operators.ts'
import { item } from './strided/read.ts'
import { sameSizes } from './strided/strided.ts'
import { expand } from './strided/views.ts'
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
export function allclose(input: Tensor, other: Tensor, options?: AllcloseOptions | null): boolean {
  const [a, b] = [recordOf('allclose', 'the input', input), recordOf('allclose', 'the other', other)]
  const { rtol, atol, equalNan } = optionsOf(
    'allclose',
    options,
    { rtol: 1e-5, atol: 1e-8, equalNan: false },
    'rtol',
  )
  checkNumber('allclose', 'rtol', rtol)
  checkNumber('allclose', 'atol', atol)
  checkFlag('allclose', 'equalNan', equalNan)
  if (a.dtype !== b.dtype) {
    throw new RuntimeError(`allclose: expected tensors of one dtype, got ${a.dtype} and ${b.dtype}`)
  }
  const shape = broadcastShapes('allclose', [a.shape, b.shape])
  const got = elementsOf(expand(cast(a, 'float64'), shape))
  const want = elementsOf(expand(cast(b, 'float64'), shape))
  for (let i = 0; i < got.length; i++) {
    const [x, y] = [Number(got[i]), Number(want[i])]
    if (x === y || (equalNan && Number.isNaN(x) && Number.isNaN(y))) continue
    if (!(Math.abs(x - y) <= atol + rtol * Math.abs(y)) || !Number.isFinite(y)) return false
  }
  return true
}

/** Whether both have the same shape and elements; NaN equals nothing. */
export function equal(input: Tensor, other: Tensor): boolean {
  const [a, b] = [recordOf('equal', 'the input', input), recordOf('equal', 'the other', other)]
  return sameSizes(a.shape, b.shape) && item(all(compare(eq, a, b), undefined, false)) === 1
}
