import { checkTensor, type Tensor } from '@unroll/tensor'
import { checkInteger } from './arguments.ts'
import { Module } from './module.ts'
import { hostEngineOf, onOwnEngine } from './moduleState.ts'
import type { ModuleStream } from './moduleStream.ts'
import { softmaxPart } from './streamParts.ts'

/**
 * Turns numbers into logarithms of probabilities, along one dimension:
 *
 * ```math
 * y = x - log(sum(exp(x)))
 * ```
 *
 * ```ts
 * new LogSoftmax(-1).forward(tensor([[0, 0], [0, 100]]))   // its exp() sums up to 1 in rows
 * ```
 * @see PyTorch: [torch.nn.LogSoftmax](https://docs.pytorch.org/docs/stable/generated/torch.nn.LogSoftmax.html)
 */
export class LogSoftmax extends Module {
  static override readonly name: string = 'LogSoftmax'
  static override readonly hostOnly: boolean = true

  readonly dim: number

  /** @throws TypeError unless `dim` is a whole number */
  constructor(dim: number) {
    super()
    checkInteger('LogSoftmax', 'dim', dim)
    this.dim = dim
  }

  /**
   * @param input of any shape
   * @returns a tensor of the same shape
   * @throws RangeError if the input has no such dimension
   */
  override forward(input: Tensor): Tensor {
    checkTensor('LogSoftmax.forward', 'input', input)
    return onOwnEngine(this, () => input.logSoftmax(this.dim))
  }

  override async forwardAsync(input: Tensor): Promise<Tensor> {
    return this.forward(input)
  }

  /** @throws RangeError unless `dim` is -1: a timestep has no other dimension */
  override openStream(width: number | null, batch: number): ModuleStream | null {
    return softmaxPart(
      hostEngineOf(this, 'LogSoftmax', 'openStream'),
      'LogSoftmax',
      this.dim,
      width,
      batch,
      true,
    )
  }

  override extraRepr(): string {
    return `dim=${this.dim}`
  }
}
