import { checkTensor, RuntimeError, type Tensor } from '@unroll/tensor'
import { shapeText } from '@unroll/tensor/layers'
import { checkedOptions, checkInteger } from '../arguments.ts'
import { onOwnEngine } from '../moduleState.ts'
import {
  areIndices,
  type Classes,
  classesOf,
  classWeights,
  targetClasses,
  totalWeight,
} from './classTargets.ts'
import { indexEntropy } from './indexEntropy.ts'
import { Loss } from './loss.ts'
import { checkFloats, checkSameShape } from './lossArguments.ts'
import type { NLLLossOptions } from './nllLoss.ts'
import { checkReduction, reduced } from './reduction.ts'

export interface CrossEntropyLossOptions extends NLLLossOptions {
  /** How much of the target, from 0 to 1, is spread evenly over all classes. Default 0. */
  readonly labelSmoothing?: number
}

const defaults: Required<CrossEntropyLossOptions> = {
  reduction: 'mean',
  weight: null,
  ignoreIndex: -100,
  labelSmoothing: 0,
}

/**
 * The cross entropy of numbers whose softmax is probabilities of classes:
 *
 * ```math
 * l = -w_y log(exp(x_y) / sum(exp(x)))
 * ```
 *
 * ```ts
 * crossEntropy(zeros([3, 4]), tensor([0n, 3n, 1n])).item().toFixed(4)   // '1.3863'
 * ```
 * @param input (N, C), (N, C, ...) or (C)
 * @param target class indices of int64 or int32, (N), (N, ...) or (); or probabilities of classes, shaped as the input
 * @throws RangeError on an unknown reduction, or a class that the input does not have
 * @throws RuntimeError if the shapes do not fit together, or `labelSmoothing` is not from 0 to 1
 * @see PyTorch: [torch.nn.functional.cross_entropy](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html)
 */
export function crossEntropy(
  input: Tensor,
  target: Tensor,
  options?: CrossEntropyLossOptions | null,
): Tensor {
  return compute('crossEntropy', input, target, checkedOptions('crossEntropy', options, defaults, 'weight'))
}

/**
 * {@link crossEntropy} as a module.
 * @see PyTorch: [torch.nn.CrossEntropyLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html)
 */
export class CrossEntropyLoss extends Loss {
  static override readonly name: string = 'CrossEntropyLoss'

  readonly ignoreIndex: number
  readonly labelSmoothing: number
  /** (C): how much each class counts, a buffer; or null. */
  declare weight: Tensor | null

  /** @throws TypeError on an unknown option, RangeError on an unknown reduction, RuntimeError on a smoothing out of range */
  constructor(options: CrossEntropyLossOptions = {}) {
    const given = checkedOptions('CrossEntropyLoss', options, defaults, 'weight')
    super('CrossEntropyLoss', given.reduction)
    checkNumbers('CrossEntropyLoss', given)
    this.ignoreIndex = given.ignoreIndex
    this.labelSmoothing = given.labelSmoothing
    this.registerBuffer('weight', given.weight)
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return onOwnEngine(this, () => compute('CrossEntropyLoss.forward', input, target, this))
  }
}

function compute(
  who: string,
  input: Tensor,
  target: Tensor,
  options: Required<CrossEntropyLossOptions>,
): Tensor {
  const { reduction, weight, ignoreIndex, labelSmoothing } = options
  checkReduction(who, reduction)
  checkNumbers(who, options)
  checkFloats(who, 'input', input)
  checkTensor(who, 'target', target)
  const all = classesOf(who, input)
  const weights = classWeights(who, input, weight, all.count)
  if (!areIndices(target)) {
    checkProbabilities(who, input, target, ignoreIndex, all)
    const losses = ofProbabilities(input, target, weight, labelSmoothing, all)
    return reduction === 'mean' ? losses.sum().div(losses.numel) : reduced(losses, reduction)
  }
  const classes = targetClasses(who, input, target, all, ignoreIndex)
  const losses = indexEntropy(input, classes, all, weights, labelSmoothing)
  if (reduction !== 'mean') return reduced(losses, reduction)
  // PyTorch takes the mean of the loss without smoothing first: where all weights are 0, that is 0 / 0.
  const total = totalWeight(classes, weights) || (labelSmoothing > 0 ? Number.NaN : 0)
  return losses.sum().div(total)
}

/** The losses for targets that are probabilities. They may have gradients, too. */
function ofProbabilities(
  input: Tensor,
  target: Tensor,
  weight: Tensor | null,
  smoothing: number,
  { dim, count }: Classes,
): Tensor {
  const smooth = smoothing === 0 ? target : target.mul(1 - smoothing).add(smoothing / count)
  const own = weight?.reshape([count, ...input.shape.slice(dim + 1).map(() => 1)])
  return input
    .logSoftmax(dim)
    .mul(own ? smooth.mul(own) : smooth)
    .sum(dim)
    .neg()
}

function checkProbabilities(
  who: string,
  input: Tensor,
  target: Tensor,
  ignoreIndex: number,
  { shape }: Classes,
): void {
  if (shapeText(target.shape) === shapeText(shape) && target.ndim < input.ndim) {
    throw new RuntimeError(
      `${who}: expected target of class indices, int64 or int32, or of probabilities in the input's shape, ` +
        `${shapeText(input.shape)}, got ${target.dtype} of shape ${shapeText(shape)}; convert indices with .to('int64')`,
    )
  }
  checkFloats(who, 'target', target)
  checkSameShape(who, input, target)
  if (ignoreIndex >= 0) {
    throw new RuntimeError(
      `${who}: expected no ignoreIndex, as the target is probabilities, got ${ignoreIndex}`,
    )
  }
}

function checkNumbers(
  who: string,
  { ignoreIndex, labelSmoothing }: Pick<Required<CrossEntropyLossOptions>, 'ignoreIndex' | 'labelSmoothing'>,
): void {
  checkInteger(who, 'ignoreIndex', ignoreIndex)
  if (labelSmoothing >= 0 && labelSmoothing <= 1) return
  throw new RuntimeError(`${who}: expected labelSmoothing from 0 to 1, got ${labelSmoothing}`)
}
