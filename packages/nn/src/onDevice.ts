import type { DeviceArray, DeviceOperations } from '@unroll/kernels'
import { elementsOf, isGradEnabled, RuntimeError, Tensor, tensor } from '@unroll/tensor'
import type { Module } from './module.ts'
import { engineOf } from './moduleState.ts'

/**
 * A value that a module computes on a device, without waiting for it. The modules of a {@link Sequential} pass such
 * values on. Nothing is computed or read back before {@link DeviceValue.toHost}.
 */
export interface DeviceValue {
  /** The value that `forwardAsync` would have returned. */
  toHost(): Promise<unknown>
}

/** A tensor that is still on a device. */
export class DeviceTensor implements DeviceValue {
  readonly array: DeviceArray
  /** The operations of its device. */
  readonly operations: DeviceOperations

  constructor(array: DeviceArray, operations: DeviceOperations) {
    this.array = array
    this.operations = operations
  }

  async toHost(): Promise<Tensor> {
    return tensor(await this.array.read(), { shape: this.array.shape })
  }
}

/**
 * How the modules of a class compute on a device: the type of a static method named `forwardOnDevice`. It counts for
 * that class alone. A subclass may have another `forward`, so it runs by its `forwardAsync` unless it has its own
 * static method.
 * @param operations of the module's engine; null if that is a host's or has none
 * @param input what the module before returned: a value on the host or on a device
 * @returns null if the module cannot compute this input there; it then runs by its `forwardAsync`
 */
export type ForwardOnDevice<M extends Module> = (
  module: M,
  operations: DeviceOperations | null,
  input: unknown,
) => DeviceValue | null

/**
 * A device array for a float32 tensor that is on the host, or already on this device; null for anything else.
 * @param value what a module was given
 */
export function deviceArray(operations: DeviceOperations, value: unknown): DeviceArray | null {
  if (value instanceof DeviceTensor) return value.operations === operations ? value.array : null
  if (!(value instanceof Tensor) || value.ndim === 0) return null
  const elements = elementsOf(value)
  return elements instanceof Float32Array ? operations.array(elements, value.shape) : null
}

/**
 * Lets a module compute on its device, if it can. It can if its class has a `forwardOnDevice`, it has no hooks, and no
 * gradients are recorded.
 * @returns null if the module has to run by its `forwardAsync`
 */
export function onDevice(module: Module, input: unknown): DeviceValue | null {
  const isHooked = Object.hasOwn(module, 'forward') || Object.hasOwn(module, 'forwardAsync')
  if (isHooked || (module.training && isGradEnabled())) return null
  const forward = forwardOnDeviceOf(module)
  return forward === null ? null : forward(module, operationsOf(module), input)
}

/** The operations of the device that a module computes on; null if it has none. */
export function operationsOf(module: object): DeviceOperations | null {
  const engine = engineOf(module)
  return engine.kind === 'device' ? (engine.operations ?? null) : null
}

/**
 * Brings the result of a module on a device to the host.
 * @param value what its class's `forwardOnDevice` returned
 * @throws RuntimeError if that is null
 */
export async function resultOf(
  module: object,
  who: string,
  input: Tensor,
  value: DeviceValue | null,
): Promise<Tensor> {
  const result = await value?.toHost()
  if (result instanceof Tensor) return result
  throw new RuntimeError(
    `${who}.forwardAsync: engine ${engineOf(module).name} computes float32 of one dimension or more, ` +
      `got ${input.dtype} of shape (${input.shape.join(', ')}); convert input and module, or move the module to wasm`,
  )
}

/** True if `value` is on a device and has to be awaited. */
export function isDeviceValue(value: unknown): value is DeviceValue {
  return (
    typeof value === 'object' && value !== null && 'toHost' in value && typeof value.toHost === 'function'
  )
}

function forwardOnDeviceOf(module: Module): ForwardOnDevice<Module> | null {
  const own = Object.getOwnPropertyDescriptor(module.constructor, 'forwardOnDevice')
  const forward: unknown = own?.value
  // A class writes `forwardOnDevice` for its own modules, and this module is one of them.
  return typeof forward === 'function' ? (forward as ForwardOnDevice<Module>) : null
}
