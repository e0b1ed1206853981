import { checkDType, checkSigned, type DType } from './dtype.ts'
import { RuntimeError } from './errors.ts'
import { noGrad } from './gradMode.ts'
import { cast, reshape } from './strided/cast.ts'
import { fromNested, fromTypedArray, type NestedArray } from './strided/construct.ts'
import { checkShape } from './strided/dims.ts'
import { where as choose } from './strided/elementwise.ts'
import type { Scalar } from './strided/promote.ts'
import { dense } from './strided/strided.ts'
import { Tensor, type TensorOperand } from './tensor.ts'

export interface TensorOptions {
  /** float32 unless said otherwise. */
  readonly dtype?: DType
  /** Default false. */
  readonly requiresGrad?: boolean
}

/**
 * A tensor of values.
 * - numbers give float32, bigints int64, booleans bool, unless `dtype` says otherwise; arrays are nested as deep as
 *   there are dimensions;
 * - a typed array keeps its dtype, and its memory becomes the tensor's if `shape` is given.
 * @throws RangeError if arrays of one dimension differ in length; RuntimeError if `shape` does not fit
 * @example
 * tensor([[1, 2], [3, 4]])                            // float32, (2, 2)
 * tensor(new Float32Array(6), { shape: [2, 3] })      // no copy
 */
export function tensor(
  data: NestedArray | ArrayBufferView,
  { dtype, shape, requiresGrad }: TensorOptions & { readonly shape?: readonly number[] } = {},
): Tensor {
  if (ArrayBuffer.isView(data)) return new Tensor(fromTypedArray(data, shape, dtype), requiresGrad)
  const nested = fromNested(data, dtype)
  return new Tensor(shape === undefined ? nested : reshape(nested, shape), requiresGrad)
}

/** A tensor filled with 0. */
export function zeros(
  shape: readonly number[],
  { dtype = 'float32', requiresGrad }: TensorOptions = {},
): Tensor {
  checkShape('zeros', shape)
  checkDType('zeros', dtype)
  return new Tensor(dense([...shape], dtype), requiresGrad)
}

/** A tensor whose elements mean nothing yet; here they are 0. */
export function empty(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return zeros(shape, options)
}

/** A tensor filled with 1. */
export function ones(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return full(shape, 1, options)
}

/** A tensor filled with `value`: float32 for a number, int64 for a bigint, bool for a boolean. */
export function full(shape: readonly number[], value: Scalar, options: TensorOptions = {}): Tensor {
  const own = typeof value === 'number' ? 'float32' : typeof value === 'bigint' ? 'int64' : 'bool'
  return noGrad(() => zeros(shape, { dtype: own, ...options }).fill_(value))
}

/** Zeros in the shape and, unless said otherwise, the dtype of `like`. */
export function zerosLike(like: Tensor, options: TensorOptions = {}): Tensor {
  return zeros(like.shape, { dtype: like.dtype, ...options })
}

/** Ones in the shape and, unless said otherwise, the dtype of `like`. */
export function onesLike(like: Tensor, options: TensorOptions = {}): Tensor {
  return ones(like.shape, { dtype: like.dtype, ...options })
}

/**
 * The numbers from `start` (0) to `end`, which is left out, `step` (1) apart: int64 if all three are whole, else
 * float32, unless `dtype` says otherwise.
 * @throws RuntimeError if `step` is 0 or leads away from `end`
 */
export function arange(end: number, options?: TensorOptions): Tensor
export function arange(start: number, end: number, options?: TensorOptions): Tensor
export function arange(start: number, end: number, step: number, options?: TensorOptions): Tensor
export function arange(first: number, ...rest: readonly (number | TensorOptions | undefined)[]): Tensor {
  const numbers = [first, ...rest.filter((value) => typeof value === 'number')]
  const options = rest.find((value) => typeof value === 'object') ?? {}
  const [start = 0, end = 0, step = 1] = numbers.length === 1 ? [0, first] : numbers
  const count = Math.ceil((end - start) / step)
  if (!(count >= 0 && Number.isFinite(count))) {
    throw new RuntimeError(`arange: no finite steps of ${step} lead from ${start} to ${end}`)
  }
  const dtype = options.dtype ?? (numbers.every(Number.isInteger) ? 'int64' : 'float32')
  checkSigned('arange', dtype)
  const values = Float64Array.from({ length: count }, (_, i) => start + i * step)
  return new Tensor(cast(dense([count], 'float64', values), dtype), options.requiresGrad)
}

/** `rows` times `columns` (as many) zeros with ones on the diagonal. */
export function eye(rows: number, columns: number = rows, options: TensorOptions = {}): Tensor {
  checkSigned('eye', options.dtype ?? 'float32')
  const result = zeros([rows, columns], options)
  const diagonal = result.asStrided([Math.min(rows, columns)], [columns + 1])
  noGrad(() => diagonal.fill_(1))
  return result
}

/** Elements of `x` where `condition`, of bool, holds, else those of `y`. */
export function where(condition: Tensor, x: TensorOperand, y: TensorOperand): Tensor {
  return new Tensor(choose(condition, x, y))
}
