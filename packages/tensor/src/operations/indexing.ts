// Elements picked by positions, and moved elsewhere.

import { apply, type Rule } from '../autograd/apply.ts'
import { recordOf } from '../operands.ts'
import { wrapDim } from '../strided/dims.ts'
import * as pick from '../strided/pick.ts'
import type { Scalar } from '../strided/promote.ts'
import * as rearrange from '../strided/rearrange.ts'
import { TensorBase } from '../tensorBase.ts'
import { zerosLike } from './elementwise.ts'

/** A copy of the positions `index` (K), int64 or int32, of `dim`, in the order of `index`. */
export function indexSelect(x: TensorBase, dim: number, index: TensorBase): TensorBase {
  const walk = TensorBase.walkOf(x)
  const places = recordOf('indexSelect', 'the index', index)
  const result = TensorBase.fresh(x, pick.indexSelect(walk, dim, places))
  return apply('IndexSelectBackward0', [x], result, ({ save }) => {
    const { shape } = x
    const d = wrapDim('indexSelect', dim, shape.length)
    const size = shape[d] ?? 1
    const positions = save(pick.positionsOf('indexSelect', places, size))
    return ([g]) => [g && (shape.length === 0 ? g : addPositions(g, d, size, positions()))]
  })
}

/**
 * The positions of a dimension counted from the front, which must exist, as a copy. -1 gives zeros.
 * @param name of the operation that this is
 */
export function takePositions(
  x: TensorBase,
  dim: number,
  positions: Int32Array,
  name = 'IndexSelectBackward0',
): TensorBase {
  const size = x.size(dim)
  const result = TensorBase.fresh(x, pick.takePositions(TensorBase.walkOf(x), dim, positions))
  return apply(name, [x], result, () => ([g]) => [g && addPositions(g, dim, size, positions)])
}

/** The gradient of {@link takePositions}. */
export function addPositions(x: TensorBase, dim: number, size: number, positions: Int32Array): TensorBase {
  const result = TensorBase.fresh(x, pick.addPositions(TensorBase.walkOf(x), dim, size, positions))
  return apply('IndexAddBackward0', [x], result, () => ([g]) => [g && takePositions(g, dim, positions)])
}

/** `out[i][j] = x[index[i][j]][j]` for `dim` 0, `x[i][index[i][j]]` for `dim` 1, and so on. */
export function gather(x: TensorBase, dim: number, index: TensorBase): TensorBase {
  const result = TensorBase.fresh(
    x,
    pick.gather(TensorBase.walkOf(x), dim, recordOf('gather', 'the index', index)),
  )
  const { shape } = x
  return apply('GatherBackward0', [x], result, ({ save }) => {
    const places = save(index)
    return ([g]) => [g && scatterAdd(g, shape, dim, places())]
  })
}

/** The gradient of {@link gather}: zeros of `shape`, with each element of `x` added where `index` says. */
export function scatterAdd(
  x: TensorBase,
  shape: readonly number[],
  dim: number,
  index: TensorBase,
): TensorBase {
  const walk = pick.scatterAdd(TensorBase.walkOf(x), shape, dim, TensorBase.walkOf(index))
  return apply('ScatterAddBackward0', [x], TensorBase.fresh(x, walk), ({ save }) => {
    const places = save(index)
    return ([g]) => [g && gather(g, dim, places())]
  })
}

/** A copy, reversed along each of `dims`. */
export function flip(x: TensorBase, dims: readonly number[]): TensorBase {
  const result = TensorBase.fresh(x, rearrange.flip(TensorBase.walkOf(x), dims))
  return apply('FlipBackward0', [x], result, () => ([g]) => [g && flip(g, dims)])
}

/** Padded by `padding[0]` in front and `padding[1]` at the end of the last dimension, by the next two around the one before it, ... */
export function pad(
  x: TensorBase,
  padding: readonly number[],
  mode: rearrange.PadMode,
  value: Scalar,
): TensorBase {
  const result = TensorBase.fresh(x, rearrange.pad(TensorBase.walkOf(x), padding, mode, value))
  if (mode === 'constant') {
    return apply('ConstantPadNdBackward0', [x], result, () => {
      const cut = padding.map((edge) => -edge)
      return ([g]) => [g && pad(g, cut, 'constant', 0)]
    })
  }
  const name = `${mode === 'reflect' ? 'Reflection' : 'Replication'}Pad${padding.length / 2}DBackward`
  const { shape } = x
  return apply(`${name}0`, [x], result, ({ save }) => {
    const input = save(x)
    return ([g]) => {
      if (!g) return []
      const slope = shape.reduceRight((part, size, dim) => {
        const at = 2 * (shape.length - 1 - dim)
        const [before, behind] = [padding[at] ?? 0, padding[at + 1] ?? 0]
        if (before === 0 && behind === 0) return part
        return addPositions(part, dim, size, rearrange.edgePositions(mode, size, before, behind))
      }, g)
      // It does not depend on the input's elements: as in PyTorch, what goes back to them are zeros.
      const gradient = TensorBase.fresh(slope, TensorBase.walkOf(slope))
      const rule: Rule =
        ({ wants }) =>
        ([again]) => [again, wants(1) && again && zerosLike(again)]
      return [apply(`${name}Backward0`, [slope, input()], gradient, rule)]
    }
  })
}
