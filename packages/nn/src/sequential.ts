import type { DeviceOperations } from '@unroll/kernels'
import type { Tensor } from '@unroll/tensor'
import { type DeviceValue, onDevice, toHost } from './deviceValue.ts'
import { Module } from './module.ts'

/** What the first of the modules takes. */
export type InputOf<M extends readonly Module[]> = M extends readonly [
  infer First extends Module,
  ...unknown[],
]
  ? Parameters<First['forward']>[0]
  : Tensor

/** What the last of the modules returns. */
export type OutputOf<M extends readonly Module[]> = M extends readonly [
  ...unknown[],
  infer Last extends Module,
]
  ? ReturnType<Last['forward']>
  : Tensor

/**
 * Modules one after the other, each taking what the one before returned. They are the children `0`, `1`, and so on.
 *
 * ```ts
 * const head = new Sequential(new Dropout(0.1), new Linear(20, 3))
 * head.forward(x)
 * head.at(-1)   // the Linear
 * ```
 */
export class Sequential<const M extends readonly Module[] = readonly Module[]> extends Module {
  constructor(...modules: M) {
    super()
    for (const [index, module] of modules.entries()) this.registerModule(String(index), module)
  }

  override forward(input: InputOf<M>): OutputOf<M>
  override forward(input: unknown): unknown {
    let value = input
    for (const module of this) value = Reflect.apply(module.forward, module, [value])
    return value
  }

  /**
   * As `forward`, on every engine. On a device whose engine has operations, values stay there from module to module as
   * long as these can compute there, and only the last one is read back: Embedding, RNN, LSTM, GRU, SelectOutput, Linear,
   * Softmax, and Dropout that does not train. Where gradients are to be recorded, while training without `noGrad`, each
   * module runs by itself.
   */
  override forwardAsync(input: InputOf<M>): Promise<Awaited<OutputOf<M>>>
  override async forwardAsync(input: unknown): Promise<unknown> {
    let value = input
    for (const module of this) {
      value =
        onDevice(module, value) ?? (await Reflect.apply(module.forwardAsync, module, [await toHost(value)]))
    }
    return toHost(value)
  }

  override forwardOnDevice(_operations: DeviceOperations, input: unknown): DeviceValue | null {
    let value: unknown = input
    let last: DeviceValue | null = null
    for (const module of this) {
      last = onDevice(module, value)
      if (last === null) return null
      value = last
    }
    return last
  }

  /** How many modules there are. */
  get length(): number {
    return this.#modules.length
  }

  /**
   * The module at a position; negative ones count from the end.
   * @throws RangeError if there is none
   */
  at(index: number): Module {
    const module = this.#modules.at(index)
    if (module) return module
    throw new RangeError(
      `Sequential.at: expected a position from ${-this.length} to ${this.length - 1}, got ${index}`,
    )
  }

  [Symbol.iterator](): Iterator<Module> {
    return this.#modules[Symbol.iterator]()
  }

  get #modules(): Module[] {
    return Object.values(this).filter((value): value is Module => value instanceof Module)
  }
}
