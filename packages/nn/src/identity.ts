import type { Tensor } from '@unroll/tensor'
import { Module } from './module.ts'
import type { ModuleStream } from './moduleStream.ts'
import { passThrough } from './streamParts.ts'

/**
 * Returns its input. It fills a place in a model where nothing has to be done.
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
