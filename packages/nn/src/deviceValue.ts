import type { DeviceArray, DeviceOperations } from '@unroll/kernels'
import { elementsOf, isGradEnabled, Tensor, tensor } from '@unroll/tensor'
import type { Module } from './module.ts'
import { engineOf } from './moduleState.ts'
import { depthOf } from './overrides.ts'

/**
 * What a module computes on a device without waiting for it: modules of a {@link Sequential} hand such values on, and
 * nothing is computed or read back before {@link DeviceValue.toHost}.
 */
export interface DeviceValue {
  /** What `forwardAsync` would have given. */
  toHost(): Promise<unknown>
}

/** A tensor that is still on a device. */
export class DeviceTensor implements DeviceValue {
  readonly array: DeviceArray

  constructor(array: DeviceArray) {
    this.array = array
  }

  async toHost(): Promise<Tensor> {
    return tensor(await this.array.read(), { shape: this.array.shape })
  }
}

/**
 * An array for a tensor of float32 that is on the host or the device already; null for anything else.
 * @param value what a module was given
 */
export function deviceArray(operations: DeviceOperations, value: unknown): DeviceArray | null {
  if (value instanceof DeviceTensor) return value.array
  if (!(value instanceof Tensor) || value.ndim === 0) return null
  const elements = elementsOf(value)
  return elements instanceof Float32Array ? operations.array(elements, value.shape) : null
}

/**
 * Lets a module compute on its device, if it can: its engine has operations, no gradients are to be recorded, and whoever
 * wrote its `forward`, or hooked into it, wrote its `forwardOnDevice` too.
 * @returns null where the module has to run by its `forwardAsync`
 */
export function onDevice(module: Module, input: unknown): DeviceValue | null {
  const engine = engineOf(module)
  if (engine.kind === 'host' || !engine.operations || (module.training && isGradEnabled())) return null
  const own = depthOf(module, 'forwardOnDevice')
  if (own > Math.min(depthOf(module, 'forward'), depthOf(module, 'forwardAsync'))) return null
  return module.forwardOnDevice(engine.operations, input)
}

/** True of what is on a device and has to be waited for. */
export function isDeviceValue(value: unknown): value is DeviceValue {
  return (
    typeof value === 'object' && value !== null && 'toHost' in value && typeof value.toHost === 'function'
  )
}
