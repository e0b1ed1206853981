import { checkTensor, type Tensor } from '@unroll/tensor'
import { checkedOptions } from './arguments.ts'
import { Module } from './module.ts'
import type { ModuleStream } from './moduleStream.ts'
import { mapPart } from './streamParts.ts'

export interface ReLUOptions {
  /** Change the input itself. Default false. */
  readonly inplace?: boolean
}

/**
 * Of every element:
 *
 * ```math
 * y = max(x, 0)
 * ```
 * @see PyTorch: [torch.nn.ReLU](https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU.html)
 */
export class ReLU extends Module {
  static override readonly name: string = 'ReLU'

  readonly inplace: boolean

  /** @throws TypeError on an option there is not */
  constructor(options: ReLUOptions = {}) {
    super()
    this.inplace = checkedOptions('ReLU', options, { inplace: false }, 'inplace').inplace
  }

  /**
   * @param input of any shape
   * @returns of the same shape
   */
  override forward(input: Tensor): Tensor {
    checkTensor('ReLU.forward', 'input', input)
    return this.inplace ? input.copy_(input.relu()) : input.relu()
  }

  override async forwardAsync(input: Tensor): Promise<Tensor> {
    return this.forward(input)
  }

  override openStream(width: number | null, batch: number): ModuleStream | null {
    return mapPart('relu', width, batch)
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

  /**
   * @param input of any shape
   * @returns of the same shape
   */
  override forward(input: Tensor): Tensor {
    checkTensor('Tanh.forward', 'input', input)
    return input.tanh()
  }

  override async forwardAsync(input: Tensor): Promise<Tensor> {
    return this.forward(input)
  }

  override openStream(width: number | null, batch: number): ModuleStream | null {
    return mapPart('tanh', width, batch)
  }
}

/**
 * Of every element:
 *
 * ```math
 * y = 1 / (1 + exp(-x))
 * ```
 * @see PyTorch: [torch.nn.Sigmoid](https://docs.pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html)
 */
export class Sigmoid extends Module {
  static override readonly name: string = 'Sigmoid'

  /**
   * @param input of any shape
   * @returns of the same shape
   */
  override forward(input: Tensor): Tensor {
    checkTensor('Sigmoid.forward', 'input', input)
    return input.sigmoid()
  }

  override async forwardAsync(input: Tensor): Promise<Tensor> {
    return this.forward(input)
  }

  override openStream(width: number | null, batch: number): ModuleStream | null {
    return mapPart('sigmoid', width, batch)
  }
}
