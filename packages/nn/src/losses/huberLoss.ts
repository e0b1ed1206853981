import { RuntimeError, type Tensor } from '@unroll/tensor'
import { checkedOptions } from '../arguments.ts'
import { onOwnEngine } from '../moduleState.ts'
import { Loss } from './loss.ts'
import { differenceOf } from './lossArguments.ts'
import { type Derivatives, ofDifference } from './ofDifference.ts'
import { checkReduction, type LossOptions, reduced } from './reduction.ts'

export interface HuberLossOptions extends LossOptions {
  /** Differences up to it count by their square. Default 1. */
  readonly delta?: number
}

const defaults: Required<HuberLossOptions> = { reduction: 'mean', delta: 1 }

/**
 * Squares of small differences, and large differences by their size:
 *
 * ```math
 * l = (x - y)^2 / 2
 * ```
 *
 * if `|x - y| <= delta`, else
 *
 * ```math
 * l = delta (|x - y| - delta / 2)
 * ```
 *
 * ```ts
 * huberLoss(tensor([1, 2]), tensor([4, 2]), { delta: 2 }).item()   // 2
 * ```
 * @param input of any shape
 * @param target of the same shape
 * @throws RangeError on an unknown reduction
 * @throws RuntimeError if the shapes do not fit together, or `delta` is not positive
 * @see PyTorch: [torch.nn.functional.huber_loss](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html)
 */
export function huberLoss(input: Tensor, target: Tensor, options?: HuberLossOptions | null): Tensor {
  return compute('huberLoss', input, target, checkedOptions('huberLoss', options, defaults, 'delta'))
}

/**
 * {@link huberLoss} as a module.
 * @see PyTorch: [torch.nn.HuberLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.HuberLoss.html)
 */
export class HuberLoss extends Loss {
  static override readonly name: string = 'HuberLoss'

  readonly delta: number

  /** @throws TypeError on an unknown option, RangeError on an unknown reduction, RuntimeError unless `delta` is positive */
  constructor(options: HuberLossOptions = {}) {
    const { reduction, delta } = checkedOptions('HuberLoss', options, defaults, 'delta')
    super('HuberLoss', reduction)
    checkDelta('HuberLoss', delta)
    this.delta = delta
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return onOwnEngine(this, () => compute('HuberLoss.forward', input, target, this))
  }
}

function compute(
  who: string,
  input: Tensor,
  target: Tensor,
  { reduction, delta }: Required<HuberLossOptions>,
): Tensor {
  checkReduction(who, reduction)
  checkDelta(who, delta)
  const difference = differenceOf(who, input, target)
  return reduced(ofDifference(who, 'HuberLossBackward0', difference, derivatives(delta)), reduction)
}

function derivatives(delta: number): Derivatives {
  return [
    (d) => (Math.abs(d) <= delta ? (d * d) / 2 : delta * (Math.abs(d) - delta / 2)),
    (d) => (Math.abs(d) <= delta ? d : delta * Math.sign(d)),
    (d) => (Math.abs(d) < delta ? 1 : 0),
  ]
}

function checkDelta(who: string, delta: number): void {
  if (!(delta > 0)) throw new RuntimeError(`${who}: expected delta greater than 0, got ${delta}`)
}
