import type { DeviceOperations } from '@unroll/kernels'
import { checkTensor, type Tensor } from '@unroll/tensor'
import { checkInteger } from './arguments.ts'
import { DeviceTensor, type DeviceValue, deviceArray } from './deviceValue.ts'
import { Module } from './module.ts'
import type { ModuleStream } from './moduleStream.ts'
import { softmaxPart } from './streamParts.ts'

/**
 * Numbers as probabilities, along one dimension:
 *
 * ```math
 * y = exp(x) / sum(exp(x))
 * ```
 *
 * ```ts
 * new Softmax(-1).forward(tensor([[0, 0], [0, 100]]))   // rows sum up to 1
 * ```
 * @see PyTorch: [torch.nn.Softmax](https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html)
 */
export class Softmax extends Module {
  static override readonly name: string = 'Softmax'

  readonly dim: number

  /** @throws TypeError unless `dim` is a whole number */
  constructor(dim: number) {
    super()
    checkInteger('Softmax', 'dim', dim)
    this.dim = dim
  }

  /**
   * @param input of any shape
   * @returns of the same shape
   * @throws RangeError if the input has no such dimension
   */
  override forward(input: Tensor): Tensor {
    checkTensor('Softmax.forward', 'input', input)
    return input.softmax(this.dim)
  }

  override async forwardAsync(input: Tensor): Promise<Tensor> {
    return this.forward(input)
  }

  override forwardOnDevice(operations: DeviceOperations, input: unknown): DeviceValue | null {
    const array = deviceArray(operations, input)
    if (array === null || (this.dim !== -1 && this.dim !== array.shape.length - 1)) return null
    return new DeviceTensor(operations.softmax(array))
  }

  /** @throws RangeError unless `dim` is -1: a timestep has no other dimension */
  override openStream(width: number | null, batch: number): ModuleStream | null {
    return softmaxPart('Softmax', this.dim, width, batch, false)
  }

  override extraRepr(): string {
    return `dim=${this.dim}`
  }
}
