import { describeValue } from '@unroll/kernels'
import { elementsOf, type Tensor } from '@unroll/tensor'
import { Module } from './module.ts'

/**
 * The Euclidean norm of the gradient of each parameter, under its name in the state dict: what vanishes, and what explodes.
 * Parameters without a gradient are left out.
 * @throws TypeError unless `module` is one
 *
 * @example
 * lstm.forward(x)[0].sum().backward()
 * for (const [name, norm] of gradientNorms(lstm)) console.log(name, norm)
 */
export function gradientNorms(module: Module): Map<string, number> {
  if (!(module instanceof Module)) {
    throw new TypeError(`gradientNorms: expected a Module, got ${describeValue(module)}`)
  }
  const norms = new Map<string, number>()
  for (const [name, { grad }] of module.namedParameters()) {
    if (grad !== null) norms.set(name, normOf(grad))
  }
  return norms
}

function normOf(tensor: Tensor): number {
  let sum = 0
  for (const value of elementsOf(tensor)) sum += Number(value) ** 2
  return Math.sqrt(sum)
}
