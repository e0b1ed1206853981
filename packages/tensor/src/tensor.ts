import { type BackwardOptions, backward, backwardAsync } from './autograd/backwardOf.ts'
import { nodeOf } from './autograd/edges.ts'
import {
  type HookHandle,
  registerHook,
  registerPostAccumulateGradHook,
  retainGrad,
} from './autograd/hooks.ts'
import { checkFunction, checkInteger, checkIntegers, checkNumber, refuseMore } from './checks.ts'
import { checkDType, type DType } from './dtype.ts'
import { RuntimeError } from './errors.ts'
import { checkScalar, type Integers, integersOf, recordOf } from './operands.ts'
import * as casts from './operations/casts.ts'
import * as elementwise from './operations/elementwise.ts'
import * as indexing from './operations/indexing.ts'
import * as inPlace from './operations/inPlace.ts'
import * as joining from './operations/joining.ts'
import * as products from './operations/products.ts'
import * as reductions from './operations/reductions.ts'
import { repeat } from './operations/repeat.ts'
import * as views from './operations/views.ts'
import { fillBernoulli } from './random/discrete.ts'
import { generatorOf, type RandomOptions } from './random/generator.ts'
import { fillNormal } from './random/normal.ts'
import { fillUniform } from './random/uniform.ts'
import { copyInto } from './strided/cast.ts'
import type { Dims } from './strided/fold.ts'
import * as operators from './strided/operators.ts'
import { checkFits, type Scalar, scalarOf } from './strided/promote.ts'
import { type Strided, sameSizes, shapeText } from './strided/strided.ts'
import { present, TensorBase } from './tensorBase.ts'

/**
 * A multi-dimensional array: typed-array memory, shared by its views, and the way to walk it.
 *
 * Every operation is one line: it stands with its gradient in `operations/`. Names are PyTorch's in camelCase. A trailing underscore
 * marks methods that change the tensor in place.
 */
export class Tensor extends TensorBase {
  /** The name for messages and consoles, since bundlers may rename classes. */
  static override readonly name: string = 'Tensor'

  /** The gradient that backward has summed up for this tensor, of its shape and dtype; null before. */
  get grad(): Tensor | null {
    return this.gradient instanceof Tensor ? this.gradient : null
  }

  set grad(value: Tensor | null) {
    if (value !== null) {
      recordOf('grad', 'the gradient', value)
      if (value === this)
        throw new RuntimeError('grad: a tensor cannot be its own gradient; use detach() or clone()')
      if (!sameSizes(value.shape, this.shape) || value.dtype !== this.dtype) {
        throw new RuntimeError(
          `grad: expected a gradient of shape ${shapeText(this.shape)} and ${this.dtype}, got ${shapeText(value.shape)} and ${value.dtype}`,
        )
      }
    }
    this.gradient = value
  }

  override get gradFn(): { readonly name: string } | null {
    return nodeOf(this)
  }

  // ---- Gradients

  /**
   * Computes the gradients of all leaves that this tensor was computed from, and adds them to their `grad`.
   * @param gradient of this tensor, in its shape; 1 if it has one element
   * @throws RuntimeError if it has more elements and no gradient, was not computed from anything that requires gradients, was
   * computed on a device, or if something needed was changed or freed
   * @example
   * const x = tensor([1, 2], { requiresGrad: true })
   * x.pow(2).sum().backward()
   * x.grad   // tensor([2., 4.])
   *
   * @see PyTorch: [torch.Tensor.backward](https://docs.pytorch.org/docs/stable/generated/torch.Tensor.backward.html)
   */
  backward(gradient?: Tensor | null, options?: BackwardOptions<Tensor> | null): void {
    backward(this, gradient ?? null, options)
  }

  /** Like {@link backward}, but waits for what devices compute. */
  async backwardAsync(gradient?: Tensor | null, options?: BackwardOptions<Tensor> | null): Promise<void> {
    await backwardAsync(this, gradient ?? null, options)
  }

  /**
   * Lets backward add the gradient to `grad`, although this is not a leaf.
   * @throws RuntimeError unless the tensor requires gradients
   * @example
   * const y = tensor([1, 2], { requiresGrad: true }).mul(3)
   * y.retainGrad()
   * y.pow(2).sum().backward()
   * y.grad   // tensor([ 6., 12.])
   */
  retainGrad(): void {
    retainGrad(this)
  }

  /**
   * Calls `hook` with each gradient of this tensor, before it goes on. A tensor that the hook returns, of the same shape and dtype,
   * takes its place.
   * @returns a handle that removes the hook
   * @throws RuntimeError unless the tensor requires gradients
   * @example
   * const x = tensor([1, 2], { requiresGrad: true })
   * x.registerHook((gradient) => gradient.clamp(-1, 1))
   * x.mul(5).sum().backward()
   * x.grad   // tensor([1., 1.])
   */
  registerHook(hook: (gradient: Tensor) => unknown): HookHandle {
    checkFunction('registerHook', hook)
    return registerHook(this, (gradient) => hook(tensorOf(gradient)))
  }

  /**
   * Calls `hook` with this leaf after backward has added to its `grad`.
   * @returns a handle that removes the hook
   * @throws RuntimeError unless the tensor is a leaf that requires gradients
   */
  registerPostAccumulateGradHook(hook: (tensor: Tensor) => void): HookHandle {
    checkFunction('registerPostAccumulateGradHook', hook)
    return registerPostAccumulateGradHook(this, (leaf) => hook(tensorOf(leaf)))
  }

  protected override make(source: Strided): Tensor {
    return new Tensor(source)
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
    return tensorOf(views.at(this, indices))
  }

  /** The part at one position of `dim`, which disappears. */
  select(dim: number, index: number): Tensor {
    return tensorOf(views.select(this, dim, index))
  }

  /** Positions `start`, `start + step`, ... below `end` of `dim`; negative ones count from the end. */
  slice(dim: number, start?: number, end?: number, step?: number): Tensor {
    return tensorOf(views.slice(this, dim, start, end, step))
  }

  /** `length` positions of `dim` from `start` on. */
  narrow(dim: number, start: number, length: number): Tensor {
    return tensorOf(views.narrow(this, dim, start, length))
  }

  /** Another shape over the same memory; one size may be -1. Throws where that needs a copy: see {@link reshape}. */
  view(...shape: Integers): Tensor {
    return tensorOf(views.view(this, integersOf('view', 'sizes', shape)))
  }

  /** Another shape; one size may be -1. A view where possible, else a copy. */
  reshape(...shape: Integers): Tensor {
    return tensorOf(views.reshape(this, integersOf('reshape', 'sizes', shape)))
  }

  /** Dimensions `start` to `end` as one. A view where possible, else a copy. */
  flatten(start = 0, end = -1): Tensor {
    return tensorOf(views.flatten(this, start, end))
  }

  /** Two dimensions swapped. */
  transpose(a: number, b: number): Tensor {
    return tensorOf(views.transpose(this, a, b))
  }

  /** A matrix transposed; tensors of fewer dimensions as they are. */
  t(): Tensor {
    return tensorOf(views.t(this))
  }

  /** Dimension `k` of the result is dimension `dims[k]` of this tensor. */
  permute(...dims: Integers): Tensor {
    return tensorOf(views.permute(this, integersOf('permute', 'dims', dims)))
  }

  /** Without the dimensions of size 1, or without `dim` if its size is 1. */
  squeeze(dim?: number): Tensor {
    return tensorOf(views.squeeze(this, dim))
  }

  /** With a dimension of size 1 before `dim`. */
  unsqueeze(dim: number): Tensor {
    return tensorOf(views.unsqueeze(this, dim))
  }

  /** Stretches dimensions of size 1 and adds new ones in front, without a copy. -1 keeps a size. */
  expand(...shape: Integers): Tensor {
    return tensorOf(views.expand(this, integersOf('expand', 'sizes', shape)))
  }

  /** A view of any shape, strides and offset over the storage. Throws if it would leave the storage. */
  asStrided(shape: readonly number[], strides: readonly number[], offset: number = this.offset): Tensor {
    checkIntegers('asStrided', 'sizes', shape)
    checkIntegers('asStrided', 'strides', strides)
    checkInteger('asStrided', 'offset', offset)
    return tensorOf(views.asStrided(this, shape, strides, offset))
  }

  /** The parts at each position of `dim`, which disappears. */
  unbind(dim = 0): Tensor[] {
    return joining.unbind(this, dim).map(tensorOf)
  }

  /** Parts of `size` positions along `dim`, the last one maybe smaller, or of the given sizes. */
  split(size: number | readonly number[], dim = 0): Tensor[] {
    return joining.split(this, size, dim).map(tensorOf)
  }

  /** At most `chunks` parts of equal size along `dim`, the last one maybe smaller. */
  chunk(chunks: number, dim = 0): Tensor[] {
    return joining.chunk(this, chunks, dim).map(tensorOf)
  }

  /** The same memory without a history of gradients. */
  detach(): Tensor {
    return tensorOf(views.detach(this))
  }

  // ---- Copies

  /** This tensor if it is contiguous, else a copy that is. */
  contiguous(): Tensor {
    return tensorOf(views.contiguous(this))
  }

  /** A copy of its own memory. */
  clone(): Tensor {
    return tensorOf(views.clone(this))
  }

  /** Converted to `dtype`; this tensor itself if it has it. Floats become integers by dropping the fraction. */
  to(dtype: DType): Tensor {
    checkDType('to', dtype)
    return tensorOf(casts.to(this, dtype))
  }

  /** A copy of the positions `index` (K), int64, of `dim`, in the order of `index`. */
  indexSelect(dim: number, index: Tensor): Tensor {
    return tensorOf(indexing.indexSelect(this, dim, index))
  }

  /** A copy, reversed along each of `dims`: `flip(0)`, `flip(0, -1)`. */
  flip(...dims: Integers): Tensor {
    return tensorOf(indexing.flip(this, integersOf('flip', 'dims', dims)))
  }

  /** Repeated as often as `counts` say along each dimension. Further counts in front make new dimensions. */
  repeat(...counts: Integers): Tensor {
    return tensorOf(repeat(this, integersOf('repeat', 'counts', counts)))
  }

  /** `out[i][j] = this[index[i][j]][j]` for `dim` 0, `this[i][index[i][j]]` for `dim` 1, and so on. */
  gather(dim: number, index: Tensor): Tensor {
    return tensorOf(indexing.gather(this, dim, index))
  }

  // ---- Element by element. Shapes broadcast and dtypes are promoted; see Scalar for what plain numbers do

  /** `this + other` */
  add(other: TensorOperand, ...more: readonly never[]): Tensor {
    refuseMore('add', more, 'multiply the operand by alpha first')
    return tensorOf(elementwise.add(this, other))
  }

  /** `this - other` */
  sub(other: TensorOperand, ...more: readonly never[]): Tensor {
    refuseMore('sub', more, 'multiply the operand by alpha first')
    return tensorOf(elementwise.sub(this, other))
  }

  /** `this * other`, element by element */
  mul(other: TensorOperand): Tensor {
    return tensorOf(elementwise.mul(this, other))
  }

  /** `this / other`; float32 for integers */
  div(other: TensorOperand, ...more: readonly never[]): Tensor {
    refuseMore('div', more, 'quotients are not rounded')
    return tensorOf(elementwise.div(this, other))
  }

  /** `this ** exponent`; integers take no negative number. */
  pow(exponent: TensorOperand): Tensor {
    return tensorOf(elementwise.pow(this, exponent))
  }

  /** The larger of both; NaN where either is. */
  maximum(other: TensorOperand): Tensor {
    return tensorOf(elementwise.maximum(this, other))
  }

  /** The smaller of both; NaN where either is. */
  minimum(other: TensorOperand): Tensor {
    return tensorOf(elementwise.minimum(this, other))
  }

  /** Limits elements to `min` and `max`. Null leaves a side open. */
  clamp(min: TensorOperand | null, max: TensorOperand | null = null): Tensor {
    return tensorOf(elementwise.clamp(this, min ?? null, max ?? null))
  }

  /** `-x` */
  neg(): Tensor {
    return tensorOf(elementwise.neg(this))
  }

  /** `|x|` */
  abs(): Tensor {
    return tensorOf(elementwise.abs(this))
  }

  /** `e ** x` */
  exp(): Tensor {
    return tensorOf(elementwise.exp(this))
  }

  /** The natural logarithm. */
  log(): Tensor {
    return tensorOf(elementwise.log(this))
  }

  /** The square root; NaN for negative elements. */
  sqrt(): Tensor {
    return tensorOf(elementwise.sqrt(this))
  }

  /** The hyperbolic tangent. */
  tanh(): Tensor {
    return tensorOf(elementwise.tanh(this))
  }

  /** `1 / (1 + exp(-x))` */
  sigmoid(): Tensor {
    return tensorOf(elementwise.sigmoid(this))
  }

  /** `max(x, 0)` */
  relu(): Tensor {
    return tensorOf(elementwise.relu(this))
  }

  /** Where both are equal. */
  eq(other: TensorOperand): Tensor {
    return tensorOf(elementwise.eq(this, other))
  }

  /** Where they differ. */
  ne(other: TensorOperand): Tensor {
    return tensorOf(elementwise.ne(this, other))
  }

  /** Where this is less than `other`. */
  lt(other: TensorOperand): Tensor {
    return tensorOf(elementwise.lt(this, other))
  }

  /** Where this is less or equal. */
  le(other: TensorOperand): Tensor {
    return tensorOf(elementwise.le(this, other))
  }

  /** Where this is greater than `other`. */
  gt(other: TensorOperand): Tensor {
    return tensorOf(elementwise.gt(this, other))
  }

  /** Where this is greater or equal. */
  ge(other: TensorOperand): Tensor {
    return tensorOf(elementwise.ge(this, other))
  }

  /** This tensor's elements where `condition`, of bool, holds, else those of `other`. */
  where(condition: Tensor, other: TensorOperand): Tensor {
    return tensorOf(elementwise.where(condition, this, other))
  }

  // ---- Products

  /**
   * The matrix product (..., M, K) x (..., K, N) = (..., M, N), computed by the default engine of @unroll/kernels.
   * Batches broadcast; a vector is a row on the left, a column on the right, and its dimension disappears.
   * @throws RuntimeError if the shapes do not fit or the dtypes differ
   */
  matmul(other: Tensor): Tensor {
    return tensorOf(products.matmul(this, other))
  }

  // ---- Reductions over one dim, several, or all; `keepdim` leaves them with size 1

  /** The sum; integers and bools add up in int64. */
  sum(dim?: Dims, keepdim = false, ...more: readonly never[]): Tensor {
    refuseMore('sum', more, 'convert with .to(dtype) first')
    return tensorOf(reductions.sum(this, dim, keepdim))
  }

  /** The mean, of floats only. */
  mean(dim?: Dims, keepdim = false, ...more: readonly never[]): Tensor {
    refuseMore('mean', more, 'convert with .to(dtype) first')
    return tensorOf(reductions.mean(this, dim, keepdim))
  }

  /** The product; integers and bools multiply in int64. */
  prod(dim?: Dims, keepdim = false, ...more: readonly never[]): Tensor {
    refuseMore('prod', more, 'convert with .to(dtype) first')
    return tensorOf(reductions.prod(this, dim, keepdim))
  }

  /** Whether all elements are other than 0, as bool. */
  all(dim?: Dims, keepdim = false): Tensor {
    return tensorOf(reductions.all(this, dim, keepdim))
  }

  /** Whether any element is other than 0, as bool. */
  any(dim?: Dims, keepdim = false): Tensor {
    return tensorOf(reductions.any(this, dim, keepdim))
  }

  /** The largest element; along `dim`, the largest elements and their positions. */
  max(): Tensor
  max(dim: number, keepdim?: boolean): [values: Tensor, indices: Tensor]
  max(dim?: number, keepdim = false): Tensor | [values: Tensor, indices: Tensor] {
    return extreme('max', 1, this, dim, keepdim)
  }

  /** The smallest element; along `dim`, the smallest elements and their positions. */
  min(): Tensor
  min(dim: number, keepdim?: boolean): [values: Tensor, indices: Tensor]
  min(dim?: number, keepdim = false): Tensor | [values: Tensor, indices: Tensor] {
    return extreme('min', -1, this, dim, keepdim)
  }

  /** The position of the largest element, int64; the first of equals. Without `dim`, in logical order. */
  argmax(dim?: number, keepdim = false): Tensor {
    return tensorOf(reductions.argExtreme('argmax', 1, this, dim, keepdim))
  }

  /** The position of the smallest element, int64; the first of equals. Without `dim`, in logical order. */
  argmin(dim?: number, keepdim = false): Tensor {
    return tensorOf(reductions.argExtreme('argmin', -1, this, dim, keepdim))
  }

  /** The `k` largest or smallest elements along `dim`, and their positions. NaN counts as the largest. */
  topk(k: number, dim = -1, largest = true, sorted = true): [values: Tensor, indices: Tensor] {
    const [values, indices] = reductions.topk(this, k, dim, largest, sorted)
    return [tensorOf(values), tensorOf(indices)]
  }

  /** The running sum along `dim`; integers and bools add up in int64. */
  cumsum(dim: number, ...more: readonly never[]): Tensor {
    refuseMore('cumsum', more, 'convert with .to(dtype) first')
    return tensorOf(reductions.cumsum(this, dim))
  }

  /** `exp(x) / sum(exp(x))` along `dim`. */
  softmax(dim: number, ...more: readonly never[]): Tensor {
    refuseMore('softmax', more, 'convert with .to(dtype) first')
    return tensorOf(reductions.softmax(this, dim))
  }

  /** `x - log(sum(exp(x)))` along `dim`. */
  logSoftmax(dim: number, ...more: readonly never[]): Tensor {
    refuseMore('logSoftmax', more, 'convert with .to(dtype) first')
    return tensorOf(reductions.logSoftmax(this, dim))
  }

  // ---- In place. Refused for tensors that require gradients, except in noGrad()

  /** Copies the elements of `source`, broadcast and converted. */
  copy_(source: Tensor): this {
    inPlace.copyFrom(this, source)
    return this
  }

  /** Makes every element `value`. */
  fill_(value: Scalar): this {
    return fill('fill_', 'FillBackward2', this, value)
  }

  /** Makes every element 0. */
  zero_(): this {
    return fill('zero_', 'ZeroBackward0', this, 0)
  }

  /** `this += other` */
  add_(other: TensorOperand, ...more: readonly never[]): this {
    refuseMore('add_', more, 'multiply the operand by alpha first')
    inPlace.combine(operators.add, elementwise.add, this, other)
    return this
  }

  /** `this -= other` */
  sub_(other: TensorOperand, ...more: readonly never[]): this {
    refuseMore('sub_', more, 'multiply the operand by alpha first')
    inPlace.combine(operators.sub, elementwise.sub, this, other)
    return this
  }

  /** `this *= other` */
  mul_(other: TensorOperand): this {
    inPlace.combine(operators.mul, elementwise.mul, this, other)
    return this
  }

  /** `this /= other`, of floats only */
  div_(other: TensorOperand, ...more: readonly never[]): this {
    refuseMore('div_', more, 'quotients are not rounded')
    inPlace.combine(operators.div, elementwise.div, this, other)
    return this
  }

  /** Draws from the uniform distribution on [from, to). */
  uniform_(from = 0, to = 1, options?: RandomOptions | null): this {
    checkNumber('uniform_', 'from', from)
    checkNumber('uniform_', 'to', to)
    const generator = generatorOf('uniform_', options)
    inPlace.refuseOverlap('uniform_', this)
    inPlace.overwrite('uniform_', 'UniformBackward0', this, (into) => fillUniform(into, from, to, generator))
    return this
  }

  /** Draws from the normal distribution. */
  normal_(mean = 0, std = 1, options?: RandomOptions | null): this {
    checkNumber('normal_', 'mean', mean)
    checkNumber('normal_', 'std', std)
    const generator = generatorOf('normal_', options)
    inPlace.refuseOverlap('normal_', this)
    inPlace.overwrite('normal_', 'NormalBackward0', this, (into) => fillNormal(into, mean, std, generator))
    return this
  }

  /** 1 with probability `p`, one for all or one for each, else 0. */
  bernoulli_(p: number | Tensor = 0.5, options?: RandomOptions | null): this {
    const chance = typeof p === 'number' ? p : recordOf('bernoulli_', 'p', p)
    const generator = generatorOf('bernoulli_', options)
    const name = typeof p === 'number' ? 'BernoulliBackward2' : 'BernoulliBackward1'
    inPlace.refuseOverlap('bernoulli_', this)
    inPlace.overwrite('bernoulli_', name, this, (into) => fillBernoulli(into, chance, generator))
    return this
  }

  /** Becomes a view of the storage of `source`, with its shape, strides and dtype. Earlier views do not change. */
  set_(source: Tensor): this {
    const record = recordOf('set_', 'the source', source)
    inPlace.cutHistory('set_', this)
    this.walk = record
    return this
  }
}

/** An operand of elementwise operations: a tensor or a plain number. */
export type TensorOperand = Tensor | Scalar

/** Operations of tensors give tensors, since they make them with {@link TensorBase.fresh}. */
export function tensorOf(result: TensorBase): Tensor {
  if (result instanceof Tensor) return result
  throw new TypeError('expected a Tensor')
}

function* rowsOf(t: Tensor): IterableIterator<Tensor> {
  // The gradients of rows meet once. Those of parts that were selected one by one would each be as large as the whole.
  if (t.requiresGrad) yield* t.unbind(0)
  else for (let i = 0; i < t.size(0); i++) yield t.select(0, i)
}

function fill<T extends Tensor>(who: string, name: string, t: T, value: Scalar): T {
  checkScalar(who, value)
  checkFits(who, [value], t.dtype)
  const number = scalarOf(value, typeof value === 'bigint' ? 'int64' : 'float64')
  inPlace.overwrite(who, name, t, (into) => copyInto(into, number, who))
  return t
}

function extreme(
  who: 'max' | 'min',
  sign: 1 | -1,
  t: Tensor,
  dim: number | undefined,
  keepdim: boolean,
): Tensor | [values: Tensor, indices: Tensor] {
  if (dim === undefined) return tensorOf(reductions.extremeOfAll(who, sign, t))
  const [values, indices] = reductions.extremeAlong(who, sign, t, dim, keepdim)
  return [tensorOf(values), tensorOf(indices)]
}
