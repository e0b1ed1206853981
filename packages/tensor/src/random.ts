import { type TensorOptions, zeros } from './creation.ts'
import { noGrad } from './gradMode.ts'
import type { RandomOptions, Tensor } from './tensor.ts'

/** Uniform draws from [0, 1). */
export function rand(shape: readonly number[], options: TensorOptions & RandomOptions = {}): Tensor {
  return noGrad(() => zeros(shape, options).uniform_(0, 1, options))
}
