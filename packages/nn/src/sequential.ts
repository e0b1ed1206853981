import { isGradEnabled, type Tensor } from '@unroll/tensor'
import { withGrad } from '@unroll/tensor/layers'
import { checkModule, moduleAt, modulesOf } from './listedModules.ts'
import { Module } from './module.ts'
import type { ModuleStream } from './moduleStream.ts'
import { type DeviceValue, isDeviceValue, onDevice } from './onDevice.ts'
import {
  openParts,
  openSequentialStream,
  type SequentialStream,
  type SequentialStreamOptions,
} from './sequentialStream.ts'

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
 * Modules that run one after the other. Each takes what the one before returned. They are the children `0`, `1`, and so
 * on.
 *
 * ```ts
 * const head = new Sequential(new Dropout(0.1), new Linear(20, 3))
 * head.forward(randn([5, 20])).shape   // [5, 3]
 * head.at(-1)   // the Linear
 * ```
 * @see PyTorch: [torch.nn.Sequential](https://docs.pytorch.org/docs/stable/generated/torch.nn.Sequential.html)
 */
export class Sequential<const M extends readonly Module[] = readonly Module[]> extends Module {
  static override readonly name: string = 'Sequential'

  /** @throws TypeError if an argument is not a module */
  constructor(...modules: M) {
    super()
    for (const [index, module] of modules.entries()) {
      checkModule('Sequential', module)
      this.registerModule(String(index), module)
    }
  }

  override forward(input: InputOf<M>): OutputOf<M>
  override forward(input: unknown): unknown {
    let value = input
    for (const module of this) value = Reflect.apply(module.forward, module, [value])
    return value
  }

  /**
   * Like `forward`, but works on every engine. On a device whose engine has operations, values stay there between
   * modules that can compute there, and only the last value is read back. These can: Embedding, RNN, LSTM, GRU,
   * SelectOutput, Linear, Softmax, and Dropout that does not train. While gradients are recorded, in training without
   * `noGrad`, each module runs by itself.
   */
  override forwardAsync(input: InputOf<M>): Promise<Awaited<OutputOf<M>>>
  override async forwardAsync(input: unknown): Promise<unknown> {
    // What runs after an `await` runs in the mode of the call.
    const mode = isGradEnabled()
    const inMode = <T>(run: () => T): T => withGrad('Sequential.forwardAsync', mode, run)
    let value = input
    for (const module of this) {
      const there = inMode(() => onDevice(module, value))
      if (there === null) {
        const input = isDeviceValue(value) ? await value.toHost() : value
        value = await inMode(() => Reflect.apply(module.forwardAsync, module, [input]))
      } else value = there
    }
    return isDeviceValue(value) ? value.toHost() : value
  }

  /** Computes on the device if all of its modules can: see {@link ForwardOnDevice}. */
  static forwardOnDevice(module: Sequential, _operations: unknown, input: unknown): DeviceValue | null {
    let value: unknown = input
    let last: DeviceValue | null = null
    for (const each of module) {
      last = onDevice(each, value)
      if (last === null) return null
      value = last
    }
    return last
  }

  /**
   * Opens a stream for audio and control loops. It runs all modules one timestep at a time. On the wasm engine a step
   * allocates nothing. Every module has to be able to run by timesteps. These are: recurrent layers of one direction,
   * Linear, activations, Softmax and LayerNorm over the features, Dropout that does not train, Identity, SelectOutput,
   * a Sequential of these, and modules that override `openStream`.
   *
   * ```ts
   * const stream = new Sequential(new LSTM(1, 20), new SelectOutput('sequence'), new Linear(20, 1)).eval().stream()
   * for (const frame of frames) play(stream.step(frame)) // Float32Array in, Float32Array out
   * ```
   *
   * @throws RuntimeError that names a module that cannot, or if there is no module
   * @throws RangeError if `batch` is less than 1, or the widths of modules do not fit together
   */
  stream(options: SequentialStreamOptions = {}): SequentialStream {
    return openSequentialStream(this, options)
  }

  override openStream(width: number | null, batch: number): ModuleStream | null {
    return openParts(this, width, batch)
  }

  /** The number of modules. */
  get length(): number {
    return modulesOf(this).length
  }

  /**
   * The module at a position; negative positions count from the end.
   * @throws RangeError if there is none
   */
  at(index: number): Module {
    return moduleAt(this, 'Sequential', index)
  }

  [Symbol.iterator](): Iterator<Module> {
    return modulesOf(this)[Symbol.iterator]()
  }
}
