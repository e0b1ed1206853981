import { type Tensor, tensor } from '../../src/index.ts'

/** Programs by the names that tooling/oracle/autograd_programs_fixtures.py gives them. Each returns what it does there. */
export type Programs = Readonly<Record<string, () => unknown>>

/** What the messages of programs that are refused say. */
export type Words = Readonly<Record<string, RegExp>>

/** A vector that requires gradients. */
export function leaf(...values: readonly number[]): Tensor {
  return tensor(values, { requiresGrad: true })
}

export function leaf64(...values: readonly number[]): Tensor {
  return tensor(values, { dtype: 'float64', requiresGrad: true })
}

export function nameOf(t: Tensor): string | null {
  return t.gradFn?.name ?? null
}

/** The numbers of a gradient. */
export function gradOf(t: Tensor): unknown {
  return t.grad?.toArray() ?? null
}
