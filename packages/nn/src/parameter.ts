import { checkTensor, Tensor } from '@unroll/tensor'
import { checkType } from './arguments.ts'

/**
 * A tensor that is trained. As a property of a Module, it is one of the module's parameters.
 *
 * ```ts
 * class Scale extends Module {
 *   weight = new Parameter(ones([3]))
 * }
 * ```
 * @see PyTorch: [torch.nn.parameter.Parameter](https://docs.pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html)
 */
export class Parameter extends Tensor {
  static override readonly name: string = 'Parameter'

  /** For the compiler only: it refuses a plain Tensor where a Parameter is expected. */
  declare protected readonly kind: 'parameter'

  /**
   * @param data shares its memory with the parameter
   * @throws TypeError if `data` is not a tensor
   * @throws RuntimeError if `requiresGrad` and the dtype is not a float
   */
  constructor(data: Tensor, requiresGrad = true) {
    checkTensor('Parameter', 'data', data)
    checkType('Parameter', 'requiresGrad', requiresGrad, 'boolean')
    super(data, requiresGrad)
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`
  }
}
