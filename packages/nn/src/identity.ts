import type { Tensor } from '@unroll/tensor'
import { Module } from './module.ts'
import type { ModuleStream } from './moduleStream.ts'
import { passThrough } from './streamParts.ts'

/**
 * Gives its input back: for a place in a model where nothing shall be done.
 * @see PyTorch: [torch.nn.Identity](https://docs.pytorch.org/docs/stable/generated/torch.nn.Identity.html)
 */
export class Identity extends Module {
  static override readonly name: string = 'Identity'

  override forward(input: Tensor): Tensor {
    return input
  }

  override async forwardAsync(input: Tensor): Promise<Tensor> {
    return this.forward(input)
  }

  override openStream(width: number | null): ModuleStream | null {
    return passThrough(width)
  }
}
