import { checkTensor, type Tensor } from '@unroll/tensor'
import { checkInteger } from './arguments.ts'
import { Module } from './module.ts'

/**
 * Merges dimensions `startDim` to `endDim` into one. By default the first dimension, the batch, stays.
 *
 * ```ts
 * new Flatten().forward(zeros([8, 4, 5])).shape   // [8, 20]
 * ```
 * @see PyTorch: [torch.nn.Flatten](https://docs.pytorch.org/docs/stable/generated/torch.nn.Flatten.html)
 */
export class Flatten extends Module {
  static override readonly name: string = 'Flatten'

  readonly startDim: number
  readonly endDim: number

  /** @throws TypeError unless both are whole numbers */
  constructor(startDim = 1, endDim = -1) {
    super()
    checkInteger('Flatten', 'startDim', startDim)
    checkInteger('Flatten', 'endDim', endDim)
    this.startDim = startDim
    this.endDim = endDim
  }

  /** @throws RangeError if the input has no such dimension, RuntimeError if `startDim` comes after `endDim` */
  override forward(input: Tensor): Tensor {
    checkTensor('Flatten.forward', 'input', input)
    return input.flatten(this.startDim, this.endDim)
  }

  override async forwardAsync(input: Tensor): Promise<Tensor> {
    return this.forward(input)
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`
  }
}
