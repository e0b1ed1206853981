import { isGradEnabled, type Tensor } from '@unroll/tensor'
import { ofFloats, record } from '@unroll/tensor/layers'
import type { NormalizeGradients } from './normalizeGradients.ts'

/** What was normalised, in the shape in which its gradients are computed. */
export interface Normalized {
  /** Shape of the input in which each of `dims` is normalised. */
  readonly shape: readonly number[]
  /** The dimensions that are normalised. */
  readonly dims: readonly number[]
  /** The other dimensions but that of the weight, over which its gradient is summed up. */
  readonly others: readonly number[]
  /** Shape of weight and bias that broadcasts to `shape`. */
  readonly affine: readonly number[]
  readonly eps: number
  /** Mean and variance, shaped as the weight, if they do not depend on the input; else null. */
  readonly moments: readonly [mean: Tensor, variance: Tensor] | null
  /** The gradients, computed at once. */
  compute(x: Tensor, weight: Tensor | null, g: Tensor): NormalizeGradients
}

/**
 * Records a normalisation. Its gradients are computed at once, or, if they are to have gradients themselves, in operations of tensors.
 * @param name as `gradFn` shows it
 */
export function recordNormalize(
  name: string,
  input: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  result: Tensor,
  how: Normalized,
): void {
  record(name, [input, weight, bias], [result], ({ save }) => {
    const [savedInput, savedWeight] = [save(input), save(weight)]
    const savedMoments = how.moments?.map(save)
    return ([g]) => {
      if (!g) return []
      for (const moment of savedMoments ?? []) moment()
      const [x, w] = [savedInput(), savedWeight()]
      if (isGradEnabled()) return inOperations(x, w, g, how)
      const gradients = how.compute(x, w, g)
      const affine = (w ?? bias)?.shape ?? []
      return [
        ofFloats(gradients.x, x.shape),
        w && ofFloats(gradients.weight, affine),
        bias && ofFloats(gradients.bias, affine),
      ]
    }
  })
}

/** The same, see normalizeGradients.ts. */
function inOperations(input: Tensor, weight: Tensor | null, gradient: Tensor, how: Normalized): Tensor[] {
  const { shape, dims, others, affine, eps, moments } = how
  const [x, g] = [input.reshape(shape), gradient.reshape(shape)]
  const [mean, given] = moments?.map((moment) => moment.reshape(affine)) ?? []
  const centered = x.sub(mean ?? x.mean(dims, true))
  const variance = given ?? centered.mul(centered).mean(dims, true)
  const scale = variance.add(eps).pow(-0.5)
  const n = centered.mul(scale)
  const gw = weight ? g.mul(weight.reshape(affine)) : g
  const slope = moments ? gw : gw.sub(gw.mean(dims, true)).sub(n.mul(gw.mul(n).mean(dims, true)))
  const own = weight?.shape ?? affine
  return [
    slope.mul(scale).reshape(input.shape),
    g.mul(n).sum(others).reshape(own),
    g.sum(others).reshape(own),
  ]
}
