import { type DType, empty, linear, type Tensor } from '@unroll/tensor'
import { kaimingUniform_, uniform_ } from './init.ts'
import { Module } from './module.ts'
import { Parameter } from './parameter.ts'
import { ResidentMatrix } from './residentMatrix.ts'

export interface LinearOptions {
  /** Adds a learned bias. Default true. */
  readonly bias?: boolean
  /** Default float32. */
  readonly dtype?: DType
}

/**
 * `y = x W^T + b`, at once and on the default host engine, also where the module was moved to a device: one product
 * would not pay for the way there. The weight is packed into that engine on the first call, and anew when it changed.
 *
 * ```ts
 * new Linear(20, 30).forward(randn([128, 20])).shape   // [128, 30]
 * ```
 */
export class Linear extends Module {
  readonly inFeatures: number
  readonly outFeatures: number
  /** `(outFeatures, inFeatures)`, drawn from U(-k, k), `k = 1 / sqrt(inFeatures)`. */
  weight: Parameter
  /** `(outFeatures)`, drawn as the weight; null without a bias. */
  bias: Parameter | null
  readonly #resident: ResidentMatrix = new ResidentMatrix()

  /** @throws RangeError if a size is no whole number or negative */
  constructor(
    inFeatures: number,
    outFeatures: number,
    { bias = true, dtype = 'float32' }: LinearOptions = {},
  ) {
    super()
    this.inFeatures = inFeatures
    this.outFeatures = outFeatures
    this.weight = new Parameter(empty([outFeatures, inFeatures], { dtype }))
    this.bias = bias ? new Parameter(empty([outFeatures], { dtype })) : null
    this.resetParameters()
  }

  resetParameters(): void {
    // U(-k, k), by PyTorch's way through the gain of a leaky rectifier, whose rounding shows in the last digit.
    kaimingUniform_(this.weight, { a: Math.sqrt(5) })
    const bound = this.inFeatures > 0 ? 1 / Math.sqrt(this.inFeatures) : 0
    if (this.bias) uniform_(this.bias, -bound, bound)
  }

  /**
   * @param input `(*, inFeatures)`
   * @returns `(*, outFeatures)`
   * @throws RuntimeError if the last dimension or the dtype does not fit
   */
  override forward(input: Tensor): Tensor {
    const { weight, bias } = this
    return linear(input, weight, bias, (engine) => this.#resident.get(engine, weight, bias))
  }

  override async forwardAsync(input: Tensor): Promise<Tensor> {
    return this.forward(input)
  }

  override dispose(): void {
    this.#resident.dispose()
    super.dispose()
  }

  override extraRepr(): string {
    const bias = this.bias ? 'True' : 'False'
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${bias}`
  }
}
