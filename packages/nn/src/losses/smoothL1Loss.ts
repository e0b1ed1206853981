import { RuntimeError, type Tensor } from '@unroll/tensor'
import { checkedOptions } from '../arguments.ts'
import { onOwnEngine } from '../moduleState.ts'
import { Loss } from './loss.ts'
import { differenceOf } from './lossArguments.ts'
import { absolute, type Derivatives, ofDifference } from './ofDifference.ts'
import { checkReduction, type LossOptions, reduced } from './reduction.ts'

export interface SmoothL1LossOptions extends LossOptions {
  /** Differences below it count by their square. 0 makes it the L1 loss. Default 1. */
  readonly beta?: number
}

const defaults: Required<SmoothL1LossOptions> = { reduction: 'mean', beta: 1 }

/**
 * Squares of small differences, and large differences as they are:
 *
 * ```math
 * l = (x - y)^2 / (2 beta)
 * ```
 *
 * if `|x - y| < beta`, else
 *
 * ```math
 * l = |x - y| - beta / 2
 * ```
 *
 * ```ts
 * smoothL1Loss(tensor([1, 2]), tensor([3, 2])).item()   // 0.75
 * ```
 * @param input of any shape
 * @param target of the same shape
 * @throws RangeError on an unknown reduction
 * @throws RuntimeError if the shapes do not fit together, or `beta` is negative
 * @see PyTorch: [torch.nn.functional.smooth_l1_loss](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.smooth_l1_loss.html)
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options?: SmoothL1LossOptions | null): Tensor {
  return compute('smoothL1Loss', input, target, checkedOptions('smoothL1Loss', options, defaults, 'beta'))
}

/**
 * {@link smoothL1Loss} as a module.
 * @see PyTorch: [torch.nn.SmoothL1Loss](https://docs.pytorch.org/docs/stable/generated/torch.nn.SmoothL1Loss.html)
 */
export class SmoothL1Loss extends Loss {
  static override readonly name: string = 'SmoothL1Loss'

  readonly beta: number

  /** @throws TypeError on an unknown option, RangeError on an unknown reduction, RuntimeError if `beta` is negative */
  constructor(options: SmoothL1LossOptions = {}) {
    const { reduction, beta } = checkedOptions('SmoothL1Loss', options, defaults, 'beta')
    super('SmoothL1Loss', reduction)
    checkBeta('SmoothL1Loss', beta)
    this.beta = beta
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return onOwnEngine(this, () => compute('SmoothL1Loss.forward', input, target, this))
  }
}

function compute(
  who: string,
  input: Tensor,
  target: Tensor,
  { reduction, beta }: Required<SmoothL1LossOptions>,
): Tensor {
  checkReduction(who, reduction)
  checkBeta(who, beta)
  const difference = differenceOf(who, input, target)
  const losses = ofDifference(who, 'SmoothL1LossBackward0', difference, derivatives(beta))
  return reduced(losses, reduction)
}

function derivatives(beta: number): Derivatives {
  if (beta === 0) return absolute
  return [
    (d) => (Math.abs(d) < beta ? (d * d) / 2 / beta : Math.abs(d) - beta / 2),
    (d) => (Math.abs(d) < beta ? d / beta : Math.sign(d)),
    (d) => (Math.abs(d) < beta ? 1 / beta : 0),
  ]
}

function checkBeta(who: string, beta: number): void {
  if (!(beta >= 0)) throw new RuntimeError(`${who}: expected beta of 0 or more, got ${beta}`)
}
