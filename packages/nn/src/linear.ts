import {
  type DeviceMatrix,
  type DeviceOperations,
  defaultHostEngine,
  type PackedMatrix,
} from '@unroll/kernels'
import { checkTensor, type DType, elementsOf, empty, linear, type Tensor } from '@unroll/tensor'
import { checkCounts, checkedOptions } from './arguments.ts'
import { DeviceTensor, type DeviceValue, deviceArray } from './deviceValue.ts'
import { kaimingUniform_, uniform_ } from './init.ts'
import { Module } from './module.ts'
import { engineOf, residentOf } from './moduleState.ts'
import type { ModuleStream } from './moduleStream.ts'
import { Parameter } from './parameter.ts'
import { Resident } from './resident.ts'
import { ResidentMatrix } from './residentMatrix.ts'
import { checkStep, checkWidth, computed } from './streamParts.ts'

export interface LinearOptions {
  /** Adds a learned bias. Default true. */
  readonly bias?: boolean
  /** Default float32. */
  readonly dtype?: DType
}

const defaults: Required<LinearOptions> = { bias: true, dtype: 'float32' }

/**
 * A product and a sum:
 *
 * ```math
 * y = x W^T + b
 * ```
 *
 * At once and on the default host engine, also where the module was moved to a device: one product would not pay for the
 * way there. The weight is packed into that engine on the first call, and anew when it changed.
 * In a Sequential on a device, whose values are there already, it runs there.
 *
 * ```ts
 * new Linear(20, 30).forward(randn([128, 20])).shape   // [128, 30]
 * ```
 * @see PyTorch: [torch.nn.Linear](https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html)
 */
export class Linear extends Module {
  static override readonly name: string = 'Linear'

  readonly inFeatures: number
  readonly outFeatures: number
  /** `(outFeatures, inFeatures)`, drawn from U(-k, k), `k = 1 / sqrt(inFeatures)`. */
  weight: Parameter
  /** `(outFeatures)`, drawn as the weight; null without a bias. */
  bias: Parameter | null

  /** @throws TypeError on an argument of a wrong type, RuntimeError on a negative size */
  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super()
    const { bias, dtype } = checkedOptions('Linear', options, defaults, 'bias')
    checkCounts('Linear', { outFeatures, inFeatures })
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
    checkTensor('Linear.forward', 'input', input)
    return linear(input, weight, bias, (engine) => matrixOf(this).get(engine, weight, bias))
  }

  override async forwardAsync(input: Tensor): Promise<Tensor> {
    return this.forward(input)
  }

  override forwardOnDevice(operations: DeviceOperations, input: unknown): DeviceValue | null {
    const { weight, bias, inFeatures, outFeatures } = this
    const array = deviceArray(operations, input)
    const [w, b] = [elementsOf(weight), bias && elementsOf(bias)]
    const isFloat32 = w instanceof Float32Array && (b === null || b instanceof Float32Array)
    if (array === null || !isFloat32 || inFeatures === 0 || array.shape.at(-1) !== inFeatures) return null
    const onDevice = residentOf(
      this,
      'device',
      () => new Resident<'weight' | 'bias', DeviceMatrix>(['weight', 'bias']),
    )
    const weights = onDevice.current(engineOf(this), [{ weight, bias }], () =>
      operations.linearWeights(w, b, inFeatures, outFeatures),
    )
    return new DeviceTensor(operations.linear(array, weights))
  }

  override openStream(width: number | null, batch: number): ModuleStream | null {
    const { inFeatures, outFeatures } = this
    checkWidth('Linear.openStream', inFeatures, width)
    const engine = defaultHostEngine()
    const pack = (): PackedMatrix => matrixOf(this).get(engine, this.weight, this.bias)
    let packed = pack()
    return computed(outFeatures, batch, (input, out) => {
      checkStep('Linear.openStream', input, batch * inFeatures)
      if (packed.disposed) packed = pack()
      engine.multiplyInto(input, batch, packed, out)
    })
  }

  override extraRepr(): string {
    const bias = this.bias ? 'True' : 'False'
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${bias}`
  }
}

function matrixOf(linear: Linear): ResidentMatrix {
  return residentOf(linear, 'matrix', () => new ResidentMatrix())
}
