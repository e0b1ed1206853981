import { enableGrad, grad, isFloatingPoint, Tensor } from '@unroll/tensor'

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
  return x.mul(x.detach().mul(0).add(1).flatten().cumsum(0).mul(0.3).reshape(x.shape)).sum()
}
