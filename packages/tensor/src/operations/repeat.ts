import { apply } from '../autograd/apply.ts'
import * as rearrange from '../strided/rearrange.ts'
import { TensorBase } from '../tensorBase.ts'
import { inFloats } from './casts.ts'
import { sum } from './reductions.ts'
import { reshape } from './views.ts'

/** Repeated as often as `counts` say along each dimension. Further counts in front make new dimensions. */
export function repeat(x: TensorBase, counts: readonly number[]): TensorBase {
  const { shape } = x
  const result = TensorBase.fresh(x, rearrange.repeat(TensorBase.walkOf(x), counts))
  return apply('RepeatBackward0', [x], result, () => ([g]) => {
    if (!g || counts.length === 0) return [g]
    // Each dimension becomes two: the repetitions, over which gradients add up, and the positions.
    const lead = counts.length - shape.length
    const apart = counts.flatMap((count, dim) => [count, shape[dim - lead] ?? 1])
    const repetitions = counts.map((_, dim) => 2 * dim)
    return [
      reshape(
        inFloats(reshape(g, apart), (floats) => sum(floats, repetitions)),
        shape,
      ),
    ]
  })
}
