// Views: the same memory, walked another way. The gradient of a view is its elements of the source's gradient, zeros elsewhere.

import { apply, markView } from '../autograd/apply.ts'
import type { ViewWays } from '../autograd/history.ts'
import { RuntimeError } from '../errors.ts'
import { copyOf } from '../strided/cast.ts'
import { embed, extract, type Geometry } from '../strided/region.ts'
import { contiguousStrides, isContiguous, type Strided, Walk } from '../strided/strided.ts'
import * as views from '../strided/views.ts'
import { TensorBase } from '../tensorBase.ts'

/** A copy of its own memory. */
export function clone(x: TensorBase): TensorBase {
  return apply('CloneBackward0', [x], TensorBase.fresh(x, copyOf(TensorBase.walkOf(x))), () => ([g]) => [g])
}

/** `x` if it is row-major, else a copy that is. */
export function contiguous(x: TensorBase): TensorBase {
  return isContiguous(TensorBase.walkOf(x)) ? x : clone(x)
}

/** The part at these positions of the first dimensions. */
export function at(x: TensorBase, indices: readonly number[]): TensorBase {
  if (indices.length === 0) return expand(x, x.shape)
  const take = (whole: Strided): Strided =>
    indices.reduce((part, index) => views.select(part, 0, index), whole)
  return region('SelectBackward0', x, take)
}

/** The part at one position of `dim`, which disappears. */
export function select(x: TensorBase, dim: number, index: number): TensorBase {
  return region('SelectBackward0', x, (walk) => views.select(walk, dim, index))
}

/** Positions `start`, `start + step`, ... below `end` of `dim`. */
export function slice(x: TensorBase, dim: number, start?: number, end?: number, step?: number): TensorBase {
  return region('SliceBackward0', x, (walk) => views.slice(walk, dim, start, end, step))
}

/** `length` positions of `dim` from `start` on. */
export function narrow(x: TensorBase, dim: number, start: number, length: number): TensorBase {
  return region('SliceBackward0', x, (walk) => views.narrow(walk, dim, start, length))
}

/** A view of any shape, strides and offset over the storage. */
export function asStrided(
  x: TensorBase,
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
): TensorBase {
  const walk = views.asStrided(TensorBase.walkOf(x), shape, strides, offset)
  const [whole, place] = [geometryOf(x), geometryOf(walk)]
  return viewOf(x, walk, 'AsStridedBackward0', (g) => embedded(g, whole, place))
}

/** Another shape over the same memory. @throws RuntimeError where that needs a copy */
export function view(x: TensorBase, shape: readonly number[]): TensorBase {
  const walk = views.tryView(TensorBase.walkOf(x), shape, 'view')
  if (walk !== null) return reshaped('ViewBackward0', x, walk)
  throw new RuntimeError(
    `view: strides (${x.strides.join(', ')}) of shape (${x.shape.join(', ')}) do not allow ` +
      `shape (${shape.join(', ')}) without a copy; use reshape()`,
  )
}

/** Another shape. A view where possible, else a copy. */
export function reshape(x: TensorBase, shape: readonly number[]): TensorBase {
  const walk = views.tryView(TensorBase.walkOf(x), shape, 'reshape')
  if (walk !== null) return reshaped('ViewBackward0', x, walk)
  const copy = clone(x)
  const { storage, offset, dtype } = TensorBase.walkOf(copy)
  const sizes = views.inferShape(TensorBase.walkOf(x), shape, 'reshape')
  return reshaped(
    'UnsafeViewBackward0',
    copy,
    new Walk(storage, sizes, contiguousStrides(sizes), offset, dtype),
  )
}

/** Dimensions `start` to `end` as one. A view where possible, else a copy. */
export function flatten(x: TensorBase, start: number, end: number): TensorBase {
  return reshape(x, views.flattenedShape(TensorBase.walkOf(x), start, end))
}

/** Two dimensions swapped. */
export function transpose(x: TensorBase, a: number, b: number, name = 'TransposeBackward0'): TensorBase {
  const walk = views.transpose(TensorBase.walkOf(x), a, b)
  return viewOf(x, walk, name, (g) => transpose(g, a, b))
}

/** A matrix transposed; tensors of fewer dimensions as they are. */
export function t(x: TensorBase): TensorBase {
  if (x.ndim > 2) {
    throw new RuntimeError(`t: expected at most 2 dimensions, got ${x.ndim}; use transpose()`)
  }
  return x.ndim < 2
    ? viewOf(x, TensorBase.walkOf(x), 'TBackward0', (g) => g)
    : transpose(x, 0, 1, 'TBackward0')
}

/** Dimension `k` of the result is dimension `dims[k]` of `x`. */
export function permute(x: TensorBase, dims: readonly number[]): TensorBase {
  const walk = views.permute(TensorBase.walkOf(x), dims)
  const back = () => {
    const order = dims.map((dim) => (dim < 0 ? dim + dims.length : dim))
    return order.map((_, dim) => order.indexOf(dim))
  }
  return viewOf(x, walk, 'PermuteBackward0', (g) => permute(g, back()))
}

/** Without the dimensions of size 1, or without `dim` if its size is 1. */
export function squeeze(x: TensorBase, dim?: number): TensorBase {
  const name = dim === undefined ? 'SqueezeBackward0' : 'SqueezeBackward1'
  return reshaped(name, x, views.squeeze(TensorBase.walkOf(x), dim))
}

/** With a dimension of size 1 before `dim`. */
export function unsqueeze(x: TensorBase, dim: number): TensorBase {
  return reshaped('UnsqueezeBackward0', x, views.unsqueeze(TensorBase.walkOf(x), dim))
}

/** Stretches dimensions of size 1 and adds new ones in front. Its gradient is summed up over them, as that of any operand. */
export function expand(x: TensorBase, shape: readonly number[]): TensorBase {
  return viewOf(x, views.expand(TensorBase.walkOf(x), shape), 'ExpandBackward0', (g) => g)
}

/** The same memory without a history of gradients. */
export function detach(x: TensorBase): TensorBase {
  return TensorBase.fresh(x, TensorBase.walkOf(x))
}

/** Tells a fresh view of `source` that it is one. `origin` is `several` for operations that return more than one view. */
export function connect(
  part: TensorBase,
  source: TensorBase,
  origin: 'plain' | 'several' = 'plain',
): TensorBase {
  markView(part, source, ways, origin)
  return part
}

const ways: ViewWays<TensorBase> = {
  toBase: (g, base, view) => embedded(g, geometryOf(base), geometryOf(view)),
  ofBase: (g, base, view) => extracted(g, geometryOf(base), geometryOf(view)),
}

function viewOf(
  x: TensorBase,
  walk: Strided,
  name: string,
  back: (gradient: TensorBase) => TensorBase,
): TensorBase {
  const part = connect(TensorBase.fresh(x, walk), x)
  return apply(name, [x], part, () => ([g]) => [g && back(g)])
}

/** A view with the same elements in the same order. */
function reshaped(name: string, x: TensorBase, walk: Strided): TensorBase {
  const { shape } = x
  return viewOf(x, walk, name, (g) => reshape(g, shape))
}

/** A view of some of the elements. `take` makes it of any record of the shape of `x`. */
function region(name: string, x: TensorBase, take: (whole: Strided) => Strided): TensorBase {
  const part = connect(TensorBase.fresh(x, take(TensorBase.walkOf(x))), x)
  return apply(name, [x], part, () => {
    // The gradient is row-major, however the elements lie in memory.
    const { storage, shape, dtype } = x
    const whole = new Walk(storage, shape, contiguousStrides(shape), 0, dtype)
    const [all, place] = [geometryOf(whole), geometryOf(take(whole))]
    return ([g]) => [g && embedded(g, all, place)]
  })
}

/** Zeros in the shape of `whole`, but for `x` at the elements of `place`. */
function embedded(x: TensorBase, whole: Geometry, place: Geometry): TensorBase {
  const result = TensorBase.fresh(x, embed(TensorBase.walkOf(x), whole, place))
  return apply('EmbedBackward', [x], result, () => ([g]) => [g && extracted(g, whole, place)])
}

/** The elements of `x`, which has the shape of `whole`, at `place`. */
function extracted(x: TensorBase, whole: Geometry, place: Geometry): TensorBase {
  const result = TensorBase.fresh(x, extract(TensorBase.walkOf(x), whole, place))
  return apply('ExtractBackward', [x], result, () => ([g]) => [g && embedded(g, whole, place)])
}

function geometryOf({ shape, strides, offset }: Geometry): Geometry {
  return { shape, strides, offset }
}
