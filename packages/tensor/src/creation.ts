import { fromClone, isTensorClone, type TensorClone } from './clone.ts'
import {
  numbersAndOptions,
  type ShapeAndOptions,
  shapeAndOptions,
  shapedOptionsOf,
  type TensorOptions,
  tensorOptionsOf,
} from './creationOptions.ts'
import { checkSigned, type DType } from './dtype.ts'
import { RuntimeError } from './errors.ts'
import { checkScalar, recordOf } from './operands.ts'
import { where as choose } from './operations/elementwise.ts'
import { cast, copyInto, reshape } from './strided/cast.ts'
import { fromNested, fromTypedArray, type NestedArray } from './strided/construct.ts'
import { checkShape } from './strided/dims.ts'
import { checkFits, type Scalar, scalarOf } from './strided/promote.ts'
import { dense } from './strided/strided.ts'
import { asStrided } from './strided/views.ts'
import { Tensor, type TensorOperand, tensorOf } from './tensor.ts'

/**
 * A tensor of values.
 * - numbers give float32, bigints int64, booleans bool, unless `dtype` says otherwise; arrays are nested as deep as
 *   there are dimensions;
 * - a typed array keeps its dtype, and its memory becomes the tensor's if `shape` is given;
 * - what `structuredClone`, `postMessage` or JSON made of a tensor becomes it again; the memory of a clone is shared.
 * @throws RangeError if arrays of one dimension differ in length; RuntimeError if `shape` does not fit
 * @example
 * tensor([[1, 2], [3, 4]]).shape                   // [2, 2]
 * tensor(new Float32Array(6), { shape: [2, 3] })   // no copy
 * tensor(JSON.parse(JSON.stringify(weight)))       // equals weight
 */
export function tensor(
  data: NestedArray | ArrayBufferView | TensorClone,
  options?: (TensorOptions & { readonly shape?: readonly number[] }) | null,
): Tensor {
  const { dtype, shape, requiresGrad } = shapedOptionsOf('tensor', options)
  if (isTensorClone(data)) {
    const clone = fromClone(data)
    const shaped = shape === undefined ? clone.record : reshape(clone.record, shape)
    return new Tensor(cast(shaped, dtype ?? shaped.dtype), requiresGrad ?? clone.requiresGrad)
  }
  if (ArrayBuffer.isView(data)) return new Tensor(fromTypedArray(data, shape, dtype), requiresGrad)
  const nested = fromNested(data, dtype)
  return new Tensor(shape === undefined ? nested : reshape(nested, shape), requiresGrad)
}

/** A tensor filled with 0: `zeros([2, 3])` or `zeros(2, 3)`. */
export function zeros(...args: ShapeAndOptions<TensorOptions>): Tensor {
  return filled('zeros', args, 0)
}

/** A tensor whose elements have no meaning yet. Here they are 0. */
export function empty(...args: ShapeAndOptions<TensorOptions>): Tensor {
  return filled('empty', args, 0)
}

/** A tensor filled with 1. */
export function ones(...args: ShapeAndOptions<TensorOptions>): Tensor {
  return filled('ones', args, 1)
}

/** A tensor filled with `value`: float32 for a number, int64 for a bigint, bool for a boolean. */
export function full(shape: readonly number[], value: Scalar, options?: TensorOptions | null): Tensor {
  checkScalar('full', value)
  const own = typeof value === 'number' ? 'float32' : typeof value === 'bigint' ? 'int64' : 'bool'
  const { dtype = own, requiresGrad } = tensorOptionsOf('full', options)
  checkShape('full', shape)
  return make('full', [...shape], dtype, value, requiresGrad)
}

/** Zeros in the shape and, unless said otherwise, the dtype of `like`. */
export function zerosLike(like: Tensor, options?: TensorOptions | null): Tensor {
  return filledLike('zerosLike', like, options, 0)
}

/** Ones in the shape and, unless said otherwise, the dtype of `like`. */
export function onesLike(like: Tensor, options?: TensorOptions | null): Tensor {
  return filledLike('onesLike', like, options, 1)
}

/**
 * The numbers from `start` (0) to `end`, which is left out, `step` (1) apart: int64 if all three are whole, else
 * float32, unless `dtype` says otherwise.
 * @throws RuntimeError if `step` is 0 or leads away from `end`
 */
export function arange(end: number, options?: TensorOptions | null): Tensor
export function arange(start: number, end: number, options?: TensorOptions | null): Tensor
export function arange(start: number, end: number, step: number, options?: TensorOptions | null): Tensor
export function arange(...args: readonly (number | TensorOptions | null | undefined)[]): Tensor {
  const [numbers, options] = numbersAndOptions('arange', args, 3)
  const [start = 0, end = 0, step = 1] = numbers.length === 1 ? [0, ...numbers] : numbers
  const given = tensorOptionsOf('arange', options)
  const dtype = given.dtype ?? (numbers.every(Number.isInteger) ? 'int64' : 'float32')
  const count = Math.ceil((end - start) / step)
  if (!(count >= 0 && Number.isFinite(count))) {
    throw new RuntimeError(`arange: no finite steps of ${step} lead from ${start} to ${end}`)
  }
  checkSigned('arange', dtype)
  const values = Float64Array.from({ length: count }, (_, i) => start + i * step)
  return new Tensor(cast(dense([count], 'float64', values), dtype), given.requiresGrad)
}

/** `rows` times `columns` (as many) zeros with ones on the diagonal. */
export function eye(rows: number, options?: TensorOptions | null): Tensor
export function eye(rows: number, columns?: number, options?: TensorOptions | null): Tensor
export function eye(...args: readonly (number | TensorOptions | null | undefined)[]): Tensor {
  const [[rows = 0, columns = rows], options] = numbersAndOptions('eye', args, 2)
  const { dtype = 'float32', requiresGrad } = tensorOptionsOf('eye', options)
  checkShape('eye', [rows, columns])
  checkSigned('eye', dtype)
  const result = dense([rows, columns], dtype)
  copyInto(asStrided(result, [Math.min(rows, columns)], [columns + 1], 0), scalarOf(1, dtype), 'eye')
  return new Tensor(result, requiresGrad)
}

/** Elements of `x` where `condition`, of bool, holds, else those of `y`. */
export function where(condition: Tensor, x: TensorOperand, y: TensorOperand): Tensor {
  return tensorOf(choose(condition, x, y))
}

/** A new tensor whose elements are all `value`. */
function make(
  who: string,
  shape: readonly number[],
  dtype: DType,
  value: Scalar,
  requiresGrad: boolean | undefined,
): Tensor {
  const result = dense(shape, dtype)
  if (value !== 0) {
    checkFits(who, [value], dtype)
    copyInto(result, scalarOf(value, typeof value === 'bigint' ? 'int64' : 'float64'), who)
  }
  return new Tensor(result, requiresGrad)
}

function filled(who: string, args: ShapeAndOptions<TensorOptions>, value: 0 | 1): Tensor {
  const [shape, options] = shapeAndOptions(who, args)
  const { dtype = 'float32', requiresGrad } = tensorOptionsOf(who, options)
  return make(who, shape, dtype, value, requiresGrad)
}

function filledLike(
  who: string,
  like: Tensor,
  options: TensorOptions | null | undefined,
  value: 0 | 1,
): Tensor {
  const record = recordOf(who, 'its first argument', like)
  const { dtype = record.dtype, requiresGrad } = tensorOptionsOf(who, options)
  return make(who, record.shape, dtype, value, requiresGrad)
}
