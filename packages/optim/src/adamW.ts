import { optionsOf } from '@unroll/kernels'
import { Adam, type AdamOptions } from './adam.ts'
import type { ParamsOrGroups } from './optimizer.ts'
import { refusePyTorchFlags } from './refusePyTorchFlags.ts'

export type AdamWOptions = Omit<AdamOptions, 'decoupledWeightDecay'>

const defaults: AdamWOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 1e-2,
  amsgrad: false,
  maximize: false,
}

/**
 * Adam that shrinks its parameters by `1 - lr weightDecay` before each step, apart from their gradients.
 *
 * @throws TypeError on unknown options, RangeError on options out of range
 *
 * @example
 * const weight = tensor([1, 2], { requiresGrad: true })
 * weight.grad = tensor([0, 0])
 * new AdamW([weight], { lr: 0.5, weightDecay: 0.5 }).step()
 * weight.toArray()   // [0.75, 1.5]
 * @see PyTorch: [torch.optim.AdamW](https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html)
 */
export class AdamW extends Adam {
  static override readonly name: string = 'AdamW'

  /** @param options lr 1e-3, betas [0.9, 0.999], eps 1e-8, weightDecay 0.01, amsgrad false, maximize false */
  constructor(params: ParamsOrGroups<AdamWOptions>, options?: Partial<AdamWOptions> | null) {
    refusePyTorchFlags(new.target.name, options)
    super(params, {
      ...optionsOf(new.target.name, options, defaults, 'lr'),
      decoupledWeightDecay: true,
    })
  }

  /** @inheritDoc */
  override loadStateDict(state: unknown): void {
    super.loadStateDict(state)
    // PyTorch sets this too: the state may be that of an Adam.
    for (const group of this.paramGroups) group.decoupledWeightDecay = true
  }
}
