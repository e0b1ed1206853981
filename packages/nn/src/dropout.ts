import type { DeviceOperations } from '@unroll/kernels'
import { isFloatingPoint, type Tensor, zerosLike } from '@unroll/tensor'
import { DeviceTensor, type DeviceValue, deviceArray } from './deviceValue.ts'
import { Module } from './module.ts'

/**
 * While training, sets each element to zero with probability `p` and scales the others by `1 / (1 - p)`. Otherwise
 * it gives its input back.
 *
 * ```ts
 * const dropout = new Dropout(0.2)
 * dropout.forward(x)          // same shape as x
 * dropout.eval().forward(x)   // x
 * ```
 */
export class Dropout extends Module {
  readonly p: number

  /** @throws RangeError unless `0 <= p <= 1` */
  constructor(p = 0.5) {
    super()
    if (!(p >= 0 && p <= 1)) throw new RangeError(`Dropout: expected p from 0 to 1, got ${p}`)
    this.p = p
  }

  /** @throws TypeError on integers while training */
  override forward(input: Tensor): Tensor {
    if (!this.training || this.p === 0 || input.numel === 0) return input
    if (!isFloatingPoint(input.dtype)) {
      throw new TypeError(`Dropout.forward: expected floating-point input, got ${input.dtype}`)
    }
    if (this.p === 1) return input.mul(0)
    const kept = 1 - this.p
    return input.mul(zerosLike(input).bernoulli_(kept).div(kept))
  }

  override async forwardAsync(input: Tensor): Promise<Tensor> {
    return this.forward(input)
  }

  override forwardOnDevice(operations: DeviceOperations, input: unknown): DeviceValue | null {
    const array = this.training && this.p > 0 ? null : deviceArray(operations, input)
    return array && new DeviceTensor(array)
  }

  override extraRepr(): string {
    return `p=${this.p}, inplace=False`
  }
}
