import { arange, enableGrad, grad, isFloatingPoint, Tensor } from '@unroll/tensor'

/**
 * The gradients of a function as a function, to check second gradients with `gradcheck`. They are those of a sum in which each element
 * has its own weight.
 */
export function slopesOf(f: (...inputs: Tensor[]) => Tensor): (...inputs: Tensor[]) => Tensor[] {
  return (...inputs) =>
    enableGrad(() => {
      // `gradcheck` moves copies that require no gradients.
      const given = inputs.map((x) => (x.requiresGrad || !isFloatingPoint(x.dtype) ? x : new Tensor(x, true)))
      const wanted = given.filter((x) => x.requiresGrad)
      return grad([weighted(f(...given))], wanted, { createGraph: true })
    })
}

/** A sum in which each element counts differently. */
export function weighted(x: Tensor): Tensor {
  const factors = arange(1, x.numel + 1, 1, { dtype: x.dtype }).mul(0.3)
  return x.mul(factors.reshape(x.shape)).sum()
}
