import { Tensor } from '@unroll/tensor'

/**
 * A tensor that is trained: as a property of a Module it is one of its parameters.
 *
 * ```ts
 * class Scale extends Module {
 *   weight = new Parameter(ones([3]))
 * }
 * ```
 */
export class Parameter extends Tensor {
  /** For the compiler only: a plain Tensor is not to be assigned where a Parameter stands. */
  declare protected readonly kind: 'parameter'

  /**
   * @param data shares its memory with the parameter
   * @throws RuntimeError if `requiresGrad` and the dtype is not a float
   */
  constructor(data: Tensor, requiresGrad = true) {
    super(data, requiresGrad)
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`
  }
}
