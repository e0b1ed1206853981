import { type DType, isFloatingPoint, type TypedArray } from './dtype.ts'
import { RuntimeError } from './errors.ts'
import { formatTensor } from './format/formatTensor.ts'
import { Inspectable } from './format/inspectable.ts'
import { isGradEnabled } from './gradMode.ts'
import { fillBernoulli } from './random/discrete.ts'
import { defaultGenerator, type Generator } from './random/generator.ts'
import { fillNormal } from './random/normal.ts'
import { fillUniform } from './random/uniform.ts'
import type { Storage } from './storage.ts'
import { cast, copyInto, copyOf, elementsOf, reshape } from './strided/cast.ts'
import type { NestedArray } from './strided/construct.ts'
import { wrapDim } from './strided/dims.ts'
import * as elementwise from './strided/elementwise.ts'
import type { Dims } from './strided/fold.ts'
import * as fold from './strided/fold.ts'
import * as join from './strided/join.ts'
import * as lanes from './strided/lanes.ts'
import { matmul } from './strided/matmul.ts'
import * as operators from './strided/operators.ts'
import * as pick from './strided/pick.ts'
import { checkFits, type Scalar, scalarOf } from './strided/promote.ts'
import { item, toNested } from './strided/read.ts'
import { isContiguous, numelOf, type Strided } from './strided/strided.ts'
import * as views from './strided/views.ts'

/** Where draws come from: the default generator unless another is named. */
export interface RandomOptions {
  readonly generator?: Generator
}

/**
 * A multi-dimensional array: typed-array memory, shared by its views, and the way to walk it.
 *
 * Every operation is one line: the numeric core of `strided/` computes, this class wraps. Names are PyTorch's in
 * camelCase; a trailing underscore marks what changes the tensor in place.
 */
export class Tensor extends Inspectable implements Strided {
  #walk: Strided
  #requiresGrad = false
  /** What backward has summed up for this tensor; null before. */
  grad: Tensor | null = null

  /**
   * A tensor over existing memory, which is shared. Use {@link tensor} or {@link zeros} to make one of values.
   * @param source another tensor, or a record of storage, shape, strides, offset and dtype
   */
  constructor(source: Strided, requiresGrad = false) {
    super()
    const { storage, shape, strides, offset, dtype } = source
    this.#walk = { storage, shape, strides, offset, dtype }
    if (requiresGrad) this.requiresGrad = true
  }

  // ---- What it is

  /** Sizes of the dimensions. */
  get shape(): readonly number[] {
    return this.#walk.shape
  }

  /** Elements to step over for the next position of each dimension. */
  get strides(): readonly number[] {
    return this.#walk.strides
  }

  /** Position of the first element in the storage. */
  get offset(): number {
    return this.#walk.offset
  }

  /** Type of the elements. */
  get dtype(): DType {
    return this.#walk.dtype
  }

  /** The memory, shared with every view of it. */
  get storage(): Storage {
    return this.#walk.storage
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length
  }

  /** Number of elements. */
  get numel(): number {
    return numelOf(this.shape)
  }

  /** Goes up with every in-place operation on the memory, through whichever view. */
  get version(): number {
    return this.storage.version
  }

  /**
   * The elements in logical order: the memory itself where they lie that way, to read and write; else a copy.
   * float16 and bfloat16 come as bit patterns; `.to('float32')` makes them numbers. A module compares weights whose
   * memory was taken with what it packed, before every forward.
   */
  get data(): TypedArray {
    if (isContiguous(this)) this.storage.isHandedOut = true
    return elementsOf(this)
  }

  /** Whether backward shall compute `grad`. Only floats may be asked to. */
  get requiresGrad(): boolean {
    return this.#requiresGrad
  }

  set requiresGrad(value: boolean) {
    if (value && !isFloatingPoint(this.dtype)) {
      throw new RuntimeError(`requiresGrad: expected a tensor of floats, got ${this.dtype}`)
    }
    this.#requiresGrad = value
  }

  /** Size of one dimension; negative ones count from the end. */
  size(dim: number): number {
    if (this.ndim === 0) throw new RangeError(`size: a tensor of no dimensions has no dim ${dim}`)
    return this.shape[wrapDim('size', dim, this.ndim)] ?? 0
  }

  /**
   * The one element; bools as 0 and 1.
   * @throws RuntimeError if there are more or none, RangeError for an int64 beyond 2^53, which `data[0]` gives
   */
  item(): number {
    return item(this)
  }

  /** Nested arrays of numbers, of booleans for bool; int64 gives bigints for what is beyond 2^53. */
  toArray(): NestedArray {
    return toNested(this)
  }

  /** As PyTorch prints it. */
  override toString(): string {
    return formatTensor(this, this.#requiresGrad)
  }

  /** Walks dimension 0. */
  *[Symbol.iterator](): IterableIterator<Tensor> {
    if (this.ndim === 0) {
      throw new TypeError('Tensor: a tensor of no dimensions cannot be iterated; use item()')
    }
    for (let i = 0; i < this.size(0); i++) yield this.select(0, i)
  }

  // ---- Views: the same memory, walked another way

  /** The part at these positions of the first dimensions: `t.at(2)`, `t.at(0, -1)`. */
  at(...indices: readonly number[]): Tensor {
    return wrap(indices.reduce<Strided>((view, index) => views.select(view, 0, index), this))
  }

  /** The part at one position of `dim`, which disappears. */
  select(dim: number, index: number): Tensor {
    return wrap(views.select(this, dim, index))
  }

  /** Positions `start`, `start + step`, ... below `end` of `dim`; negative ones count from the end. */
  slice(dim: number, start?: number, end?: number, step?: number): Tensor {
    return wrap(views.slice(this, dim, start, end, step))
  }

  /** `length` positions of `dim` from `start` on. */
  narrow(dim: number, start: number, length: number): Tensor {
    return wrap(views.narrow(this, dim, start, length))
  }

  /** Another shape over the same memory; one size may be -1. Throws where that needs a copy: see {@link reshape}. */
  view(shape: readonly number[]): Tensor {
    const view = views.tryView(this, shape, 'view')
    if (view === null) {
      throw new RuntimeError(
        `view: strides (${this.strides.join(', ')}) of shape (${this.shape.join(', ')}) do not allow ` +
          `shape (${shape.join(', ')}) without a copy; use reshape()`,
      )
    }
    return wrap(view)
  }

  /** Another shape; one size may be -1. A view where possible, else a copy. */
  reshape(shape: readonly number[]): Tensor {
    return wrap(reshape(this, shape))
  }

  /** Dimensions `start` to `end` as one. A view where possible, else a copy. */
  flatten(start = 0, end = -1): Tensor {
    return this.reshape(views.flattenedShape(this, start, end))
  }

  /** Two dimensions swapped. */
  transpose(a: number, b: number): Tensor {
    return wrap(views.transpose(this, a, b))
  }

  /** A matrix transposed; tensors of fewer dimensions as they are. */
  t(): Tensor {
    if (this.ndim > 2) {
      throw new RuntimeError(`t: expected at most 2 dimensions, got ${this.ndim}; use transpose()`)
    }
    return this.ndim < 2 ? wrap(this) : this.transpose(0, 1)
  }

  /** Dimension `k` of the result is dimension `dims[k]` of this tensor. */
  permute(dims: readonly number[]): Tensor {
    return wrap(views.permute(this, dims))
  }

  /** Without the dimensions of size 1, or without `dim` if its size is 1. */
  squeeze(dim?: number): Tensor {
    return wrap(views.squeeze(this, dim))
  }

  /** With a dimension of size 1 before `dim`. */
  unsqueeze(dim: number): Tensor {
    return wrap(views.unsqueeze(this, dim))
  }

  /** Dimensions of size 1 stretched and new ones added in front, without a copy; -1 keeps a size. */
  expand(shape: readonly number[]): Tensor {
    return wrap(views.expand(this, shape))
  }

  /** The walk of any shape, strides and offset over the storage; throws where it would leave it. */
  asStrided(shape: readonly number[], strides: readonly number[], offset: number = this.offset): Tensor {
    return wrap(views.asStrided(this, shape, strides, offset))
  }

  /** The parts at each position of `dim`, which disappears. */
  unbind(dim = 0): Tensor[] {
    return join.unbind(this, dim).map(wrap)
  }

  /** Parts of `size` positions along `dim`, the last one maybe smaller, or of the given sizes. */
  split(size: number | readonly number[], dim = 0): Tensor[] {
    return join.split(this, size, dim).map(wrap)
  }

  /** At most `chunks` parts of equal size along `dim`, the last one maybe smaller. */
  chunk(chunks: number, dim = 0): Tensor[] {
    return join.chunk(this, chunks, dim).map(wrap)
  }

  /** The same memory without a history of gradients. */
  detach(): Tensor {
    return wrap(this)
  }

  // ---- Copies

  /** True if the elements lie in row-major order without gaps. */
  isContiguous(): boolean {
    return isContiguous(this)
  }

  /** This tensor if it is contiguous, else a copy that is. */
  contiguous(): Tensor {
    return isContiguous(this) ? this : this.clone()
  }

  /** A copy of its own memory. */
  clone(): Tensor {
    return wrap(copyOf(this))
  }

  /** Converted to `dtype`; this tensor itself if it has it. Floats become integers by dropping the fraction. */
  to(dtype: DType): Tensor {
    return dtype === this.dtype ? this : wrap(cast(this, dtype))
  }

  /** The positions `index` (K), int64, of `dim`, copied in its order. */
  indexSelect(dim: number, index: Tensor): Tensor {
    return wrap(pick.indexSelect(this, dim, index))
  }

  /** `out[i][j] = this[index[i][j]][j]` for `dim` 0, `this[i][index[i][j]]` for `dim` 1, and so on. */
  gather(dim: number, index: Tensor): Tensor {
    return wrap(pick.gather(this, dim, index))
  }

  // ---- Element by element. Shapes broadcast and dtypes are promoted; see Scalar for what plain numbers do

  /** `this + other` */
  add(other: TensorOperand): Tensor {
    return wrap(elementwise.binary(operators.add, this, other))
  }

  /** `this - other` */
  sub(other: TensorOperand): Tensor {
    return wrap(elementwise.binary(operators.sub, this, other))
  }

  /** `this * other`, element by element */
  mul(other: TensorOperand): Tensor {
    return wrap(elementwise.binary(operators.mul, this, other))
  }

  /** `this / other`; of integers in float32 */
  div(other: TensorOperand): Tensor {
    return wrap(elementwise.binary(operators.div, this, other))
  }

  /** `this ** exponent`; integers take no negative number. */
  pow(exponent: TensorOperand): Tensor {
    return wrap(elementwise.power(this, exponent))
  }

  /** The larger of both; NaN where either is. */
  maximum(other: TensorOperand): Tensor {
    return wrap(elementwise.binary(operators.maximum, this, other))
  }

  /** The smaller of both; NaN where either is. */
  minimum(other: TensorOperand): Tensor {
    return wrap(elementwise.binary(operators.minimum, this, other))
  }

  /** Raised to `min` and lowered to `max`; null leaves a side open. */
  clamp(min: TensorOperand | null, max: TensorOperand | null = null): Tensor {
    if (min === null && max === null) throw new RuntimeError('clamp: expected min, max or both, got neither')
    const raised = min === null ? this : elementwise.binary(operators.maximum, this, min)
    return wrap(max === null ? raised : elementwise.binary(operators.minimum, raised, max))
  }

  /** `-x` */
  neg(): Tensor {
    return wrap(elementwise.unary(operators.neg, this))
  }

  /** `|x|` */
  abs(): Tensor {
    return wrap(elementwise.unary(operators.abs, this))
  }

  /** `e ** x` */
  exp(): Tensor {
    return wrap(elementwise.unary(operators.exp, this))
  }

  /** The natural logarithm. */
  log(): Tensor {
    return wrap(elementwise.unary(operators.log, this))
  }

  /** The square root; NaN of what is negative. */
  sqrt(): Tensor {
    return wrap(elementwise.unary(operators.sqrt, this))
  }

  /** The hyperbolic tangent. */
  tanh(): Tensor {
    return wrap(elementwise.unary(operators.tanh, this))
  }

  /** `1 / (1 + exp(-x))` */
  sigmoid(): Tensor {
    return wrap(elementwise.unary(operators.sigmoid, this))
  }

  /** `max(x, 0)` */
  relu(): Tensor {
    return wrap(elementwise.unary(operators.relu, this))
  }

  /** Where both are equal. */
  eq(other: TensorOperand): Tensor {
    return wrap(elementwise.compare(operators.eq, this, other))
  }

  /** Where they differ. */
  ne(other: TensorOperand): Tensor {
    return wrap(elementwise.compare(operators.ne, this, other))
  }

  /** Where this is less than `other`. */
  lt(other: TensorOperand): Tensor {
    return wrap(elementwise.compare(operators.lt, this, other))
  }

  /** Where this is less or equal. */
  le(other: TensorOperand): Tensor {
    return wrap(elementwise.compare(operators.le, this, other))
  }

  /** Where this is greater than `other`. */
  gt(other: TensorOperand): Tensor {
    return wrap(elementwise.compare(operators.gt, this, other))
  }

  /** Where this is greater or equal. */
  ge(other: TensorOperand): Tensor {
    return wrap(elementwise.compare(operators.ge, this, other))
  }

  /** This tensor's elements where `condition`, of bool, holds, else those of `other`. */
  where(condition: Tensor, other: TensorOperand): Tensor {
    return wrap(elementwise.where(condition, this, other))
  }

  // ---- Products

  /**
   * The matrix product (..., M, K) x (..., K, N) = (..., M, N), computed by the default engine of @unroll/kernels.
   * Batches broadcast; a vector is a row on the left, a column on the right, and its dimension disappears.
   * @throws RuntimeError if the shapes do not fit or the dtypes differ
   */
  matmul(other: Tensor): Tensor {
    return wrap(matmul(this, other))
  }

  // ---- Reductions over one dim, several, or all; `keepdim` leaves them with size 1

  /** The sum; integers and bools add up in int64. */
  sum(dim?: Dims, keepdim = false): Tensor {
    return wrap(fold.sum(this, dim, keepdim))
  }

  /** The mean, of floats only. */
  mean(dim?: Dims, keepdim = false): Tensor {
    return wrap(fold.mean(this, dim, keepdim))
  }

  /** The product; integers and bools multiply in int64. */
  prod(dim?: Dims, keepdim = false): Tensor {
    return wrap(fold.prod(this, dim, keepdim))
  }

  /** Whether all elements are other than 0, as bool. */
  all(dim?: Dims, keepdim = false): Tensor {
    return wrap(fold.all(this, dim, keepdim))
  }

  /** Whether any element is other than 0, as bool. */
  any(dim?: Dims, keepdim = false): Tensor {
    return wrap(fold.any(this, dim, keepdim))
  }

  /** The largest element; along `dim`, the largest elements and where they stand. */
  max(): Tensor
  max(dim: number, keepdim?: boolean): [values: Tensor, indices: Tensor]
  max(dim?: number, keepdim = false): Tensor | [values: Tensor, indices: Tensor] {
    return extreme('max', 1, this, dim, keepdim)
  }

  /** The smallest element; along `dim`, the smallest elements and where they stand. */
  min(): Tensor
  min(dim: number, keepdim?: boolean): [values: Tensor, indices: Tensor]
  min(dim?: number, keepdim = false): Tensor | [values: Tensor, indices: Tensor] {
    return extreme('min', -1, this, dim, keepdim)
  }

  /** Where the largest element stands, int64; the first of equals. Without `dim`, in logical order. */
  argmax(dim?: number, keepdim = false): Tensor {
    return wrap(lanes.argExtreme('argmax', 1, this, dim, keepdim))
  }

  /** Where the smallest element stands, int64; the first of equals. Without `dim`, in logical order. */
  argmin(dim?: number, keepdim = false): Tensor {
    return wrap(lanes.argExtreme('argmin', -1, this, dim, keepdim))
  }

  /** `exp(x) / sum(exp(x))` along `dim`. */
  softmax(dim: number): Tensor {
    return wrap(lanes.softmax(this, dim))
  }

  /** `x - log(sum(exp(x)))` along `dim`. */
  logSoftmax(dim: number): Tensor {
    return wrap(lanes.logSoftmax(this, dim))
  }

  // ---- In place. Refused while gradients are on for what requires them: wrap such changes in noGrad()

  /** Takes over the elements of `source`, broadcast and converted. */
  copy_(source: Tensor): this {
    return this.#change('copy_', () => copyInto(this, source, 'copy_'))
  }

  /** Makes every element `value`. */
  fill_(value: Scalar): this {
    this.#refuseIfRecorded('fill_')
    checkFits('fill_', [value], this.dtype)
    copyInto(this, scalarOf(value, typeof value === 'bigint' ? 'int64' : 'float64'), 'fill_')
    return this
  }

  /** Makes every element 0. */
  zero_(): this {
    return this.fill_(0)
  }

  /** `this += other` */
  add_(other: TensorOperand): this {
    return this.#change('add_', () => elementwise.binaryInto(operators.add, this, other))
  }

  /** `this -= other` */
  sub_(other: TensorOperand): this {
    return this.#change('sub_', () => elementwise.binaryInto(operators.sub, this, other))
  }

  /** `this *= other` */
  mul_(other: TensorOperand): this {
    return this.#change('mul_', () => elementwise.binaryInto(operators.mul, this, other))
  }

  /** `this /= other`, of floats only */
  div_(other: TensorOperand): this {
    return this.#change('div_', () => elementwise.binaryInto(operators.div, this, other))
  }

  /** Draws from the uniform distribution on [from, to). */
  uniform_(from = 0, to = 1, { generator = defaultGenerator() }: RandomOptions = {}): this {
    return this.#change('uniform_', () => fillUniform(this, from, to, generator))
  }

  /** Draws from the normal distribution. */
  normal_(mean = 0, std = 1, { generator = defaultGenerator() }: RandomOptions = {}): this {
    return this.#change('normal_', () => fillNormal(this, mean, std, generator))
  }

  /** 1 with probability `p`, one for all or one for each, else 0. */
  bernoulli_(p: number | Tensor = 0.5, { generator = defaultGenerator() }: RandomOptions = {}): this {
    return this.#change('bernoulli_', () => fillBernoulli(this, p, generator))
  }

  /** Becomes another view: of the storage of `source`, with its shape, strides and dtype. Views of before stay. */
  set_({ storage, shape, strides, offset, dtype }: Tensor): this {
    this.#refuseIfRecorded('set_')
    this.#walk = { storage, shape, strides, offset, dtype }
    return this
  }

  #change(who: string, change: () => void): this {
    this.#refuseIfRecorded(who)
    if (this.shape.some((size, dim) => size > 1 && this.strides[dim] === 0)) {
      throw new RuntimeError(
        `${who}: several elements of this expanded view are one in memory; use clone() first`,
      )
    }
    change()
    return this
  }

  #refuseIfRecorded(who: string): void {
    if (this.#requiresGrad && isGradEnabled()) {
      throw new RuntimeError(`${who}: this tensor requires gradients; change it inside noGrad(() => ...)`)
    }
  }
}

/** What elementwise operations take: a tensor or a plain number. */
export type TensorOperand = Tensor | Scalar

function wrap(source: Strided): Tensor {
  return new Tensor(source)
}

function extreme(
  who: string,
  sign: 1 | -1,
  t: Tensor,
  dim: number | undefined,
  keepdim: boolean,
): Tensor | [values: Tensor, indices: Tensor] {
  const { values, indices } = lanes.extreme(who, sign, t, dim, keepdim)
  return dim === undefined ? wrap(values) : [wrap(values), wrap(indices)]
}
