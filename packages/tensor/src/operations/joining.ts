// Tensors joined, and a tensor taken apart. Each is the gradient of another.

import { apply, record } from '../autograd/apply.ts'
import { recordsOf } from '../operands.ts'
import { wrapDim } from '../strided/dims.ts'
import * as join from '../strided/join.ts'
import { dense, type Strided } from '../strided/strided.ts'
import { TensorBase } from '../tensorBase.ts'
import { connect, narrow, select } from './views.ts'

/** Joins tensors along `dim`. Their other sizes must be equal. */
export function cat(tensors: readonly TensorBase[], dim: number): TensorBase {
  const result = joined(tensors, join.cat(recordsOf('cat', tensors), dim))
  return apply('CatBackward0', tensors, result, ({ wants }) => {
    const shapes = tensors.map(({ shape }) => shape)
    return ([g]) => {
      if (!g) return []
      const d = wrapDim('cat', dim, g.ndim)
      let start = 0
      return shapes.map((shape, k) => {
        // A tensor of shape (0) joins with any.
        if (shape.length === 1 && shape[0] === 0) return zerosBeside(g, shape)
        const size = shape[d] ?? 0
        start += size
        return wants(k) && narrow(g, d, start - size, size)
      })
    }
  })
}

/** Joins tensors of one shape along a new dimension `dim`. */
export function stack(tensors: readonly TensorBase[], dim: number): TensorBase {
  const result = joined(tensors, join.stack(recordsOf('stack', tensors), dim))
  return apply('StackBackward0', tensors, result, ({ wants }) => ([g]) => {
    if (!g) return []
    const d = wrapDim('stack', dim, g.ndim)
    return tensors.map((_, k) => wants(k) && select(g, d, k))
  })
}

/** The parts at each position of `dim`, which disappears. */
export function unbind(x: TensorBase, dim: number): TensorBase[] {
  return parts('UnbindBackward0', x, join.unbind(TensorBase.walkOf(x), dim), stack, dim, x.ndim)
}

/** Parts of `size` positions along `dim`, the last one maybe smaller, or of the given sizes. */
export function split(x: TensorBase, size: number | readonly number[], dim: number): TensorBase[] {
  const name = typeof size === 'number' ? 'SplitBackward0' : 'SplitWithSizesBackward0'
  return parts(name, x, join.split(TensorBase.walkOf(x), size, dim), cat, dim, x.ndim)
}

/** At most `chunks` parts of equal size along `dim`, the last one maybe smaller. */
export function chunk(x: TensorBase, chunks: number, dim: number): TensorBase[] {
  return parts('SplitBackward0', x, join.chunk(TensorBase.walkOf(x), chunks, dim), cat, dim, x.ndim)
}

function parts(
  name: string,
  x: TensorBase,
  walks: readonly Strided[],
  put: (parts: readonly TensorBase[], dim: number) => TensorBase,
  dim: number,
  ndim: number,
): TensorBase[] {
  const results = walks.map((walk) => connect(TensorBase.fresh(x, walk), x, 'several'))
  record(name, [x], results, () => {
    const shapes = results.map(({ shape }) => shape)
    return (gradients) => {
      const some = gradients.find((g) => g !== null)
      if (!some) return []
      const whole = shapes.map((shape, k) => gradients[k] ?? zerosBeside(some, shape))
      return [put(whole, wrapDim(name, dim, ndim))]
    }
  })
  return results
}

function joined(tensors: readonly TensorBase[], walk: Strided): TensorBase {
  const first = tensors[0]
  if (first) return TensorBase.fresh(first, walk)
  throw new TypeError('expected at least one tensor, got none')
}

function zerosBeside(like: TensorBase, shape: readonly number[]): TensorBase {
  return TensorBase.fresh(like, dense(shape, like.dtype))
}
