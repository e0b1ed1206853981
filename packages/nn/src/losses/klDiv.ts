import type { Tensor } from '@unroll/tensor'
import { checkedOptions } from '../arguments.ts'
import { onOwnEngine } from '../moduleState.ts'
import { Loss } from './loss.ts'
import { checkFloats } from './lossArguments.ts'
import { checkReduction, type Reduction, reduced } from './reduction.ts'

export interface KLDivLossOptions {
  /** `batchmean` is the sum divided by the size of dimension 0, which is the divergence of a batch. Default `mean`, of all elements. */
  readonly reduction?: Reduction | 'batchmean'
  /** The target is logarithms of probabilities, too. Default false. */
  readonly logTarget?: boolean
}

const defaults: Required<KLDivLossOptions> = { reduction: 'mean', logTarget: false }
const reductions = ['none', 'mean', 'sum', 'batchmean']

/**
 * The Kullback-Leibler divergence, by elements:
 *
 * ```math
 * l = y (log(y) - x)
 * ```
 *
 * ```ts
 * klDiv(tensor([[0.5, 0.5]]).log(), tensor([[1, 0]]), { reduction: 'batchmean' }).item().toFixed(4)   // '0.6931'
 * ```
 * @param input logarithms of probabilities, of any shape
 * @param target probabilities, of a shape that broadcasts
 * @throws RangeError on an unknown reduction
 * @see PyTorch: [torch.nn.functional.kl_div](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html)
 */
export function klDiv(input: Tensor, target: Tensor, options?: KLDivLossOptions | null): Tensor {
  return compute('klDiv', input, target, checkedOptions('klDiv', options, defaults, 'reduction'))
}

/**
 * {@link klDiv} as a module.
 * @see PyTorch: [torch.nn.KLDivLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.KLDivLoss.html)
 */
export class KLDivLoss extends Loss<Reduction | 'batchmean'> {
  static override readonly name: string = 'KLDivLoss'

  readonly logTarget: boolean

  /** @throws TypeError on an unknown option, RangeError on an unknown reduction */
  constructor(options: KLDivLossOptions = {}) {
    const { reduction, logTarget } = checkedOptions('KLDivLoss', options, defaults, 'reduction')
    super('KLDivLoss', reduction, reductions)
    this.logTarget = logTarget
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return onOwnEngine(this, () => compute('KLDivLoss.forward', input, target, this))
  }
}

function compute(
  who: string,
  input: Tensor,
  target: Tensor,
  { reduction, logTarget }: Required<KLDivLossOptions>,
): Tensor {
  checkReduction(who, reduction, reductions)
  checkFloats(who, 'input', input)
  checkFloats(who, 'target', target)
  const losses = logTarget
    ? target.exp().mul(target.sub(input))
    : // y log(y) is 0 where y is.
      target.mul(target.log()).where(target.ne(0), 0).sub(target.mul(input))
  if (reduction !== 'batchmean') return reduced(losses, reduction)
  return losses.sum().div(input.ndim === 0 ? 1 : input.size(0))
}
