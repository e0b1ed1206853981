import { checkTensor, type Tensor, tensor } from '@unroll/tensor'
import { ofFloats } from '@unroll/tensor/layers'
import { checkedOptions, checkInteger } from '../arguments.ts'
import { allocateLike, floatsOf } from '../functional/floats.ts'
import { onOwnEngine } from '../moduleState.ts'
import { classesOf, classWeights, targetClasses, totalWeight } from './classTargets.ts'
import { Loss } from './loss.ts'
import { checkFloats } from './lossArguments.ts'
import { checkReduction, type LossOptions, reduced } from './reduction.ts'

export interface NLLLossOptions extends LossOptions {
  /** (C): how much each class counts. The mean divides by the weights of the targets. */
  readonly weight?: Tensor | null
  /** A target that does not count. Default -100. */
  readonly ignoreIndex?: number
}

const defaults: Required<NLLLossOptions> = { reduction: 'mean', weight: null, ignoreIndex: -100 }

/**
 * The negative log likelihood of classes:
 *
 * ```math
 * l = -w_y x_y
 * ```
 *
 * ```ts
 * nllLoss(randn([8, 5]).logSoftmax(1), tensor([0n, 1n, 2n, 3n, 4n, 0n, 1n, -100n])).shape   // []
 * ```
 * @param input logarithms of probabilities, (N, C), (N, C, ...) or (C)
 * @param target class indices of int64 or int32, (N), (N, ...) or ()
 * @throws RangeError on an unknown reduction, or a class that the input does not have
 * @throws RuntimeError if the shapes do not fit together
 * @see PyTorch: [torch.nn.functional.nll_loss](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html)
 */
export function nllLoss(input: Tensor, target: Tensor, options?: NLLLossOptions | null): Tensor {
  return compute('nllLoss', input, target, checkedOptions('nllLoss', options, defaults, 'weight'))
}

/**
 * {@link nllLoss} as a module.
 * @see PyTorch: [torch.nn.NLLLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html)
 */
export class NLLLoss extends Loss {
  static override readonly name: string = 'NLLLoss'

  readonly ignoreIndex: number
  /** (C): how much each class counts, a buffer; or null. */
  declare weight: Tensor | null

  /** @throws TypeError on an unknown option, RangeError on an unknown reduction */
  constructor(options: NLLLossOptions = {}) {
    const { reduction, weight, ignoreIndex } = checkedOptions('NLLLoss', options, defaults, 'weight')
    super('NLLLoss', reduction)
    checkInteger('NLLLoss', 'ignoreIndex', ignoreIndex)
    this.ignoreIndex = ignoreIndex
    this.registerBuffer('weight', weight)
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return onOwnEngine(this, () => compute('NLLLoss.forward', input, target, this))
  }
}

function compute(
  who: string,
  input: Tensor,
  target: Tensor,
  { reduction, weight, ignoreIndex }: Required<NLLLossOptions>,
): Tensor {
  checkReduction(who, reduction)
  checkInteger(who, 'ignoreIndex', ignoreIndex)
  checkFloats(who, 'input', input)
  checkTensor(who, 'target', target)
  const all = classesOf(who, input)
  const classes = targetClasses(who, input, target, all, ignoreIndex)
  const weights = classWeights(who, input, weight, all.count)
  const factors = allocateLike(floatsOf(who, 'input', input), classes.length)
  for (let k = 0; k < factors.length; k++) {
    const own = classes[k] ?? -1
    factors[k] = own < 0 ? 0 : -(weights ? (weights[own] ?? 0) : 1)
  }
  // An ignored element may be infinite, and so its product with 0 is left out.
  const counts = tensor(classes).ge(0).reshape(all.shape)
  const places = tensor(classes).clamp(0).to('int64').reshape(all.shape).unsqueeze(all.dim)
  const picked =
    all.count === 0 ? ofFloats(factors, all.shape) : input.gather(all.dim, places).squeeze(all.dim)
  const losses = picked.mul(ofFloats(factors, all.shape)).where(counts, 0)
  return reduction === 'mean' ? losses.sum().div(totalWeight(classes, weights)) : reduced(losses, reduction)
}
