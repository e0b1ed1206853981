import type { DeviceOperations } from '@unroll/kernels'
import type { Tensor } from '@unroll/tensor'
import { DeviceTensor, type DeviceValue, deviceArray } from './deviceValue.ts'
import { Module } from './module.ts'

/**
 * `exp(x) / sum(exp(x))` along one dimension: numbers as probabilities.
 *
 * ```ts
 * new Softmax(-1).forward(tensor([[0, 0], [0, 100]]))   // rows sum up to 1
 * ```
 */
export class Softmax extends Module {
  readonly dim: number

  /** @throws RangeError unless `dim` is a whole number */
  constructor(dim: number) {
    super()
    if (!Number.isInteger(dim)) throw new RangeError(`Softmax: expected dim to be a whole number, got ${dim}`)
    this.dim = dim
  }

  /**
   * @param input of any shape
   * @returns of the same shape
   * @throws RangeError if the input has no such dimension
   */
  override forward(input: Tensor): Tensor {
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

  override extraRepr(): string {
    return `dim=${this.dim}`
  }
}
