import { checkTensor, isFloatingPoint, RuntimeError, type Tensor, zerosLike } from '@unroll/tensor'
import { checkedOptions, checkType } from './arguments.ts'
import { Module } from './module.ts'
import { onOwnEngine } from './moduleState.ts'
import type { ModuleStream } from './moduleStream.ts'
import { DeviceTensor, type DeviceValue } from './onDevice.ts'
import { pythonNumber } from './pythonNumber.ts'
import { passThrough } from './streamParts.ts'

export interface DropoutOptions {
  /** Change the input itself. Default false. */
  readonly inplace?: boolean
}

/**
 * While training, sets each element to zero with probability `p` and scales the others by `1 / (1 - p)`. Otherwise it
 * returns its input.
 *
 * ```ts
 * const dropout = new Dropout(0.2)
 * dropout.forward(x)          // same shape as x
 * dropout.eval().forward(x)   // x
 * ```
 * @see PyTorch: [torch.nn.Dropout](https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout.html)
 */
export class Dropout extends Module {
  static override readonly name: string = 'Dropout'
  static override readonly hostOnly: boolean = true

  readonly p: number
  readonly inplace: boolean

  /** @throws TypeError if `p` is not a number, RangeError unless `0 <= p <= 1` */
  constructor(p = 0.5, options: DropoutOptions = {}) {
    super()
    const { inplace } = checkedOptions('Dropout', options, { inplace: false }, 'inplace')
    checkType('Dropout', 'p', p, 'number')
    if (!(p >= 0 && p <= 1)) throw new RangeError(`Dropout: expected p from 0 to 1, got ${p}`)
    this.p = p
    this.inplace = inplace
  }

  /** @throws TypeError on integers while training */
  override forward(input: Tensor): Tensor {
    checkTensor('Dropout.forward', 'input', input)
    if (!this.training || this.p === 0 || input.numel === 0) return input
    if (!isFloatingPoint(input.dtype)) {
      throw new TypeError(`Dropout.forward: expected floating-point input, got ${input.dtype}`)
    }
    const { p, inplace } = this
    return onOwnEngine(this, () => {
      const factors =
        p === 1
          ? 0
          : zerosLike(input)
              .bernoulli_(1 - p)
              .div(1 - p)
      return inplace ? input.mul_(factors) : input.mul(factors)
    })
  }

  override async forwardAsync(input: Tensor): Promise<Tensor> {
    return this.forward(input)
  }

  /** Passes a device value on unchanged, unless it trains: see {@link ForwardOnDevice}. */
  static forwardOnDevice(module: Dropout, _operations: unknown, input: unknown): DeviceValue | null {
    return input instanceof DeviceTensor && !(module.training && module.p > 0) ? input : null
  }

  /** @throws RuntimeError while training */
  override openStream(width: number | null): ModuleStream | null {
    if (this.training && this.p > 0) {
      throw new RuntimeError('Dropout.openStream: this module is training; call eval() on the model first')
    }
    return passThrough(width)
  }

  override extraRepr(): string {
    return `p=${pythonNumber(this.p)}, inplace=${this.inplace ? 'True' : 'False'}`
  }
}
