import { checkTensor, type Tensor } from '@unroll/tensor'
import { checkedOptions } from './arguments.ts'
import { Module } from './module.ts'
import { hostEngineOf, onOwnEngine } from './moduleState.ts'
import type { ModuleStream } from './moduleStream.ts'
import { mapPart } from './streamParts.ts'

export interface ReLUOptions {
  /** Change the input itself. Default false. */
  readonly inplace?: boolean
}

/**
 * The larger of zero and each element:
 *
 * ```math
 * y = max(x, 0)
 * ```
 * @see PyTorch: [torch.nn.ReLU](https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU.html)
 */
export class ReLU extends Module {
  static override readonly name: string = 'ReLU'
  static override readonly hostOnly: boolean = true

  readonly inplace: boolean

  /** @throws TypeError on an unknown option */
  constructor(options: ReLUOptions = {}) {
    super()
    this.inplace = checkedOptions('ReLU', options, { inplace: false }, 'inplace').inplace
  }

  /**
   * @param input of any shape
   * @returns a tensor of the same shape
   */
  override forward(input: Tensor): Tensor {
    checkTensor('ReLU.forward', 'input', input)
    const result = onOwnEngine(this, () => input.relu())
    return this.inplace ? input.copy_(result) : result
  }

  override async forwardAsync(input: Tensor): Promise<Tensor> {
    return this.forward(input)
  }

  override openStream(width: number | null, batch: number): ModuleStream | null {
    return mapPart(hostEngineOf(this, 'ReLU', 'openStream'), 'relu', width, batch)
  }

  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : ''
  }
}

/**
 * The hyperbolic tangent of every element:
 *
 * ```math
 * y = tanh(x)
 * ```
 * @see PyTorch: [torch.nn.Tanh](https://docs.pytorch.org/docs/stable/generated/torch.nn.Tanh.html)
 */
export class Tanh extends Module {
  static override readonly name: string = 'Tanh'
  static override readonly hostOnly: boolean = true

  /**
   * @param input of any shape
   * @returns a tensor of the same shape
   */
  override forward(input: Tensor): Tensor {
    checkTensor('Tanh.forward', 'input', input)
    return onOwnEngine(this, () => input.tanh())
  }

  override async forwardAsync(input: Tensor): Promise<Tensor> {
    return this.forward(input)
  }

  override openStream(width: number | null, batch: number): ModuleStream | null {
    return mapPart(hostEngineOf(this, 'Tanh', 'openStream'), 'tanh', width, batch)
  }
}

/**
 * The logistic function of every element:
 *
 * ```math
 * y = 1 / (1 + exp(-x))
 * ```
 * @see PyTorch: [torch.nn.Sigmoid](https://docs.pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html)
 */
export class Sigmoid extends Module {
  static override readonly name: string = 'Sigmoid'
  static override readonly hostOnly: boolean = true

  /**
   * @param input of any shape
   * @returns a tensor of the same shape
   */
  override forward(input: Tensor): Tensor {
    checkTensor('Sigmoid.forward', 'input', input)
    return onOwnEngine(this, () => input.sigmoid())
  }

  override async forwardAsync(input: Tensor): Promise<Tensor> {
    return this.forward(input)
  }

  override openStream(width: number | null, batch: number): ModuleStream | null {
    return mapPart(hostEngineOf(this, 'Sigmoid', 'openStream'), 'sigmoid', width, batch)
  }
}
