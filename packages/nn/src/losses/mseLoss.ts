import type { Tensor } from '@unroll/tensor'
import { checkedOptions } from '../arguments.ts'
import { onOwnEngine } from '../moduleState.ts'
import { Loss } from './loss.ts'
import { differenceOf } from './lossArguments.ts'
import { checkReduction, type LossOptions, type Reduction, reduced } from './reduction.ts'

const defaults: Required<LossOptions> = { reduction: 'mean' }

/**
 * The squares of the differences:
 *
 * ```math
 * l = (x - y)^2
 * ```
 *
 * ```ts
 * mseLoss(tensor([1, 2]), tensor([3, 2])).item()   // 2
 * ```
 * @param input of any shape
 * @param target of the same shape
 * @throws RangeError on an unknown reduction, RuntimeError if the shapes do not fit together
 * @see PyTorch: [torch.nn.functional.mse_loss](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html)
 */
export function mseLoss(input: Tensor, target: Tensor, options?: LossOptions | null): Tensor {
  const { reduction } = checkedOptions('mseLoss', options, defaults, 'reduction')
  return compute('mseLoss', input, target, reduction)
}

/**
 * {@link mseLoss} as a module.
 * @see PyTorch: [torch.nn.MSELoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.MSELoss.html)
 */
export class MSELoss extends Loss {
  static override readonly name: string = 'MSELoss'

  /** @throws TypeError on an unknown option, RangeError on an unknown reduction */
  constructor(options: LossOptions = {}) {
    super('MSELoss', checkedOptions('MSELoss', options, defaults, 'reduction').reduction)
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return onOwnEngine(this, () => compute('MSELoss.forward', input, target, this.reduction))
  }
}

function compute(who: string, input: Tensor, target: Tensor, reduction: Reduction): Tensor {
  checkReduction(who, reduction)
  const difference = differenceOf(who, input, target)
  return reduced(difference.mul(difference), reduction)
}
