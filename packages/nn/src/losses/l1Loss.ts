import type { Tensor } from '@unroll/tensor'
import { checkedOptions } from '../arguments.ts'
import { onOwnEngine } from '../moduleState.ts'
import { Loss } from './loss.ts'
import { differenceOf } from './lossArguments.ts'
import { absolute, ofDifference } from './ofDifference.ts'
import { checkReduction, type LossOptions, type Reduction, reduced } from './reduction.ts'

const defaults: Required<LossOptions> = { reduction: 'mean' }

/**
 * The absolute differences, of gradient 0 where both are equal:
 *
 * ```math
 * l = |x - y|
 * ```
 *
 * ```ts
 * l1Loss(tensor([1, 2]), tensor([3, 2])).item()   // 1
 * ```
 * @param input of any shape
 * @param target of the same shape
 * @throws RangeError on an unknown reduction, RuntimeError if the shapes do not fit together
 * @see PyTorch: [torch.nn.functional.l1_loss](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html)
 */
export function l1Loss(input: Tensor, target: Tensor, options?: LossOptions | null): Tensor {
  const { reduction } = checkedOptions('l1Loss', options, defaults, 'reduction')
  return compute('l1Loss', input, target, reduction)
}

/**
 * {@link l1Loss} as a module.
 * @see PyTorch: [torch.nn.L1Loss](https://docs.pytorch.org/docs/stable/generated/torch.nn.L1Loss.html)
 */
export class L1Loss extends Loss {
  static override readonly name: string = 'L1Loss'

  /** @throws TypeError on an unknown option, RangeError on an unknown reduction */
  constructor(options: LossOptions = {}) {
    super('L1Loss', checkedOptions('L1Loss', options, defaults, 'reduction').reduction)
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return onOwnEngine(this, () => compute('L1Loss.forward', input, target, this.reduction))
  }
}

function compute(who: string, input: Tensor, target: Tensor, reduction: Reduction): Tensor {
  checkReduction(who, reduction)
  return reduced(ofDifference(who, 'L1LossBackward', differenceOf(who, input, target), absolute), reduction)
}
