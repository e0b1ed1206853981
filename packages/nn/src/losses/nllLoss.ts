import type { FloatArray } from '@unroll/kernels'
import { checkTensor, type Tensor } from '@unroll/tensor'
import { addPositions, ofFloats, record } from '@unroll/tensor/layers'
import { checkedOptions, checkInteger } from '../arguments.ts'
import { allocateLike, floatsOf } from '../functional/floats.ts'
import { zerosToInput } from '../functional/zerosToInput.ts'
import { onOwnEngine } from '../moduleState.ts'
import { type Classes, classesOf, classWeights, startOf, targetClasses, totalWeight } from './classTargets.ts'
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
  const losses = lossesOf(who, input, classes, all, weights)
  return reduction === 'mean' ? losses.sum().div(totalWeight(classes, weights)) : reduced(losses, reduction)
}

/** The loss of each position, and 0 where it is ignored. */
function lossesOf(
  who: string,
  input: Tensor,
  classes: Int32Array,
  { count, shape, inner }: Classes,
  weights: FloatArray | null,
): Tensor {
  const x = floatsOf(who, 'input', input)
  const [out, factors] = [allocateLike(x, classes.length), allocateLike(x, classes.length)]
  const places = new Int32Array(classes.length).fill(-1)
  for (const [k, own] of classes.entries()) {
    if (own < 0) continue
    const [place, factor] = [startOf(k, count, inner) + own * inner, -(weights ? (weights[own] ?? 0) : 1)]
    places[k] = place
    factors[k] = factor
    out[k] = (x[place] ?? 0) * factor
  }
  const losses = ofFloats(out, shape)
  record('NllLossBackward0', [input], [losses], ({ save }) => {
    const saved = save(input)
    return ([g]) => {
      if (!g) return []
      const given = saved()
      const slopes = g.reshape([places.length]).mul(ofFloats(factors, [places.length]))
      const gradient = addPositions(slopes, 0, given.numel, places).reshape(given.shape)
      return [zerosToInput('NllLossBackwardBackward0', gradient, given)]
    }
  })
  return losses
}
