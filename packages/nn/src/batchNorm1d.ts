import type { FloatArray } from '@unroll/kernels'
import {
  checkTensor,
  type DType,
  empty,
  tensor as fromData,
  noGrad,
  ones,
  RuntimeError,
  type Tensor,
  zeros,
} from '@unroll/tensor'
import { ofFloats, shapeText } from '@unroll/tensor/layers'
import { checkCounts, checkedOptions, checkType } from './arguments.ts'
import { allocateLike, checkSameDType, floatsOf } from './functional/floats.ts'
import { channelMoments, type Moments, normalizeChannels } from './functional/normalize.ts'
import { channelGradients } from './functional/normalizeGradients.ts'
import { recordNormalize } from './functional/recordNormalize.ts'
import { ones_, zeros_ } from './init.ts'
import { Module } from './module.ts'
import { moduleState, onOwnEngine } from './moduleState.ts'
import { Parameter } from './parameter.ts'
import { pythonNumber } from './pythonNumber.ts'

export interface BatchNorm1dOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number
  /** How much each batch counts in the running statistics; null averages over all batches. Default 0.1. */
  readonly momentum?: number | null
  /** Learn a factor for each feature and, with `bias`, a number to add. Default true. */
  readonly affine?: boolean
  /**
   * Keep running statistics for `eval()`. Without them every batch is normalised by its own statistics. Default true.
   */
  readonly trackRunningStats?: boolean
  /** Default true. */
  readonly bias?: boolean
  /** Default float32. */
  readonly dtype?: DType
}

/**
 * Normalises each feature by a mean and a variance. While training, these are those of the batch, and they update the
 * running statistics. In `eval()`, the running statistics are used.
 *
 * ```math
 * y = (x - mean) / sqrt(variance + eps) * weight + bias
 * ```
 *
 * ```ts
 * new BatchNorm1d(20).eval().forward(randn([8, 20, 5])).shape   // [8, 20, 5]
 * ```
 * @see PyTorch: [torch.nn.BatchNorm1d](https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html)
 */
export class BatchNorm1d extends Module {
  static override readonly name: string = 'BatchNorm1d'
  static override readonly hostOnly: boolean = true

  readonly numFeatures: number
  readonly eps: number
  readonly momentum: number | null
  readonly affine: boolean
  readonly trackRunningStats: boolean
  /** `(numFeatures)`, ones at first; null unless `affine`. */
  weight: Parameter | null
  /** `(numFeatures)`, zeros at first; null unless `affine` and `bias`. */
  bias: Parameter | null
  /** `(numFeatures)`, zeros at first, a buffer; null unless `trackRunningStats`. */
  declare running_mean: Tensor | null
  /** `(numFeatures)`, ones at first, a buffer; null unless `trackRunningStats`. */
  declare running_var: Tensor | null
  /** An int64 scalar, a buffer; null unless `trackRunningStats`. Old state dicts may lack it. */
  declare num_batches_tracked: Tensor | null

  /** @throws TypeError on an argument of a wrong type, RuntimeError on a negative size */
  constructor(numFeatures: number, options: BatchNorm1dOptions = {}) {
    super()
    const given = checkedOptions<Defaults>('BatchNorm1d', options, defaults, 'eps')
    const { eps, momentum = 0.1, affine, trackRunningStats, bias, dtype } = given
    checkCounts('BatchNorm1d', { numFeatures })
    if (momentum !== null) checkType('BatchNorm1d', 'momentum', momentum, 'number')
    this.numFeatures = numFeatures
    this.eps = eps
    this.momentum = momentum
    this.affine = affine
    this.trackRunningStats = trackRunningStats
    const parameter = (): Parameter => new Parameter(empty([numFeatures], { dtype }))
    this.weight = affine ? parameter() : null
    this.bias = affine && bias ? parameter() : null
    this.registerBuffer('running_mean', trackRunningStats ? zeros([numFeatures], { dtype }) : null)
    this.registerBuffer('running_var', trackRunningStats ? ones([numFeatures], { dtype }) : null)
    this.registerBuffer('num_batches_tracked', trackRunningStats ? zeros([], { dtype: 'int64' }) : null)
    moduleState(this).optional.add('num_batches_tracked')
    this.resetParameters()
  }

  /** Resets the running statistics. */
  resetRunningStats(): void {
    this.running_mean?.zero_()
    this.running_var?.fill_(1)
    this.num_batches_tracked?.zero_()
  }

  resetParameters(): void {
    this.resetRunningStats()
    if (this.weight) ones_(this.weight)
    if (this.bias) zeros_(this.bias)
  }

  /**
   * @param input `(N, numFeatures)`, or `(N, numFeatures, L)`
   * @returns a tensor of the same shape
   * @throws RangeError on another number of dimensions, or if a batch whose statistics are needed has one value per
   * feature
   * @throws RuntimeError if the number of features or the dtype does not fit
   */
  override forward(input: Tensor): Tensor {
    const who = 'BatchNorm1d.forward'
    const { numFeatures, weight, bias, running_mean, running_var, eps } = this
    checkTensor(who, 'input', input)
    if (input.ndim !== 2 && input.ndim !== 3) {
      throw new RangeError(
        `${who}: expected input (N, ${numFeatures}) or (N, ${numFeatures}, L), got shape ${shapeText(input.shape)}`,
      )
    }
    if (input.size(1) !== numFeatures) {
      throw new RuntimeError(
        `${who}: expected input of ${numFeatures} features, got ${input.size(1)} in shape ${shapeText(input.shape)}`,
      )
    }
    checkSameDType(who, input, weight ?? running_mean)
    const x = floatsOf(who, 'input', input)
    const length = input.ndim === 3 ? input.size(2) : 1
    const running =
      !this.training && running_mean && running_var ? ([running_mean, running_var] as const) : null
    const moments = running
      ? {
          mean: floatsOf(who, 'running_mean', running[0]),
          variance: floatsOf(who, 'running_var', running[1]),
        }
      : onOwnEngine(this, () => learn(this, input, x, length))
    const affine = {
      weight: weight && floatsOf(who, 'weight', weight),
      bias: bias && floatsOf(who, 'bias', bias),
    }
    const out = allocateLike(x, x.length)
    normalizeChannels(x, numFeatures, length, moments, eps, affine, out)
    const result = ofFloats(out, input.shape)
    onOwnEngine(this, () =>
      recordNormalize('NativeBatchNormBackward0', input, weight, bias, result, {
        shape: [input.size(0), numFeatures, length],
        dims: [0, 2],
        others: [0, 2],
        affine: [1, numFeatures, 1],
        eps,
        moments: running,
        compute: (x, w, g) =>
          channelGradients(
            floatsOf(who, 'input', x),
            numFeatures,
            length,
            moments,
            running !== null,
            eps,
            w && floatsOf(who, 'weight', w),
            floatsOf(who, 'gradient', g),
          ),
      }),
    )
    return result
  }

  override async forwardAsync(input: Tensor): Promise<Tensor> {
    return this.forward(input)
  }

  override extraRepr(): string {
    const say = (is: boolean): string => (is ? 'True' : 'False')
    const momentum = this.momentum === null ? 'None' : pythonNumber(this.momentum)
    return (
      `${this.numFeatures}, eps=${pythonNumber(this.eps)}, momentum=${momentum}, affine=${say(this.affine)}, ` +
      `bias=${say(this.bias !== null)}, track_running_stats=${say(this.trackRunningStats)}`
    )
  }
}

type Defaults = Required<Omit<BatchNorm1dOptions, 'momentum'>> & {
  readonly momentum: number | null | undefined
}

const defaults: Defaults = {
  eps: 1e-5,
  momentum: undefined,
  affine: true,
  trackRunningStats: true,
  bias: true,
  dtype: 'float32',
}

/** The moments of a batch. While training, they update the running ones. */
function learn(module: BatchNorm1d, input: Tensor, x: FloatArray, length: number): Moments {
  const { numFeatures, momentum, running_mean, running_var, num_batches_tracked } = module
  const count = input.size(0) * length
  if (count === 1) {
    throw new RangeError(
      `BatchNorm1d.forward: expected more than 1 value a feature to learn from, got shape ${shapeText(input.shape)}; ` +
        'call eval() to use the running statistics',
    )
  }
  const moments = channelMoments(x, numFeatures, length)
  if (!module.training || !running_mean || !running_var || !num_batches_tracked) return moments
  noGrad(() => {
    num_batches_tracked.add_(1)
    if (x.length === 0) return
    const share = momentum ?? 1 / num_batches_tracked.item()
    // The running variance has Bessel's correction.
    mix(running_mean, moments.mean, share)
    mix(
      running_var,
      moments.variance.map((value) => (value * count) / (count - 1)),
      share,
    )
  })
  return moments
}

/** `(1 - share) * running + share * values` */
function mix(running: Tensor, values: Float64Array, share: number): void {
  const before = running.to('float64')
  running.copy_(before.mul(1 - share).add(fromData(values).mul(share)))
}
