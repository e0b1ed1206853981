import { type DeviceOperations, defaultEngine, type Engine } from '@unroll/kernels'
import { type DType, isFloatingPoint, noGrad, Tensor } from '@unroll/tensor'
import { describe } from './describe.ts'
import type { DeviceValue } from './deviceValue.ts'
import {
  type ForwardArgs,
  type ForwardHook,
  ForwardHooks,
  type ForwardPreHook,
  type ForwardResult,
  type HookOptions,
  type RemovableHandle,
} from './forwardHooks.ts'
import { Parameter } from './parameter.ts'
import { type IncompatibleKeys, type LoadStateDictOptions, loadSlots, type StateSlot } from './stateDict.ts'

/** Which members are listed, and under which names. */
export interface MembersOptions {
  /** Path that stands before every name, joined by a dot. Default none. */
  readonly prefix?: string
  /** Those of children too. Default true. */
  readonly recurse?: boolean
  /** Members reached by several paths are listed once, under the first. Default true. */
  readonly removeDuplicate?: boolean
}

/**
 * Base class of everything that has weights. Properties are found by what they hold: a {@link Parameter} is a
 * parameter, a Module a child, each under the property's name, so that state-dict keys are PyTorch's.
 *
 * ```ts
 * class Classifier extends Module {
 *   lstm = new LSTM(10, 20)
 *   head = new Linear(20, 3)
 *
 *   override forward(x: Tensor): Tensor {
 *     const [output] = this.lstm.forward(x)
 *     return this.head.forward(output.select(0, -1))
 *   }
 * }
 * new Classifier().loadStateDict(await loadWeights('model.pt'))
 * ```
 */
export class Module {
  /** Whether layers that train differently than they infer (Dropout) train; set it with {@link Module.train}. */
  training = true
  /** Names of the buffers, and whether they belong into the state dict. */
  readonly #buffers = new Map<string, boolean>()
  #engine: Engine | null = null
  #hooks: ForwardHooks | null = null

  constructor() {
    // Node's util.inspect.custom, without importing it: console.log shows what toString gives.
    Object.defineProperty(this, Symbol.for('nodejs.util.inspect.custom'), { value: () => this.toString() })
  }

  // Running

  /** What the module computes. Subclasses override it with arguments and result of their own. */
  forward(..._args: never[]): unknown {
    throw new Error(`${this.constructor.name}.forward: not implemented`)
  }

  /**
   * As `forward`, on every engine: only this one can wait for an engine whose `kind` is `device`. A module that has
   * others overrides it and awaits their `forwardAsync`. Where an override computes by `forward` of the same module,
   * it calls that before its first `await`: later, hooks would run for it again.
   */
  forwardAsync(...args: ForwardArgs<this>): Promise<unknown>
  async forwardAsync(...args: never[]): Promise<unknown> {
    return this.forward(...args)
  }

  /**
   * As `forwardAsync`, on values that stay on the device, so that a {@link Sequential} there reads back its last value
   * only. A module that overrides it overrides `forward` too; one that does not runs by its `forwardAsync`.
   * @param input a value of the host, or what the module before gave
   * @returns null where it cannot compute this input there
   */
  forwardOnDevice(_operations: DeviceOperations, _input: unknown): DeviceValue | null {
    return null
  }

  /** Runs `hook` before each `forward` and `forwardAsync`; what it returns replaces the arguments. */
  registerForwardPreHook<M extends Module>(
    this: M,
    hook: ForwardPreHook<M>,
    options: HookOptions = {},
  ): RemovableHandle {
    this.#hooks ??= new ForwardHooks(this)
    return this.#hooks.addPre((args) => hook(this, args as ForwardArgs<M>), options)
  }

  /** Runs `hook` after each `forward` and `forwardAsync`; what it returns replaces the result. */
  registerForwardHook<M extends Module>(
    this: M,
    hook: ForwardHook<M>,
    options: HookOptions = {},
  ): RemovableHandle {
    this.#hooks ??= new ForwardHooks(this)
    return this.#hooks.add(
      (args, result) => hook(this, args as ForwardArgs<M>, result as ForwardResult<M>),
      options,
    )
  }

  /** The engine the module was moved to, else the default one; its `name` tells which. */
  get engine(): Engine {
    return this.#engine ?? defaultEngine()
  }

  /**
   * Moves the module and its children to an engine, or their floating-point parameters and buffers to a dtype; the
   * tensors stay the same objects.
   * @throws TypeError if `target` is neither an engine nor a floating-point dtype
   */
  to(target: Engine | DType): this {
    if (typeof target === 'string' && isFloatingPoint(target)) this.#convert(target)
    else if (typeof target === 'object' && target !== null && 'kind' in target) {
      for (const module of this.modules()) module.#engine = target
    } else {
      throw new TypeError(
        `${this.constructor.name}.to: expected an engine or a floating-point dtype, got ${String(target)}`,
      )
    }
    return this
  }

  /** `to('float32')` */
  float(): this {
    return this.to('float32')
  }

  /** `to('float64')` */
  double(): this {
    return this.to('float64')
  }

  /** `to('float16')`: to be saved, not to compute with. */
  half(): this {
    return this.to('float16')
  }

  /** `to('bfloat16')`: to be saved, not to compute with. */
  bfloat16(): this {
    return this.to('bfloat16')
  }

  #convert(dtype: DType): void {
    noGrad(() => {
      for (const tensor of [...this.parameters(), ...this.buffers()]) {
        if (!isFloatingPoint(tensor.dtype) || tensor.dtype === dtype) continue
        const { grad } = tensor
        tensor.set_(tensor.to(dtype))
        tensor.grad = grad?.to(dtype) ?? null
      }
    })
  }

  /** Gives back the memory engines hold for the module and its children. It is usable still: it packs again. */
  dispose(): void {
    for (const child of this.children()) child.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  // What it is made of

  /**
   * Makes `parameter` the property `name`; null says that there is none, as with `bias: false`.
   * @throws TypeError if it is no Parameter, RangeError if the name is empty, has dots, or is another property
   */
  registerParameter(name: string, parameter: Parameter | null): void {
    this.#register('registerParameter', name, parameter, Parameter, (present) => present instanceof Parameter)
  }

  /**
   * Makes `buffer` the property `name`: state that is not trained but moves and is saved with the module.
   * @param options `persistent: false` keeps it out of the state dict; default true
   * @throws TypeError if it is no Tensor, RangeError if the name is empty, has dots, or is another property
   */
  registerBuffer(name: string, buffer: Tensor | null, options: { readonly persistent?: boolean } = {}): void {
    this.#register('registerBuffer', name, buffer, Tensor, () => this.#buffers.has(name))
    this.#buffers.set(name, options.persistent ?? true)
  }

  /**
   * Makes `module` the property `name`.
   * @throws TypeError if it is no Module, RangeError if the name is empty, has dots, or is another property
   */
  registerModule(name: string, module: Module | null): void {
    this.#register('registerModule', name, module, Module, (present) => present instanceof Module)
  }

  #register(
    method: string,
    name: string,
    value: unknown,
    type: abstract new (...args: never[]) => unknown,
    replaces: (present: unknown) => boolean,
  ): void {
    const who = `${this.constructor.name}.${method}`
    if (name === '' || name.includes('.')) {
      throw new RangeError(`${who}: expected a name without dots that is not empty, got "${name}"`)
    }
    const present: unknown = Reflect.get(this, name)
    if (present !== undefined && present !== null && !replaces(present)) {
      throw new RangeError(`${who}: expected a name that is free, got "${name}", which is another property`)
    }
    if (value !== null && !(value instanceof type)) {
      throw new TypeError(`${who}: expected a ${type.name} or null for "${name}", got ${describe(value)}`)
    }
    Object.defineProperty(this, name, { value, configurable: true, writable: true, enumerable: true })
  }

  /** Parameters of the module and, unless `recurse` is false, its children, shared ones once. */
  parameters(options: Pick<MembersOptions, 'recurse'> = {}): Parameter[] {
    return this.namedParameters(options).map(([, parameter]) => parameter)
  }

  /** As {@link Module.parameters}, with the keys of the state dict: `lstm.weight_ih_l0`. */
  namedParameters(options: MembersOptions = {}): [name: string, parameter: Parameter][] {
    return this.#members(options, (module) => propertiesOf(module, Parameter))
  }

  /** Buffers of the module and, unless `recurse` is false, its children, shared ones once. */
  buffers(options: Pick<MembersOptions, 'recurse'> = {}): Tensor[] {
    return this.namedBuffers(options).map(([, buffer]) => buffer)
  }

  /** As {@link Module.buffers}, with the keys of the state dict. */
  namedBuffers(options: MembersOptions = {}): [name: string, buffer: Tensor][] {
    return this.#members(options, (module) => module.#ownBuffers())
  }

  /** The modules this one holds directly, shared ones once. */
  children(): Module[] {
    return [...new Set(propertiesOf(this, Module).map(([, child]) => child))]
  }

  namedChildren(): [name: string, child: Module][] {
    return unique(propertiesOf(this, Module))
  }

  /** This module and all below it, parents first, shared ones once. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module)
  }

  /** As {@link Module.modules}, with paths: `''` for this one, then `encoder`, `encoder.lstm`. */
  namedModules(options: Omit<MembersOptions, 'recurse'> = {}): [path: string, module: Module][] {
    const { prefix = '', removeDuplicate = true } = options
    return removeDuplicate ? unique(this.#tree(prefix)) : [...this.#tree(prefix)]
  }

  /** @throws RangeError if no parameter has this path, such as `lstm.weight_ih_l0` */
  getParameter(path: string): Parameter {
    return this.#find('getParameter', path, (module) => propertiesOf(module, Parameter))
  }

  /** @throws RangeError if no buffer has this path */
  getBuffer(path: string): Tensor {
    return this.#find('getBuffer', path, (module) => module.#ownBuffers())
  }

  /** @throws RangeError if no module has this path; the empty path is this one */
  getSubmodule(path: string): Module {
    return path === '' ? this : this.#find('getSubmodule', path, (module) => propertiesOf(module, Module))
  }

  /** Calls `fn` with every module below this one, children first, and with this one. */
  apply(fn: (module: Module) => void): this {
    for (const child of this.children()) child.apply(fn)
    fn(this)
    return this
  }

  #ownBuffers(): [name: string, buffer: Tensor][] {
    return propertiesOf(this, Tensor).filter(([name]) => this.#buffers.has(name))
  }

  /** Every module with its path, parents first, as often as it is reached. */
  *#tree(path: string): Generator<[path: string, module: Module]> {
    yield [path, this]
    for (const [name, child] of propertiesOf(this, Module)) yield* child.#tree(join(path, name))
  }

  #members<T>(options: MembersOptions, own: (module: Module) => [string, T][]): [string, T][] {
    const { prefix = '', recurse = true, removeDuplicate = true } = options
    const modules = recurse ? this.namedModules({ prefix, removeDuplicate }) : [[prefix, this] as const]
    const members = modules.flatMap(([path, module]) =>
      own(module).map(([name, member]): [string, T] => [join(path, name), member]),
    )
    return removeDuplicate ? unique(members) : members
  }

  #find<T>(method: string, path: string, own: (module: Module) => [string, T][]): T {
    const dot = path.lastIndexOf('.')
    const members = own(this.getSubmodule(path.slice(0, Math.max(dot, 0))))
    const found = members.find(([name]) => name === path.slice(dot + 1))
    if (found) return found[1]
    throw new RangeError(
      `${this.constructor.name}.${method}: nothing has the path "${path}"; ` +
        `expected the last name to be one of ${members.map(([name]) => `"${name}"`).join(', ') || 'none'}`,
    )
  }

  // Its state

  /**
   * Parameters and persistent buffers under PyTorch's keys: views that share the module's memory, detached.
   * @param options `prefix` stands before each key as it is: `encoder.`, with the dot
   */
  stateDict({ prefix = '' }: { readonly prefix?: string } = {}): Map<string, Tensor> {
    return new Map(this.#slots().map(({ key, tensor }) => [prefix + key, tensor.detach()]))
  }

  /**
   * Fills parameters and persistent buffers. All or nothing: where it throws, nothing has changed.
   * @returns keys without counterpart, which are no error under `strict: false`
   * @throws StateDictError with every missing key, unexpected key and size mismatch
   * @throws TypeError if `state` is not a Map of tensors
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>, options: LoadStateDictOptions = {}): IncompatibleKeys {
    return loadSlots(this.constructor.name, this.#slots(), state, options)
  }

  #slots(): StateSlot[] {
    return [...this.#tree('')].flatMap(([path, module]) => {
      const buffers = module.#ownBuffers().filter(([name]) => module.#buffers.get(name))
      return [...propertiesOf(module, Parameter), ...buffers].map(
        ([name, tensor]): StateSlot => ({
          key: join(path, name),
          tensor,
          assign: (source) => {
            const value = tensor instanceof Parameter ? new Parameter(source, tensor.requiresGrad) : source
            return () => Reflect.set(module, name, value)
          },
        }),
      )
    })
  }

  /** Switches the module and its children to training, or with false to inference. */
  train(mode = true): this {
    if (typeof mode !== 'boolean') {
      throw new TypeError(`${this.constructor.name}.train: expected true or false, got ${String(mode)}`)
    }
    this.training = mode
    for (const child of this.children()) child.train(mode)
    return this
  }

  /** Switches the module and its children to inference. */
  eval(): this {
    return this.train(false)
  }

  /** Whether gradients are recorded for the parameters. */
  requiresGrad_(requiresGrad = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = requiresGrad
    return this
  }

  /** Forgets the gradients of the parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null
  }

  // How it prints

  /** What stands between the parentheses: `10, 20, num_layers=2`. */
  extraRepr(): string {
    return ''
  }

  /** As PyTorch prints a module, children indented. */
  toString(): string {
    const extra = this.extraRepr()
    const children = propertiesOf(this, Module).map(
      ([name, child]) => `(${name}): ${child.toString().replaceAll('\n', '\n  ')}`,
    )
    const lines = [...(extra === '' ? [] : extra.split('\n')), ...children]
    const inline = lines.length === 0 || (lines.length === 1 && children.length === 0)
    return `${this.constructor.name}(${inline ? lines.join('') : `\n  ${lines.join('\n  ')}\n`})`
  }
}

/** The own properties that hold a `type`, in the order they were set. */
function propertiesOf<T>(
  object: object,
  type: abstract new (...args: never[]) => T,
): [name: string, value: T][] {
  return Object.entries(object).filter((entry): entry is [string, T] => entry[1] instanceof type)
}

/** Entries whose value did not come before. */
function unique<T>(entries: Iterable<[string, T]>): [string, T][] {
  const seen = new Set<T>()
  return [...entries].filter(([, value]) => !seen.has(value) && seen.add(value))
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
