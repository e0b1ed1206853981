import { describeValue, type Engine } from '@unroll/kernels'
import { type DType, Tensor } from '@unroll/tensor'
import { Inspectable } from '@unroll/tensor/layers'
import { checkedOptions, checkFunction, checkType } from './arguments.ts'
import {
  type ForwardArgs,
  type ForwardHook,
  ForwardHooks,
  type ForwardPreHook,
  type ForwardResult,
  type HookOptions,
  type RemovableHandle,
} from './forwardHooks.ts'
import {
  buffersOf,
  findMember,
  joinPath,
  type MembersOptions,
  membersOf,
  nameOf,
  propertiesOf,
  registerMember,
  slotsOf,
  unique,
} from './members.ts'
import { engineOf, moduleState } from './moduleState.ts'
import type { ModuleStream } from './moduleStream.ts'
import { convert, engineRemedy, isEngine, isFloatDType } from './moduleTarget.ts'
import { Parameter } from './parameter.ts'
import { type IncompatibleKeys, type LoadStateDictOptions, loadSlots } from './stateDict.ts'
import type { StateDict } from './stateTensors.ts'

/**
 * Base class of everything that has weights. A property that holds a {@link Parameter} is a parameter, one that holds a
 * Module is a child. The name of the property becomes part of the state-dict key, so keys are PyTorch's.
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
 * @see PyTorch: [torch.nn.Module](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html)
 */
export class Module extends Inspectable {
  /**
   * The name in errors and `toString`. The layers of these packages set it to a string, which minifiers do not change.
   */
  static override readonly name: string = 'Module'

  /** True if modules of this class compute on the host only. Their {@link Module.engine} is then never a device's. */
  static readonly hostOnly: boolean = false

  /** True while training. Some layers, such as Dropout, compute differently then. Set it with {@link Module.train}. */
  training = true

  // Running

  /** What the module computes. Subclasses override it with their own arguments and result. */
  forward(..._args: never[]): unknown {
    throw new Error(`${nameOf(this)}.forward: not implemented`)
  }

  /**
   * Like `forward`, but works on every engine: only `forwardAsync` can wait for an engine whose `kind` is `device`. A
   * module with children overrides it and awaits their `forwardAsync`. An override that calls `forward` of the same
   * module has to do so before its first `await`. After that, hooks would run a second time.
   */
  forwardAsync(...args: ForwardArgs<this>): Promise<unknown>
  async forwardAsync(...args: never[]): Promise<unknown> {
    return this.forward(...args)
  }

  /**
   * Opens a stream of this module: one timestep of a sequence goes in, one comes out. {@link Sequential.stream} calls
   * it for each of its modules. A module that overrides it overrides `forward` too. Recurrent layers do not need it:
   * they have `stream`.
   * @param width how many numbers a step takes for each sequence; null for the first module, which has to know it
   * @param batch how many sequences run side by side
   * @returns null if the module cannot run by timesteps
   */
  openStream(_width: number | null, _batch: number): ModuleStream | null {
    return null
  }

  /**
   * Runs `hook` before each `forward` and `forwardAsync`; what it returns replaces the arguments.
   * @throws TypeError if `hook` is not a function
   */
  registerForwardPreHook<M extends Module>(
    this: M,
    hook: ForwardPreHook<M>,
    options: HookOptions = {},
  ): RemovableHandle {
    checkFunction(`${nameOf(this)}.registerForwardPreHook`, 'hook', hook)
    return hooksOf(this).addPre((args) => hook(this, args as ForwardArgs<M>), options)
  }

  /**
   * Runs `hook` after each `forward` and `forwardAsync`; what it returns replaces the result.
   * @throws TypeError if `hook` is not a function
   */
  registerForwardHook<M extends Module>(
    this: M,
    hook: ForwardHook<M>,
    options: HookOptions = {},
  ): RemovableHandle {
    checkFunction(`${nameOf(this)}.registerForwardHook`, 'hook', hook)
    return hooksOf(this).add(
      (args, result) => hook(this, args as ForwardArgs<M>, result as ForwardResult<M>),
      options,
    )
  }

  /**
   * The engine that the module computes on: the one it was moved to, or the default one. Its `name` says which. A
   * module that cannot compute on a device has the host's default engine instead: see {@link engineOf}.
   */
  get engine(): Engine {
    return engineOf(this)
  }

  /**
   * Moves the module and its children to an engine, or their floating-point parameters and buffers to a dtype; the
   * tensors stay the same objects.
   * @throws TypeError if `target` is neither an engine nor a floating-point dtype
   */
  to(target: Engine | DType): this {
    if (isFloatDType(target)) convert(this, target)
    else if (isEngine(target)) {
      for (const module of this.modules()) moduleState(module).engine = target
    } else {
      throw new TypeError(
        `${nameOf(this)}.to: expected an engine or a floating-point dtype, got ${describeValue(target)}${engineRemedy(target)}`,
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

  /** `to('float16')`: for saving, not for computing. */
  half(): this {
    return this.to('float16')
  }

  /** `to('bfloat16')`: for saving, not for computing. */
  bfloat16(): this {
    return this.to('bfloat16')
  }

  /**
   * Frees the memory that engines hold for the module and its children. The module stays usable: its next call packs
   * again.
   */
  dispose(): void {
    for (const resident of moduleState(this).residents.values()) resident.dispose()
    for (const child of this.children()) child.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  // Members

  /**
   * Makes `parameter` the property `name`; null means that there is none, as with `bias: false`.
   * @throws TypeError if it is not a Parameter, RangeError if the name is empty, has dots, or is already taken
   */
  registerParameter(name: string, parameter: Parameter | null): void {
    registerMember(
      this,
      'registerParameter',
      name,
      parameter,
      Parameter,
      (present) => present instanceof Parameter,
    )
  }

  /**
   * Makes `buffer` the property `name`. A buffer is state that is not trained, but moves and is saved with the module.
   * @param options `persistent: false` keeps it out of the state dict; default true
   * @throws TypeError if it is not a Tensor, RangeError if the name is empty, has dots, or is already taken
   */
  registerBuffer(name: string, buffer: Tensor | null, options: { readonly persistent?: boolean } = {}): void {
    const { buffers } = moduleState(this)
    const { persistent } = checkedOptions(
      `${nameOf(this)}.registerBuffer`,
      options,
      { persistent: true },
      'persistent',
    )
    registerMember(this, 'registerBuffer', name, buffer, Tensor, () => buffers.has(name))
    buffers.set(name, persistent)
  }

  /**
   * Makes `module` the property `name`.
   * @throws TypeError if it is not a Module, RangeError if the name is empty, has dots, or is already taken
   */
  registerModule(name: string, module: Module | null): void {
    registerMember(this, 'registerModule', name, module, Module, (present) => present instanceof Module)
  }

  /** Parameters of the module and, unless `recurse` is false, of its children. Shared ones come once. */
  parameters(options: Pick<MembersOptions, 'recurse'> = {}): Parameter[] {
    const own = checkedOptions(`${nameOf(this)}.parameters`, options, { recurse: true }, 'recurse')
    return this.namedParameters(own).map(([, parameter]) => parameter)
  }

  /** Like {@link Module.parameters}, but with the keys of the state dict: `lstm.weight_ih_l0`. */
  namedParameters(options: MembersOptions = {}): [name: string, parameter: Parameter][] {
    return membersOf(this, 'namedParameters', options, (module) => propertiesOf(module, Parameter))
  }

  /** Buffers of the module and, unless `recurse` is false, of its children. Shared ones come once. */
  buffers(options: Pick<MembersOptions, 'recurse'> = {}): Tensor[] {
    const own = checkedOptions(`${nameOf(this)}.buffers`, options, { recurse: true }, 'recurse')
    return this.namedBuffers(own).map(([, buffer]) => buffer)
  }

  /** Like {@link Module.buffers}, but with the keys of the state dict. */
  namedBuffers(options: MembersOptions = {}): [name: string, buffer: Tensor][] {
    return membersOf(this, 'namedBuffers', options, buffersOf)
  }

  /** The modules that this one holds directly. Shared ones come once. */
  children(): Module[] {
    return this.namedChildren().map(([, child]) => child)
  }

  namedChildren(): [name: string, child: Module][] {
    return unique(propertiesOf(this, Module))
  }

  /** This module and all below it, parents first. Shared ones come once. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module)
  }

  /** Like {@link Module.modules}, but with paths: `''` for this one, then `encoder`, `encoder.lstm`. */
  namedModules(options: Omit<MembersOptions, 'recurse'> = {}): [path: string, module: Module][] {
    const { prefix, removeDuplicate } = checkedOptions(
      `${nameOf(this)}.namedModules`,
      options,
      { prefix: '', removeDuplicate: true },
      'prefix',
    )
    return removeDuplicate ? unique(treeOf(this, prefix)) : [...treeOf(this, prefix)]
  }

  /** @throws RangeError if no parameter has this path, such as `lstm.weight_ih_l0` */
  getParameter(path: string): Parameter {
    return findMember(this, 'getParameter', path, (module) => propertiesOf(module, Parameter))
  }

  /** @throws RangeError if no buffer has this path */
  getBuffer(path: string): Tensor {
    return findMember(this, 'getBuffer', path, buffersOf)
  }

  /** @throws RangeError if no module has this path; the empty path is this one */
  getSubmodule(path: string): Module {
    return path === ''
      ? this
      : findMember(this, 'getSubmodule', path, (module) => propertiesOf(module, Module))
  }

  /** Calls `fn` with every module below this one, children first, then with this one. */
  apply(fn: (module: Module) => void): this {
    checkFunction(`${nameOf(this)}.apply`, 'fn', fn)
    for (const child of this.children()) child.apply(fn)
    fn(this)
    return this
  }

  // State

  /**
   * Parameters and persistent buffers under PyTorch's keys. The tensors are detached and share the module's memory.
   * @param options `prefix` is put before each key: `encoder.`, with the dot
   */
  stateDict(options: { readonly prefix?: string } = {}): Map<string, Tensor> {
    const { prefix } = checkedOptions(`${nameOf(this)}.stateDict`, options, { prefix: '' }, 'prefix')
    return new Map(slotsOf(this).map(({ key, tensor }) => [prefix + key, tensor.detach()]))
  }

  /**
   * Fills parameters and persistent buffers. It is all or nothing: if it throws, nothing has changed.
   *
   * @param state a Map or plain object of tensors, or of clones of tensors made by `structuredClone`, `postMessage` or
   * JSON
   * @param options `prefix`, such as `module.`: only entries whose keys begin with it are read
   * @returns keys without a counterpart; with `strict: false` they are not an error
   * @throws StateDictError with every missing key, unexpected key and size mismatch
   * @throws TypeError if `state` is something else, such as a promise that was not awaited
   *
   * @example
   * model.loadStateDict(await loadWeights('dataparallel.pt'), { prefix: 'module.' })
   */
  loadStateDict(state: StateDict, options: LoadStateDictOptions = {}): IncompatibleKeys {
    return loadSlots(nameOf(this), slotsOf(this), state, options)
  }

  /** Switches the module and its children to training, or with false to inference. */
  train(mode = true): this {
    checkType(`${nameOf(this)}.train`, 'mode', mode, 'boolean')
    this.training = mode
    for (const child of this.children()) child.train(mode)
    return this
  }

  /** Switches the module and its children to inference. */
  eval(): this {
    return this.train(false)
  }

  /** Sets whether gradients are recorded for the parameters. */
  requiresGrad_(requiresGrad = true): this {
    checkType(`${nameOf(this)}.requiresGrad_`, 'requiresGrad', requiresGrad, 'boolean')
    for (const parameter of this.parameters()) parameter.requiresGrad = requiresGrad
    return this
  }

  /** Forgets the gradients of the parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null
  }

  // Printing

  /** The text between the parentheses: `10, 20, num_layers=2`. */
  extraRepr(): string {
    return ''
  }

  /** The module as PyTorch prints it, with its children indented. */
  override toString(): string {
    const extra = this.extraRepr()
    const children = childTexts(this)
    const lines = [...(extra === '' ? [] : extra.split('\n')), ...children]
    const inline = lines.length === 0 || (lines.length === 1 && children.length === 0)
    return `${nameOf(this)}(${inline ? lines.join('') : `\n  ${lines.join('\n  ')}\n`})`
  }
}

function childTexts(module: Module): string[] {
  return propertiesOf(module, Module).map(
    ([name, child]) => `(${name}): ${child.toString().replaceAll('\n', '\n  ')}`,
  )
}

function hooksOf(module: Module): ForwardHooks {
  const state = moduleState(module)
  state.hooks ??= new ForwardHooks(module)
  return state.hooks
}

/** Every module with its path, parents first. A shared module comes once for each of its paths. */
function* treeOf(module: Module, path: string): Generator<[path: string, module: Module]> {
  yield [path, module]
  for (const [name, child] of propertiesOf(module, Module)) yield* treeOf(child, joinPath(path, name))
}
