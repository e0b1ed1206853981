import type { DeviceMatrix, DeviceOperations, PackedMatrix } from '@unroll/kernels'
import {
  checkTensor,
  type DType,
  elementsOf,
  empty,
  isGradEnabled,
  type Tensor,
  tensor,
} from '@unroll/tensor'
import { linearShape, packedLinear, recordLinear, withGrad } from '@unroll/tensor/layers'
import { checkCounts, checkedOptions } from './arguments.ts'
import { kaimingUniform_, uniform_ } from './init.ts'
import { Module } from './module.ts'
import { engineOf, hostEngineOf, residentOf } from './moduleState.ts'
import type { ModuleStream } from './moduleStream.ts'
import { DeviceTensor, type DeviceValue, deviceArray, operationsOf, resultOf } from './onDevice.ts'
import { Parameter } from './parameter.ts'
import { moduleFloats, Resident } from './resident.ts'
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
 * A matrix product and a bias:
 *
 * ```math
 * y = x W^T + b
 * ```
 *
 * The weight is packed into the module's engine on the first call, and again after it changed. A single product is not
 * worth the way to a device and back, unless its input is already there, as in a Sequential. `linear.to(wasm)` keeps a
 * layer on the host.
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
  /** `(outFeatures)`, drawn like the weight; null without a bias. */
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
    // U(-k, k). As in PyTorch, k comes from the gain of a leaky ReLU, because its rounding shows in the last digit.
    kaimingUniform_(this.weight, { a: Math.sqrt(5) })
    const bound = this.inFeatures > 0 ? 1 / Math.sqrt(this.inFeatures) : 0
    if (this.bias) uniform_(this.bias, -bound, bound)
  }

  /**
   * @param input `(*, inFeatures)`
   * @returns `(*, outFeatures)`
   * @throws RuntimeError if the last dimension or the dtype does not fit, or the engine needs `forwardAsync`
   */
  override forward(input: Tensor): Tensor {
    const { weight, bias } = this
    const engine = hostEngineOf(this, 'Linear')
    checkTensor('Linear.forward', 'input', input)
    return packedLinear(engine, input, weight, bias, () => matrixOf(this).get(engine, weight, bias))
  }

  /** Like `forward`, but works on every engine. */
  override async forwardAsync(input: Tensor): Promise<Tensor> {
    const engine = engineOf(this)
    if (engine.kind === 'host') return this.forward(input)
    const { weight, bias, inFeatures, outFeatures } = this
    checkTensor('Linear.forwardAsync', 'input', input)
    const shape = linearShape(input, weight, bias)
    const there = input.numel === 0 ? null : Linear.forwardOnDevice(this, operationsOf(this), input)
    const mode = isGradEnabled()
    const product =
      there !== null
        ? await resultOf(this, 'Linear', input, there)
        : tensor(
            await engine.matmul({
              a: moduleFloats('Linear.forwardAsync', input),
              b: moduleFloats('Linear.forwardAsync', weight),
              m: shape.slice(0, -1).reduce((product, size) => product * size, 1),
              k: inFeatures,
              n: outFeatures,
              transposeB: true,
              bias: bias && moduleFloats('Linear.forwardAsync', bias),
            }),
            { shape },
          )
    return withGrad('Linear.forwardAsync', mode, () => recordLinear(input, weight, bias, product))
  }

  /** See {@link ForwardOnDevice}. */
  static forwardOnDevice(
    module: Linear,
    operations: DeviceOperations | null,
    input: unknown,
  ): DeviceValue | null {
    const { weight, bias, inFeatures, outFeatures } = module
    const array = operations && deviceArray(operations, input)
    const [w, b] = [elementsOf(weight), bias && elementsOf(bias)]
    const isFloat32 = w instanceof Float32Array && (b === null || b instanceof Float32Array)
    if (operations === null || array === null || !isFloat32) return null
    if (inFeatures === 0 || array.shape.at(-1) !== inFeatures) return null
    const resident = residentOf(module, 'device', () => new Resident<DeviceMatrix>())
    const weights = resident.current(engineOf(module), [weight, bias], () =>
      operations.linearWeights(w, b, inFeatures, outFeatures),
    )
    return new DeviceTensor(operations.linear(array, weights), operations)
  }

  override openStream(width: number | null, batch: number): ModuleStream | null {
    const { inFeatures, outFeatures } = this
    checkWidth('Linear.openStream', inFeatures, width)
    const engine = hostEngineOf(this, 'Linear', 'openStream')
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
