import type { Tensor } from '@unroll/tensor'
import { ofFloats, record } from '@unroll/tensor/layers'
import { checkedOptions } from '../arguments.ts'
import { allocateLike, floatsOf } from '../functional/floats.ts'
import { onOwnEngine } from '../moduleState.ts'
import { Loss } from './loss.ts'
import { checkConstant, checkFloats, checkSameShape } from './lossArguments.ts'
import { checkReduction, type LossOptions, reduced } from './reduction.ts'

export interface BCEWithLogitsLossOptions extends LossOptions {
  /** A factor for each element, of a shape that broadcasts. The mean still divides by the number of elements. */
  readonly weight?: Tensor | null
  /** A factor for the part of the target, of a shape that broadcasts: above 1, more is recalled. */
  readonly posWeight?: Tensor | null
}

const defaults: Required<BCEWithLogitsLossOptions> = { reduction: 'mean', weight: null, posWeight: null }

/**
 * The binary cross entropy of numbers whose sigmoid is a probability. It is exact for large numbers, too:
 *
 * ```math
 * l = -(p y log(sigmoid(x)) + (1 - y) log(1 - sigmoid(x)))
 * ```
 *
 * ```ts
 * binaryCrossEntropyWithLogits(tensor([0, 200]), tensor([1, 0])).item().toFixed(4)   // '100.3466'
 * ```
 * @param input of any shape
 * @param target from 0 to 1, of the same shape
 * @throws RangeError on an unknown reduction or another shape
 * @see PyTorch: [torch.nn.functional.binary_cross_entropy_with_logits](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html)
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  options?: BCEWithLogitsLossOptions | null,
): Tensor {
  const who = 'binaryCrossEntropyWithLogits'
  return compute(who, input, target, checkedOptions(who, options, defaults, 'weight'))
}

/**
 * {@link binaryCrossEntropyWithLogits} as a module.
 * @see PyTorch: [torch.nn.BCEWithLogitsLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html)
 */
export class BCEWithLogitsLoss extends Loss {
  static override readonly name: string = 'BCEWithLogitsLoss'

  /** A factor for each element, a buffer; or null. */
  declare weight: Tensor | null
  /** A factor for the part of the target, a buffer; or null. */
  declare pos_weight: Tensor | null

  /** @throws TypeError on an unknown option, RangeError on an unknown reduction */
  constructor(options: BCEWithLogitsLossOptions = {}) {
    const { reduction, weight, posWeight } = checkedOptions('BCEWithLogitsLoss', options, defaults, 'weight')
    super('BCEWithLogitsLoss', reduction)
    this.registerBuffer('weight', weight)
    this.registerBuffer('pos_weight', posWeight)
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction, weight, pos_weight: posWeight } = this
    return onOwnEngine(this, () =>
      compute('BCEWithLogitsLoss.forward', input, target, { reduction, weight, posWeight }),
    )
  }
}

function compute(
  who: string,
  input: Tensor,
  target: Tensor,
  { reduction, weight, posWeight }: Required<BCEWithLogitsLossOptions>,
): Tensor {
  checkReduction(who, reduction)
  checkFloats(who, 'input', input)
  checkFloats(who, 'target', target)
  checkSameShape(who, input, target)
  checkConstant(who, 'weight', weight)
  checkConstant(who, 'posWeight', posWeight)
  const losses = lossesOf(who, input, target, posWeight)
  return reduced(weight ? losses.mul(weight) : losses, reduction)
}

function lossesOf(who: string, input: Tensor, target: Tensor, posWeight: Tensor | null): Tensor {
  const [x, y] = [floatsOf(who, 'input', input), floatsOf(who, 'target', target)]
  const p = posWeight && floatsOf(who, 'posWeight', posWeight.expand(input.shape))
  const out = allocateLike(x, x.length)
  for (let k = 0; k < x.length; k++) {
    const [value, t] = [x[k] ?? 0, y[k] ?? 0]
    out[k] = (1 - t) * value + (p ? ((p[k] ?? 0) - 1) * t + 1 : 1) * softplus(-value)
  }
  const losses = ofFloats(out, input.shape)
  record('BinaryCrossEntropyWithLogitsBackward0', [input, target], [losses], ({ save, wants }) => {
    const [savedInput, savedTarget, savedWeight] = [save(input), save(target), save(posWeight)]
    return ([g]) => {
      if (!g) return []
      const [x, t, p] = [savedInput(), savedTarget(), savedWeight()]
      const positive = p ? t.mul(p) : t
      const slope = p ? x.sigmoid().mul(positive.add(1).sub(t)) : x.sigmoid()
      return [
        wants(0) && g.mul(slope.sub(positive)),
        wants(1) && g.mul(p ? logSigmoid(x.neg()).sub(logSigmoid(x).mul(p)) : x.neg()),
      ]
    }
  })
  return losses
}

function logSigmoid(input: Tensor): Tensor {
  const x = floatsOf('logSigmoid', 'input', input)
  const out = allocateLike(x, x.length)
  for (let k = 0; k < x.length; k++) out[k] = -softplus(-(x[k] ?? 0))
  const result = ofFloats(out, input.shape)
  record('LogSigmoidBackward0', [input], [result], ({ save }) => {
    const saved = save(input)
    return ([g]) => [g?.mul(saved().neg().sigmoid())]
  })
  return result
}

/** `log(1 + exp(x))`, without overflow. */
function softplus(x: number): number {
  return Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0)
}
