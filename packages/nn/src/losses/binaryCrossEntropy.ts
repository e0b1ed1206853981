import { noGrad, RuntimeError, type Tensor } from '@unroll/tensor'
import { ofFloats, record } from '@unroll/tensor/layers'
import { checkedOptions } from '../arguments.ts'
import { allocateLike, floatsOf } from '../functional/floats.ts'
import { onOwnEngine } from '../moduleState.ts'
import { Loss } from './loss.ts'
import { checkConstant, checkFloats, checkSameShape } from './lossArguments.ts'
import { checkReduction, type LossOptions, reduced } from './reduction.ts'

export interface BCELossOptions extends LossOptions {
  /** A factor for each element, of a shape that broadcasts. The mean still divides by the number of elements. */
  readonly weight?: Tensor | null
}

/** PyTorch's bound for `x (1 - x)`, which the gradient divides by. */
const leastProduct: number = Math.fround(1e-12)

/** What PyTorch's second gradients have instead. */
const epsilon = 1e-12

const defaults: Required<BCELossOptions> = { reduction: 'mean', weight: null }

/**
 * The binary cross entropy of probabilities:
 *
 * ```math
 * l = -(y log(x) + (1 - y) log(1 - x))
 * ```
 *
 * Logarithms below -100 count as -100. {@link binaryCrossEntropyWithLogits} is more exact than this after a sigmoid.
 *
 * ```ts
 * binaryCrossEntropy(tensor([0.5, 1]), tensor([1, 1])).item().toFixed(4)   // '0.3466'
 * ```
 * @param input probabilities, of any shape
 * @param target from 0 to 1, of the same shape
 * @throws RangeError on an unknown reduction or another shape, RuntimeError if an input is not from 0 to 1
 * @see PyTorch: [torch.nn.functional.binary_cross_entropy](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy.html)
 */
export function binaryCrossEntropy(input: Tensor, target: Tensor, options?: BCELossOptions | null): Tensor {
  const who = 'binaryCrossEntropy'
  return compute(who, input, target, checkedOptions(who, options, defaults, 'weight'))
}

/**
 * {@link binaryCrossEntropy} as a module.
 * @see PyTorch: [torch.nn.BCELoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html)
 */
export class BCELoss extends Loss {
  static override readonly name: string = 'BCELoss'

  /** A factor for each element, a buffer; or null. */
  declare weight: Tensor | null

  /** @throws TypeError on an unknown option, RangeError on an unknown reduction */
  constructor(options: BCELossOptions = {}) {
    const { reduction, weight } = checkedOptions('BCELoss', options, defaults, 'weight')
    super('BCELoss', reduction)
    this.registerBuffer('weight', weight)
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return onOwnEngine(this, () => compute('BCELoss.forward', input, target, this))
  }
}

function compute(
  who: string,
  input: Tensor,
  target: Tensor,
  { reduction, weight }: Required<BCELossOptions>,
): Tensor {
  checkReduction(who, reduction)
  checkFloats(who, 'input', input)
  checkFloats(who, 'target', target)
  checkSameShape(who, input, target)
  checkConstant(who, 'weight', weight)
  const losses = lossesOf(who, input, target)
  return reduced(weight ? losses.mul(weight) : losses, reduction)
}

function lossesOf(who: string, input: Tensor, target: Tensor): Tensor {
  const [x, y] = [floatsOf(who, 'input', input), floatsOf(who, 'target', target)]
  const out = allocateLike(x, x.length)
  for (let k = 0; k < x.length; k++) {
    const [p, t] = [x[k] ?? 0, y[k] ?? 0]
    // NaN is let through.
    if (p < 0 || p > 1) {
      throw new RuntimeError(
        `${who}: expected input of probabilities, from 0 to 1, got ${p}; apply a sigmoid, or use binaryCrossEntropyWithLogits`,
      )
    }
    out[k] = (t - 1) * Math.max(Math.log1p(-p), -100) - t * Math.max(Math.log(p), -100)
  }
  const losses = ofFloats(out, input.shape)
  record('BinaryCrossEntropyBackward0', [input, target], [losses], ({ save, wants }) => {
    const [savedInput, savedTarget] = [save(input), save(target)]
    return ([g]) => {
      if (!g) return []
      const [p, t] = [savedInput(), savedTarget()]
      return [wants(0) && inputGradient(g, p, t), wants(1) && g.mul(p.neg().add(1).log().sub(p.log()))]
    }
  })
  return losses
}

/** Its own gradients are PyTorch's: not those of the bound, which are wrong where the bound is reached. */
function inputGradient(g: Tensor, x: Tensor, t: Tensor): Tensor {
  const product = (least: number): Tensor => x.neg().add(1).mul(x).clamp(least)
  const result = noGrad(() => g.mul(x.sub(t)).div(product(leastProduct)))
  record('BinaryCrossEntropyBackwardBackward0', [g, x, t], [result], ({ save, wants }) => {
    const saved = [g, x, t].map(save)
    return ([again]) => {
      if (!again) return []
      for (const check of saved) check()
      const near = x.add(epsilon).mul(x.neg().add(1).add(epsilon))
      return [
        wants(0) && again.mul(x.sub(t)).div(near),
        wants(1) &&
          again
            .mul(g)
            .mul(x.mul(x.sub(t.mul(2))).add(t))
            .div(near.mul(near)),
        wants(2) && again.mul(g).div(product(epsilon)).neg(),
      ]
    }
  })
  return result
}
