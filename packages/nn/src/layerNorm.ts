import { checkTensor, type DType, empty, RuntimeError, type Tensor } from '@unroll/tensor'
import { ofFloats, shapeText } from '@unroll/tensor/layers'
import { checkCounts, checkedOptions } from './arguments.ts'
import { allocateLike, checkSameDType, floatsOf } from './functional/floats.ts'
import { type Affine, normalizeRows } from './functional/normalize.ts'
import { rowGradients } from './functional/normalizeGradients.ts'
import { recordNormalize } from './functional/recordNormalize.ts'
import { ones_, zeros_ } from './init.ts'
import { Module } from './module.ts'
import { onOwnEngine } from './moduleState.ts'
import type { ModuleStream } from './moduleStream.ts'
import { Parameter } from './parameter.ts'
import { pythonNumber } from './pythonNumber.ts'
import { checkStep, checkWidth, computed } from './streamParts.ts'

export interface LayerNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number
  /** Learn a factor for each element and, with `bias`, a number to add. Default true. */
  readonly elementwiseAffine?: boolean
  /** Default true. */
  readonly bias?: boolean
  /** Default float32. */
  readonly dtype?: DType
}

const defaults: Required<LayerNormOptions> = {
  eps: 1e-5,
  elementwiseAffine: true,
  bias: true,
  dtype: 'float32',
}

/**
 * Normalises each part of shape `normalizedShape` by its own mean and variance:
 *
 * ```math
 * y = (x - mean) / sqrt(variance + eps) * weight + bias
 * ```
 *
 * ```ts
 * new LayerNorm(20).forward(randn([5, 3, 20])).shape   // [5, 3, 20]
 * ```
 * @see PyTorch: [torch.nn.LayerNorm](https://docs.pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html)
 */
export class LayerNorm extends Module {
  static override readonly name: string = 'LayerNorm'
  static override readonly hostOnly: boolean = true

  readonly normalizedShape: readonly number[]
  readonly eps: number
  readonly elementwiseAffine: boolean
  /** `(...normalizedShape)`, ones at first; null unless `elementwiseAffine`. */
  weight: Parameter | null
  /** `(...normalizedShape)`, zeros at first; null unless `elementwiseAffine` and `bias`. */
  bias: Parameter | null

  /**
   * @param normalizedShape the last dimensions of inputs, or only the last one's size
   * @throws TypeError on an argument of a wrong type, RuntimeError on a negative size or no size at all
   */
  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    super()
    const { eps, elementwiseAffine, bias, dtype } = checkedOptions('LayerNorm', options, defaults, 'eps')
    const shape = typeof normalizedShape === 'object' ? normalizedShape : [normalizedShape]
    checkShape(shape)
    this.normalizedShape = [...shape]
    this.eps = eps
    this.elementwiseAffine = elementwiseAffine
    const parameter = (): Parameter => new Parameter(empty(this.normalizedShape, { dtype }))
    this.weight = elementwiseAffine ? parameter() : null
    this.bias = elementwiseAffine && bias ? parameter() : null
    this.resetParameters()
  }

  resetParameters(): void {
    if (this.weight) ones_(this.weight)
    if (this.bias) zeros_(this.bias)
  }

  /**
   * @param input `(*, ...normalizedShape)`
   * @returns a tensor of the same shape
   * @throws RuntimeError if the last dimensions or the dtype do not fit
   */
  override forward(input: Tensor): Tensor {
    const who = 'LayerNorm.forward'
    const { normalizedShape, weight, bias, eps } = this
    checkTensor(who, 'input', input)
    const last = input.shape.slice(-normalizedShape.length)
    if (shapeText(last) !== shapeText(normalizedShape)) {
      throw new RuntimeError(
        `${who}: expected input of shape (*, ${normalizedShape.join(', ')}), got ${shapeText(input.shape)}`,
      )
    }
    checkSameDType(who, input, weight)
    const x = floatsOf(who, 'input', input)
    const out = allocateLike(x, x.length)
    const columns = normalizedShape.reduce((product, size) => product * size, 1)
    normalizeRows(x, atLeast1(columns), eps, affineOf(this), out)
    const result = ofFloats(out, input.shape)
    onOwnEngine(this, () =>
      recordNormalize('NativeLayerNormBackward0', input, weight, bias, result, {
        shape: [x.length / atLeast1(columns), columns],
        dims: [1],
        others: [0],
        affine: [columns],
        eps,
        moments: null,
        compute: (x, w, g) =>
          rowGradients(
            floatsOf(who, 'input', x),
            columns,
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

  /** @throws RangeError if it normalises over more than the features of a timestep */
  override openStream(width: number | null, batch: number): ModuleStream | null {
    const { normalizedShape, eps } = this
    const [features = 0] = normalizedShape
    if (normalizedShape.length !== 1) {
      throw new RangeError(
        `LayerNorm.openStream: expected one dimension, the features of a timestep, got ${shapeText(normalizedShape)}`,
      )
    }
    checkWidth('LayerNorm.openStream', features, width)
    const affine = affineOf(this)
    return computed(features, batch, (input, out) => {
      checkStep('LayerNorm.openStream', input, batch * features)
      normalizeRows(input, features, eps, affine, out)
    })
  }

  override extraRepr(): string {
    const shape =
      this.normalizedShape.length === 1 ? `(${this.normalizedShape[0]},)` : shapeText(this.normalizedShape)
    const [affine, bias] = [this.elementwiseAffine, this.bias !== null].map((is) => (is ? 'True' : 'False'))
    return `${shape}, eps=${pythonNumber(this.eps)}, elementwise_affine=${affine}, bias=${bias}`
  }
}

function affineOf({ weight, bias }: LayerNorm): Affine {
  const who = 'LayerNorm.forward'
  return { weight: weight && floatsOf(who, 'weight', weight), bias: bias && floatsOf(who, 'bias', bias) }
}

/** The width of parts, so that a loop over parts ends. */
function atLeast1(columns: number): number {
  return Math.max(1, columns)
}

function checkShape(shape: readonly number[]): void {
  if (!Array.isArray(shape)) checkCounts('LayerNorm', { normalizedShape: shape })
  checkCounts(
    'LayerNorm',
    Object.fromEntries(shape.map((size, index) => [`normalizedShape[${index}]`, size])),
  )
  if (shape.length > 0) return
  throw new RuntimeError('LayerNorm: expected normalizedShape to have at least one size, got none')
}
