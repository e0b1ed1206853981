import { type DeviceOperations, onHostEngine } from '@unroll/kernels'
import { checkTensor, isGradEnabled, type Tensor, zerosLike } from '@unroll/tensor'
import { record, withGrad, wrapDim } from '@unroll/tensor/layers'
import { checkInteger } from './arguments.ts'
import { Module } from './module.ts'
import { engineOf, hostEngineOf } from './moduleState.ts'
import type { ModuleStream } from './moduleStream.ts'
import { DeviceTensor, type DeviceValue, deviceArray, operationsOf, resultOf } from './onDevice.ts'
import { softmaxPart } from './streamParts.ts'

/**
 * Turns numbers into probabilities, along one dimension:
 *
 * ```math
 * y = exp(x) / sum(exp(x))
 * ```
 *
 * ```ts
 * new Softmax(-1).forward(tensor([[0, 0], [0, 100]]))   // rows sum up to 1
 * ```
 * @see PyTorch: [torch.nn.Softmax](https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html)
 */
export class Softmax extends Module {
  static override readonly name: string = 'Softmax'

  readonly dim: number

  /** @throws TypeError unless `dim` is a whole number */
  constructor(dim: number) {
    super()
    checkInteger('Softmax', 'dim', dim)
    this.dim = dim
  }

  /**
   * @param input of any shape
   * @returns a tensor of the same shape
   * @throws RangeError if the input has no such dimension
   */
  override forward(input: Tensor): Tensor {
    const engine = hostEngineOf(this, 'Softmax')
    checkTensor('Softmax.forward', 'input', input)
    return onHostEngine(engine, () => input.softmax(this.dim))
  }

  /** Like `forward`, but works on every engine. */
  override async forwardAsync(input: Tensor): Promise<Tensor> {
    if (engineOf(this).kind === 'host') return this.forward(input)
    checkTensor('Softmax.forwardAsync', 'input', input)
    const dim = wrapDim('softmax', this.dim, input.ndim)
    if (input.numel === 0) return zerosLike(input)
    const mode = isGradEnabled()
    // A tensor without dimensions, too: its error says that devices do not take it.
    if (dim >= input.ndim - 1) {
      const there = Softmax.forwardOnDevice(this, operationsOf(this), input)
      const result = await resultOf(this, 'Softmax', input, there)
      return withGrad('Softmax.forwardAsync', mode, () => recordSoftmax(input, result))
    }
    // Devices compute it over the last dimension only.
    const last = await new Softmax(-1).to(engineOf(this)).forwardAsync(input.transpose(dim, -1))
    // A view made in noGrad could not be changed in place. There, `last` has no history anyway.
    return withGrad('Softmax.forwardAsync', true, () => last.transpose(dim, -1))
  }

  /** Computes over the last dimension only: see {@link ForwardOnDevice}. */
  static forwardOnDevice(
    { dim }: Softmax,
    operations: DeviceOperations | null,
    input: unknown,
  ): DeviceValue | null {
    const array = operations && deviceArray(operations, input)
    if (operations === null || array === null || (dim !== -1 && dim !== array.shape.length - 1)) return null
    return new DeviceTensor(operations.softmax(array), operations)
  }

  /** @throws RangeError unless `dim` is -1: a timestep has no other dimension */
  override openStream(width: number | null, batch: number): ModuleStream | null {
    return softmaxPart(hostEngineOf(this, 'Softmax', 'openStream'), 'Softmax', this.dim, width, batch, false)
  }

  override extraRepr(): string {
    return `dim=${this.dim}`
  }
}

/** Records what a device computed over the last dimension, and returns it. */
function recordSoftmax(input: Tensor, result: Tensor): Tensor {
  record('SoftmaxBackward0', [input], [result], ({ save }) => {
    const output = save(result)
    return ([g]) => {
      if (!g) return []
      const y = output()
      const gy = g.mul(y)
      return [gy.sub(y.mul(gy.sum(-1, true)))]
    }
  })
  return result
}
