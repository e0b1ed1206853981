import { checkInteger, checkIntegers, checkNumber, refuseMore } from './checks.ts'
import { checkDType, type DType } from './dtype.ts'
import { RuntimeError } from './errors.ts'
import { isGradEnabled } from './gradMode.ts'
import { checkScalar, type Integers, integersOf, operandOf, recordOf } from './operands.ts'
import { fillBernoulli } from './random/discrete.ts'
import { generatorOf, type RandomOptions } from './random/generator.ts'
import { fillNormal } from './random/normal.ts'
import { fillUniform } from './random/uniform.ts'
import { cast, copyInto, copyOf, reshape } from './strided/cast.ts'
import * as elementwise from './strided/elementwise.ts'
import type { Dims } from './strided/fold.ts'
import * as fold from './strided/fold.ts'
import * as join from './strided/join.ts'
import * as lanes from './strided/lanes.ts'
import { matmul } from './strided/matmul.ts'
import * as operators from './strided/operators.ts'
import * as pick from './strided/pick.ts'
import { checkFits, type Scalar, scalarOf } from './strided/promote.ts'
import * as rearrange from './strided/rearrange.ts'
import type { Strided } from './strided/strided.ts'
import * as views from './strided/views.ts'
import { present, TensorBase } from './tensorBase.ts'

/**
 * A multi-dimensional array: typed-array memory, shared by its views, and the way to walk it.
 *
 * Every operation is one line: the numeric core in `strided/` computes, and this class wraps it. Names are PyTorch's in camelCase. A
 * trailing underscore marks methods that change the tensor in place.
 */
export class Tensor extends TensorBase {
  /** The name for messages and consoles, since bundlers may rename classes. */
  static override readonly name: string = 'Tensor'

  /** The gradient that backward has summed up for this tensor; null before. */
  get grad(): Tensor | null {
    return this.gradient instanceof Tensor ? this.gradient : null
  }

  set grad(value: Tensor | null) {
    if (value !== null) recordOf('grad', 'the gradient', value)
    this.gradient = value
  }

  /** Walks dimension 0. A tensor of no dimensions is not iterable, as in PyTorch: use item(). */
  get [Symbol.iterator](): () => IterableIterator<Tensor> {
    // Test libraries iterate over what they compare. Undefined tells them not to; a function that throws would not.
    present(this)
    return this.ndim === 0 ? (undefined as never) : () => rowsOf(this)
  }

  // ---- Views: the same memory, walked another way

  /** The part at these positions of the first dimensions: `t.at(2)`, `t.at(0, -1)`. */
  at(...indices: readonly number[]): Tensor {
    return wrap(indices.reduce<Strided>((view, index) => views.select(view, 0, index), this.walk))
  }

  /** The part at one position of `dim`, which disappears. */
  select(dim: number, index: number): Tensor {
    return wrap(views.select(this.walk, dim, index))
  }

  /** Positions `start`, `start + step`, ... below `end` of `dim`; negative ones count from the end. */
  slice(dim: number, start?: number, end?: number, step?: number): Tensor {
    return wrap(views.slice(this.walk, dim, start, end, step))
  }

  /** `length` positions of `dim` from `start` on. */
  narrow(dim: number, start: number, length: number): Tensor {
    return wrap(views.narrow(this.walk, dim, start, length))
  }

  /** Another shape over the same memory; one size may be -1. Throws where that needs a copy: see {@link reshape}. */
  view(...shape: Integers): Tensor {
    const sizes = integersOf('view', 'sizes', shape)
    const view = views.tryView(this.walk, sizes, 'view')
    if (view === null) {
      throw new RuntimeError(
        `view: strides (${this.strides.join(', ')}) of shape (${this.shape.join(', ')}) do not allow ` +
          `shape (${sizes.join(', ')}) without a copy; use reshape()`,
      )
    }
    return wrap(view)
  }

  /** Another shape; one size may be -1. A view where possible, else a copy. */
  reshape(...shape: Integers): Tensor {
    return wrap(reshape(this.walk, integersOf('reshape', 'sizes', shape)))
  }

  /** Dimensions `start` to `end` as one. A view where possible, else a copy. */
  flatten(start = 0, end = -1): Tensor {
    return this.reshape(views.flattenedShape(this.walk, start, end))
  }

  /** Two dimensions swapped. */
  transpose(a: number, b: number): Tensor {
    return wrap(views.transpose(this.walk, a, b))
  }

  /** A matrix transposed; tensors of fewer dimensions as they are. */
  t(): Tensor {
    if (this.ndim > 2) {
      throw new RuntimeError(`t: expected at most 2 dimensions, got ${this.ndim}; use transpose()`)
    }
    return this.ndim < 2 ? wrap(this.walk) : this.transpose(0, 1)
  }

  /** Dimension `k` of the result is dimension `dims[k]` of this tensor. */
  permute(...dims: Integers): Tensor {
    return wrap(views.permute(this.walk, integersOf('permute', 'dims', dims)))
  }

  /** Without the dimensions of size 1, or without `dim` if its size is 1. */
  squeeze(dim?: number): Tensor {
    return wrap(views.squeeze(this.walk, dim))
  }

  /** With a dimension of size 1 before `dim`. */
  unsqueeze(dim: number): Tensor {
    return wrap(views.unsqueeze(this.walk, dim))
  }

  /** Stretches dimensions of size 1 and adds new ones in front, without a copy. -1 keeps a size. */
  expand(...shape: Integers): Tensor {
    return wrap(views.expand(this.walk, integersOf('expand', 'sizes', shape)))
  }

  /** A view of any shape, strides and offset over the storage. Throws if it would leave the storage. */
  asStrided(shape: readonly number[], strides: readonly number[], offset: number = this.offset): Tensor {
    checkIntegers('asStrided', 'sizes', shape)
    checkIntegers('asStrided', 'strides', strides)
    checkInteger('asStrided', 'offset', offset)
    return wrap(views.asStrided(this.walk, shape, strides, offset))
  }

  /** The parts at each position of `dim`, which disappears. */
  unbind(dim = 0): Tensor[] {
    return join.unbind(this.walk, dim).map(wrap)
  }

  /** Parts of `size` positions along `dim`, the last one maybe smaller, or of the given sizes. */
  split(size: number | readonly number[], dim = 0): Tensor[] {
    return join.split(this.walk, size, dim).map(wrap)
  }

  /** At most `chunks` parts of equal size along `dim`, the last one maybe smaller. */
  chunk(chunks: number, dim = 0): Tensor[] {
    return join.chunk(this.walk, chunks, dim).map(wrap)
  }

  /** The same memory without a history of gradients. */
  detach(): Tensor {
    return wrap(this.walk)
  }

  // ---- Copies

  /** This tensor if it is contiguous, else a copy that is. */
  contiguous(): Tensor {
    return this.isContiguous() ? this : this.clone()
  }

  /** A copy of its own memory. */
  clone(): Tensor {
    return wrap(copyOf(this.walk))
  }

  /** Converted to `dtype`; this tensor itself if it has it. Floats become integers by dropping the fraction. */
  to(dtype: DType): Tensor {
    checkDType('to', dtype)
    return dtype === this.dtype ? this : wrap(cast(this.walk, dtype))
  }

  /** A copy of the positions `index` (K), int64, of `dim`, in the order of `index`. */
  indexSelect(dim: number, index: Tensor): Tensor {
    return wrap(pick.indexSelect(this.walk, dim, recordOf('indexSelect', 'the index', index)))
  }

  /** A copy, reversed along each of `dims`: `flip(0)`, `flip(0, -1)`. */
  flip(...dims: Integers): Tensor {
    return wrap(rearrange.flip(this.walk, integersOf('flip', 'dims', dims)))
  }

  /** Repeated as often as `counts` say along each dimension. Further counts in front make new dimensions. */
  repeat(...counts: Integers): Tensor {
    return wrap(rearrange.repeat(this.walk, integersOf('repeat', 'counts', counts)))
  }

  /** `out[i][j] = this[index[i][j]][j]` for `dim` 0, `this[i][index[i][j]]` for `dim` 1, and so on. */
  gather(dim: number, index: Tensor): Tensor {
    return wrap(pick.gather(this.walk, dim, recordOf('gather', 'the index', index)))
  }

  // ---- Element by element. Shapes broadcast and dtypes are promoted; see Scalar for what plain numbers do

  /** `this + other` */
  add(other: TensorOperand, ...more: readonly never[]): Tensor {
    refuseMore('add', more, 'multiply the operand by alpha first')
    return binary(operators.add, this.walk, other)
  }

  /** `this - other` */
  sub(other: TensorOperand, ...more: readonly never[]): Tensor {
    refuseMore('sub', more, 'multiply the operand by alpha first')
    return binary(operators.sub, this.walk, other)
  }

  /** `this * other`, element by element */
  mul(other: TensorOperand): Tensor {
    return binary(operators.mul, this.walk, other)
  }

  /** `this / other`; float32 for integers */
  div(other: TensorOperand, ...more: readonly never[]): Tensor {
    refuseMore('div', more, 'quotients are not rounded')
    return binary(operators.div, this.walk, other)
  }

  /** `this ** exponent`; integers take no negative number. */
  pow(exponent: TensorOperand): Tensor {
    return wrap(elementwise.power(this.walk, operandOf('pow', exponent)))
  }

  /** The larger of both; NaN where either is. */
  maximum(other: TensorOperand): Tensor {
    return binary(operators.maximum, this.walk, other)
  }

  /** The smaller of both; NaN where either is. */
  minimum(other: TensorOperand): Tensor {
    return binary(operators.minimum, this.walk, other)
  }

  /** Limits elements to `min` and `max`. Null leaves a side open. */
  clamp(min: TensorOperand | null, max: TensorOperand | null = null): Tensor {
    if ((min ?? max ?? null) === null) throw new RuntimeError('clamp: expected min, max or both, got neither')
    const raised =
      (min ?? null) === null
        ? this.walk
        : elementwise.binary(operators.maximum, this.walk, operandOf('clamp', min))
    return wrap(
      (max ?? null) === null
        ? raised
        : elementwise.binary(operators.minimum, raised, operandOf('clamp', max)),
    )
  }

  /** `-x` */
  neg(): Tensor {
    return wrap(elementwise.unary(operators.neg, this.walk))
  }

  /** `|x|` */
  abs(): Tensor {
    return wrap(elementwise.unary(operators.abs, this.walk))
  }

  /** `e ** x` */
  exp(): Tensor {
    return wrap(elementwise.unary(operators.exp, this.walk))
  }

  /** The natural logarithm. */
  log(): Tensor {
    return wrap(elementwise.unary(operators.log, this.walk))
  }

  /** The square root; NaN for negative elements. */
  sqrt(): Tensor {
    return wrap(elementwise.unary(operators.sqrt, this.walk))
  }

  /** The hyperbolic tangent. */
  tanh(): Tensor {
    return wrap(elementwise.unary(operators.tanh, this.walk))
  }

  /** `1 / (1 + exp(-x))` */
  sigmoid(): Tensor {
    return wrap(elementwise.unary(operators.sigmoid, this.walk))
  }

  /** `max(x, 0)` */
  relu(): Tensor {
    return wrap(elementwise.unary(operators.relu, this.walk))
  }

  /** Where both are equal. */
  eq(other: TensorOperand): Tensor {
    return compare(operators.eq, this.walk, other)
  }

  /** Where they differ. */
  ne(other: TensorOperand): Tensor {
    return compare(operators.ne, this.walk, other)
  }

  /** Where this is less than `other`. */
  lt(other: TensorOperand): Tensor {
    return compare(operators.lt, this.walk, other)
  }

  /** Where this is less or equal. */
  le(other: TensorOperand): Tensor {
    return compare(operators.le, this.walk, other)
  }

  /** Where this is greater than `other`. */
  gt(other: TensorOperand): Tensor {
    return compare(operators.gt, this.walk, other)
  }

  /** Where this is greater or equal. */
  ge(other: TensorOperand): Tensor {
    return compare(operators.ge, this.walk, other)
  }

  /** This tensor's elements where `condition`, of bool, holds, else those of `other`. */
  where(condition: Tensor, other: TensorOperand): Tensor {
    return wrap(
      elementwise.where(recordOf('where', 'the condition', condition), this.walk, operandOf('where', other)),
    )
  }

  // ---- Products

  /**
   * The matrix product (..., M, K) x (..., K, N) = (..., M, N), computed by the default engine of @unroll/kernels.
   * Batches broadcast; a vector is a row on the left, a column on the right, and its dimension disappears.
   * @throws RuntimeError if the shapes do not fit or the dtypes differ
   */
  matmul(other: Tensor): Tensor {
    return wrap(matmul(this.walk, recordOf('matmul', 'the other', other)))
  }

  // ---- Reductions over one dim, several, or all; `keepdim` leaves them with size 1

  /** The sum; integers and bools add up in int64. */
  sum(dim?: Dims, keepdim = false, ...more: readonly never[]): Tensor {
    refuseMore('sum', more, 'convert with .to(dtype) first')
    return wrap(fold.sum(this.walk, dim, keepdim))
  }

  /** The mean, of floats only. */
  mean(dim?: Dims, keepdim = false, ...more: readonly never[]): Tensor {
    refuseMore('mean', more, 'convert with .to(dtype) first')
    return wrap(fold.mean(this.walk, dim, keepdim))
  }

  /** The product; integers and bools multiply in int64. */
  prod(dim?: Dims, keepdim = false, ...more: readonly never[]): Tensor {
    refuseMore('prod', more, 'convert with .to(dtype) first')
    return wrap(fold.prod(this.walk, dim, keepdim))
  }

  /** Whether all elements are other than 0, as bool. */
  all(dim?: Dims, keepdim = false): Tensor {
    return wrap(fold.all(this.walk, dim, keepdim))
  }

  /** Whether any element is other than 0, as bool. */
  any(dim?: Dims, keepdim = false): Tensor {
    return wrap(fold.any(this.walk, dim, keepdim))
  }

  /** The largest element; along `dim`, the largest elements and their positions. */
  max(): Tensor
  max(dim: number, keepdim?: boolean): [values: Tensor, indices: Tensor]
  max(dim?: number, keepdim = false): Tensor | [values: Tensor, indices: Tensor] {
    return extreme('max', 1, this.walk, dim, keepdim)
  }

  /** The smallest element; along `dim`, the smallest elements and their positions. */
  min(): Tensor
  min(dim: number, keepdim?: boolean): [values: Tensor, indices: Tensor]
  min(dim?: number, keepdim = false): Tensor | [values: Tensor, indices: Tensor] {
    return extreme('min', -1, this.walk, dim, keepdim)
  }

  /** The position of the largest element, int64; the first of equals. Without `dim`, in logical order. */
  argmax(dim?: number, keepdim = false): Tensor {
    return wrap(lanes.argExtreme('argmax', 1, this.walk, dim, keepdim))
  }

  /** The position of the smallest element, int64; the first of equals. Without `dim`, in logical order. */
  argmin(dim?: number, keepdim = false): Tensor {
    return wrap(lanes.argExtreme('argmin', -1, this.walk, dim, keepdim))
  }

  /** The `k` largest or smallest elements along `dim`, and their positions. NaN counts as the largest. */
  topk(k: number, dim = -1, largest = true, sorted = true): [values: Tensor, indices: Tensor] {
    const { values, indices } = lanes.topk(this.walk, k, dim, largest, sorted)
    return [wrap(values), wrap(indices)]
  }

  /** The running sum along `dim`; integers and bools add up in int64. */
  cumsum(dim: number, ...more: readonly never[]): Tensor {
    refuseMore('cumsum', more, 'convert with .to(dtype) first')
    return wrap(lanes.cumsum(this.walk, dim))
  }

  /** `exp(x) / sum(exp(x))` along `dim`. */
  softmax(dim: number, ...more: readonly never[]): Tensor {
    refuseMore('softmax', more, 'convert with .to(dtype) first')
    return wrap(lanes.softmax(this.walk, dim))
  }

  /** `x - log(sum(exp(x)))` along `dim`. */
  logSoftmax(dim: number, ...more: readonly never[]): Tensor {
    refuseMore('logSoftmax', more, 'convert with .to(dtype) first')
    return wrap(lanes.logSoftmax(this.walk, dim))
  }

  // ---- In place. Refused for tensors that require gradients, except in noGrad()

  /** Copies the elements of `source`, broadcast and converted. */
  copy_(source: Tensor): this {
    const record = recordOf('copy_', 'the source', source)
    return change('copy_', this, () => copyInto(this.walk, record, 'copy_'))
  }

  /** Makes every element `value`. */
  fill_(value: Scalar): this {
    checkScalar('fill_', value)
    checkFits('fill_', [value], this.dtype)
    refuseIfRecorded('fill_', this)
    copyInto(this.walk, scalarOf(value, typeof value === 'bigint' ? 'int64' : 'float64'), 'fill_')
    return this
  }

  /** Makes every element 0. */
  zero_(): this {
    return this.fill_(0)
  }

  /** `this += other` */
  add_(other: TensorOperand, ...more: readonly never[]): this {
    refuseMore('add_', more, 'multiply the operand by alpha first')
    return binaryInto(operators.add, this, this.walk, other)
  }

  /** `this -= other` */
  sub_(other: TensorOperand, ...more: readonly never[]): this {
    refuseMore('sub_', more, 'multiply the operand by alpha first')
    return binaryInto(operators.sub, this, this.walk, other)
  }

  /** `this *= other` */
  mul_(other: TensorOperand): this {
    return binaryInto(operators.mul, this, this.walk, other)
  }

  /** `this /= other`, of floats only */
  div_(other: TensorOperand, ...more: readonly never[]): this {
    refuseMore('div_', more, 'quotients are not rounded')
    return binaryInto(operators.div, this, this.walk, other)
  }

  /** Draws from the uniform distribution on [from, to). */
  uniform_(from = 0, to = 1, options?: RandomOptions | null): this {
    checkNumber('uniform_', 'from', from)
    checkNumber('uniform_', 'to', to)
    const generator = generatorOf('uniform_', options)
    return change('uniform_', this, () => fillUniform(this.walk, from, to, generator))
  }

  /** Draws from the normal distribution. */
  normal_(mean = 0, std = 1, options?: RandomOptions | null): this {
    checkNumber('normal_', 'mean', mean)
    checkNumber('normal_', 'std', std)
    const generator = generatorOf('normal_', options)
    return change('normal_', this, () => fillNormal(this.walk, mean, std, generator))
  }

  /** 1 with probability `p`, one for all or one for each, else 0. */
  bernoulli_(p: number | Tensor = 0.5, options?: RandomOptions | null): this {
    const chance = typeof p === 'number' ? p : recordOf('bernoulli_', 'p', p)
    const generator = generatorOf('bernoulli_', options)
    return change('bernoulli_', this, () => fillBernoulli(this.walk, chance, generator))
  }

  /** Becomes a view of the storage of `source`, with its shape, strides and dtype. Earlier views do not change. */
  set_(source: Tensor): this {
    const record = recordOf('set_', 'the source', source)
    refuseIfRecorded('set_', this)
    this.walk = record
    return this
  }
}

/** An operand of elementwise operations: a tensor or a plain number. */
export type TensorOperand = Tensor | Scalar

function wrap(source: Strided): Tensor {
  return new Tensor(source)
}

function* rowsOf(t: Tensor): IterableIterator<Tensor> {
  for (let i = 0; i < t.size(0); i++) yield t.select(0, i)
}

function binary(operator: operators.BinaryOperator, t: Strided, other: TensorOperand): Tensor {
  return wrap(elementwise.binary(operator, t, operandOf(operator.name, other)))
}

function compare(operator: operators.Comparison, t: Strided, other: TensorOperand): Tensor {
  return wrap(elementwise.compare(operator, t, operandOf(operator.name, other)))
}

function binaryInto<T extends Tensor>(
  operator: operators.BinaryOperator,
  t: T,
  record: Strided,
  other: TensorOperand,
): T {
  const who = `${operator.name}_`
  const operand = operandOf(who, other)
  return change(who, t, () => elementwise.binaryInto(operator, record, operand))
}

/** Runs a change of `t` in place, if that is allowed. */
function change<T extends Tensor>(who: string, t: T, run: () => void): T {
  refuseIfRecorded(who, t)
  if (t.shape.some((size, dim) => size > 1 && t.strides[dim] === 0)) {
    throw new RuntimeError(
      `${who}: several elements of this expanded view are one in memory; use clone() first`,
    )
  }
  run()
  return t
}

function refuseIfRecorded(who: string, t: Tensor): void {
  if (t.requiresGrad && isGradEnabled()) {
    throw new RuntimeError(`${who}: this tensor requires gradients; change it inside noGrad(() => ...)`)
  }
}

function extreme(
  who: string,
  sign: 1 | -1,
  t: Strided,
  dim: number | undefined,
  keepdim: boolean,
): Tensor | [values: Tensor, indices: Tensor] {
  const { values, indices } = lanes.extreme(who, sign, t, dim, keepdim)
  return dim === undefined ? wrap(values) : [wrap(values), wrap(indices)]
}
