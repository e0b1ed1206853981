import { type Tensor, zerosLike } from '@unroll/tensor'
import { ofFloats, record } from '@unroll/tensor/layers'
import { allocateLike, floatsOf } from '../functional/floats.ts'

/** A function of a number, its derivative, the derivative of that, and so on. What follows is 0. */
export type Derivatives = readonly [f: (x: number) => number, ...derivatives: ((x: number) => number)[]]

/** Its derivative is 0 at 0, and for NaN, as in PyTorch. */
export const absolute: Derivatives = [Math.abs, (d) => (d > 0 ? 1 : d < 0 ? -1 : 0)]

/**
 * `f` of every element of a difference.
 * @param name as `gradFn` shows it
 */
export function ofDifference(
  who: string,
  name: string,
  difference: Tensor,
  [f, ...derivatives]: Derivatives,
): Tensor {
  const x = floatsOf(who, 'input and target', difference)
  const out = allocateLike(x, x.length)
  for (let k = 0; k < x.length; k++) out[k] = f(x[k] ?? 0)
  const result = ofFloats(out, difference.shape)
  record(name, [difference], [result], ({ save }) => {
    const saved = save(difference)
    const [next, ...further] = derivatives
    return ([g]) => [g && (next ? g.mul(ofDifference(who, name, saved(), [next, ...further])) : zerosLike(g))]
  })
  return result
}
