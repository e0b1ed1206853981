import { isHalf } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { refuseOverlap } from '../operations/inPlace.ts'
import { clone } from '../operations/views.ts'
import { cast, copyInto, copyOf } from '../strided/cast.ts'
import { binary, binaryInto } from '../strided/elementwise.ts'
import { add as addition } from '../strided/operators.ts'
import { dense, isContiguous, numelOf, type Strided, Walk } from '../strided/strided.ts'
import { TensorBase } from '../tensorBase.ts'
import { nodeOf } from './edges.ts'
import { withGrad } from './gradMode.ts'
import { history } from './history.ts'
import { plus } from './plus.ts'

/** Sums up a gradient in a leaf, if it still requires one, and calls the hooks that wait for it. */
export function accumulate(leaf: TensorBase, gradient: TensorBase, isRecorded: boolean, isOwn = false): void {
  if (leaf.requiresGrad) keep(leaf, gradient, isRecorded, isOwn)
  for (const hook of leaf[history]?.afterAccumulation ?? []) hook(leaf)
}

/**
 * Sums up a gradient in `tensor.grad`, which is never the tensor that backward was given. That of a leaf stays the same tensor, unless
 * gradients are recorded.
 * @param isOwn nobody else holds `gradient`, so it may become `tensor.grad` itself
 */
export function keep(tensor: TensorBase, gradient: TensorBase, isRecorded: boolean, isOwn = false): void {
  const before = TensorBase.gradientOf(tensor)
  const isReplaced = isRecorded || nodeOf(tensor) !== null
  if (Object.isFrozen(tensor) && (before === null || isReplaced)) {
    throw new RuntimeError(
      'backward: a frozen tensor cannot be given its grad; use grad(), or a copy that is not frozen',
    )
  }
  if (before === null) {
    const first = isRecorded
      ? withGrad('backward', true, () => clone(gradient))
      : own(tensor, gradient, isOwn)
    TensorBase.setGradient(tensor, first)
  } else if (isReplaced) {
    TensorBase.setGradient(
      tensor,
      withGrad('backward', isRecorded, () => plus(before, gradient)),
    )
  } else {
    refuseOverlap('backward', before)
    addInto(before, gradient)
  }
}

/** A gradient that `tensor` may keep. */
function own(tensor: TensorBase, gradient: TensorBase, isOwn: boolean): TensorBase {
  const [from, like] = [TensorBase.walkOf(gradient), TensorBase.walkOf(tensor)]
  if (isOwn && isContiguous(from) && isContiguous(like)) return gradient
  return TensorBase.fresh(gradient, copyLike(from, like))
}

/** Adds a gradient to one that nobody else holds, or that is a leaf's. */
export function addInto(to: TensorBase, from: TensorBase): void {
  const [sum, gradient] = [TensorBase.walkOf(to), TensorBase.walkOf(from)]
  if (!isHalf(sum.dtype)) binaryInto(addition, sum, gradient)
  else copyInto(sum, binary(addition, cast(sum, 'float32'), cast(gradient, 'float32')), 'backward')
}

/** A copy that walks its memory as `like` does, if that is without gaps; else row-major. */
function copyLike(source: Strided, like: Strided): Strided {
  if (isContiguous(like) || !isWithoutGaps(like)) return copyOf(source)
  const { storage } = dense(source.shape, source.dtype)
  const copy = new Walk(storage, source.shape, like.strides, 0, source.dtype)
  copyInto(copy, source, 'grad')
  return copy
}

/** Whether the elements fill their memory in some order of dimensions. */
function isWithoutGaps({ shape, strides }: Strided): boolean {
  if (numelOf(shape) === 0) return false
  const dims = shape.map((size, dim) => ({ size, stride: strides[dim] ?? 0 })).filter(({ size }) => size > 1)
  dims.sort((a, b) => a.stride - b.stride)
  let step = 1
  return dims.every(({ size, stride }) => {
    const fits = stride === step
    step *= size
    return fits
  })
}
