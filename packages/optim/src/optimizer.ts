import {
  currentHostEngine,
  describeValue,
  type FloatArray,
  type FloatDType,
  type HostEngine,
  optionsOf,
} from '@unroll/kernels'
import { enableGrad, noGrad, type Tensor } from '@unroll/tensor'
import { checkFlag, checkNumber } from './arguments.ts'
import { changeElements } from './parameterElements.ts'
import { forgotten, MomentStore, ParameterState } from './parameterState.ts'
import {
  listOf,
  type OptimizerOptions,
  type ParamGroup,
  type ParamGroupInit,
  type Params,
  type ReadParams,
  readParams,
  scheduleKeys,
  setOptions,
} from './paramGroup.ts'
import { type OptimizerState, readState, type StateKeys, writeState } from './stateDict.ts'
import { type Part, partsOf } from './stepParts.ts'

/** What an optimiser takes first: parameters, or groups of them with options of their own. */
export type ParamsOrGroups<Options extends OptimizerOptions> = Params | Iterable<ParamGroupInit<Options>>

/** The parameter that {@link Optimizer.prepare} prepares a step of: its group, and what is kept for it. */
export interface Preparation<Options extends OptimizerOptions> {
  readonly engine: HostEngine
  readonly group: ParamGroup<Options>
  readonly state: ParameterState
}

/** Changes the elements of a parameter in place. */
export type ParameterStep = (parameter: FloatArray, gradient: FloatArray) => void

/**
 * What all optimisers have. `step()` changes parameters by their `grad`, in their own memory.
 *
 * What an optimiser keeps of each parameter, such as means of its gradients, lives in the memory of the engine that tensors use,
 * as its kernels want it. {@link Optimizer.stateDict} copies it from there. {@link Optimizer.dispose} frees it, and so does the
 * garbage collector.
 *
 * @see PyTorch: [torch.optim.Optimizer](https://docs.pytorch.org/docs/stable/optim.html#torch.optim.Optimizer)
 */
export abstract class Optimizer<Options extends OptimizerOptions = OptimizerOptions> {
  /** The options of groups that do not give their own. */
  readonly defaults: Readonly<Options>
  /** Parameters and their options. An option that is set takes effect on the next step. */
  readonly paramGroups: ParamGroup<Options>[] = []
  /** How often {@link Optimizer.step} was called. */
  stepCount = 0
  private readonly store = new MomentStore()
  private states = new Map<Tensor, ParameterState>()
  private isDisposed = false

  /** Names of the state dict's entries. */
  protected abstract readonly keys: StateKeys

  /** @param defaults all options, not checked yet */
  constructor(params: ParamsOrGroups<Options>, defaults: Options) {
    const who = this.constructor.name
    this.checkOptions(who, defaults)
    this.defaults = defaults
    const list = listOf(who, params)
    if (list.length === 0) readParams(who, list)
    const areGroups = isGroup(list[0])
    forgotten().register(this, this.store, this)
    for (const group of areGroups ? list : [{ params: list }]) this.add(who, group)
  }

  /** Vue's mark for objects that it must not wrap: parameters would be other objects then. */
  get __v_skip(): true {
    return true
  }

  /**
   * Adds parameters, for example of a layer that was frozen until now.
   * @throws RangeError if one of them is in a group already, or an option is out of range
   */
  addParamGroup(group: ParamGroupInit<Options>): void {
    this.add(`${this.constructor.name}.addParamGroup`, group)
  }

  /**
   * Forgets the gradients of all parameters.
   * @param setToNull false fills them with zeros instead
   */
  zeroGrad(setToNull = true): void {
    checkFlag(`${this.constructor.name}.zeroGrad`, 'setToNull', setToNull)
    for (const { params } of this.paramGroups) {
      for (const parameter of params) {
        const { grad } = parameter
        if (setToNull || grad === null) parameter.grad = null
        // A gradient that was computed with createGraph loses its history.
        else parameter.grad = noGrad(() => (grad.isLeaf ? grad : grad.detach()).zero_())
      }
    }
  }

  /**
   * Changes every parameter that has a gradient. Gradients of other shapes or dtypes, options that are no numbers, and a lack of
   * memory are found before anything is changed.
   * @param closure computes the loss and its gradients, and is called first
   * @returns what `closure` returned
   * @throws RuntimeError if a gradient has another shape or dtype than its parameter, TypeError if `closure` is asynchronous or an
   * option of another type than it was, RangeError if the engine has no memory for what is kept
   */
  step(): null
  step<Loss>(closure: () => Loss): Loss
  step<Loss>(closure?: () => Loss): Loss | null {
    const who = `${this.constructor.name}.step`
    this.checkUsable(who)
    const loss = closure === undefined ? null : lossOf(who, closure)
    const engine = currentHostEngine()
    const parts = partsOf(who, this.paramGroups, this.defaults)
    const steps = this.prepareAll(who, engine, parts)
    this.stepCount++
    for (const step of steps) step()
    return loss
  }

  /**
   * A copy of the state, under PyTorch's keys: `savePt` of @unroll/weights writes a file of it, which PyTorch's
   * `optimizer.load_state_dict(torch.load(path))` takes.
   */
  stateDict(): OptimizerState {
    this.checkUsable(`${this.constructor.name}.stateDict`)
    return writeState(this.paramGroups, this.states, this.keys)
  }

  /**
   * Takes a state over, from {@link Optimizer.stateDict} or PyTorch: options of the groups, and what is kept for each
   * parameter. Options may be out of the range that constructors take, where schedules have set them so.
   * @throws TypeError unless it is the state dict of such an optimiser, RangeError if groups, parameters or shapes are others.
   * Then nothing has changed.
   */
  loadStateDict(state: unknown): void {
    const who = `${this.constructor.name}.loadStateDict`
    this.checkUsable(who)
    const { defaults, paramGroups, keys } = this
    const read = readState(who, state, { defaults, paramGroups, keys })
    const engine = currentHostEngine()
    const states = new Map<Tensor, ParameterState>()
    try {
      for (const [parameter, { step, moments }] of read.states) {
        const own = this.newState(parameter)
        states.set(parameter, own)
        own.step = step
        for (const [key, elements] of moments) own.moment(engine, key).write(elements)
        own.keepNew()
      }
    } catch (error) {
      for (const own of states.values()) own.dispose()
      throw error
    }
    for (const [index, group] of paramGroups.entries()) setOptions(group, read.groups[index] ?? group)
    for (const own of this.states.values()) own.dispose()
    this.states = states
  }

  /** Frees the engine's memory. Steps and state dicts throw afterwards. */
  dispose(): void {
    this.isDisposed = true
    forgotten().unregister(this)
    this.store.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** Throws on options out of range. Those that all optimisers have are checked here. */
  protected checkOptions(who: string, { lr, weightDecay, maximize }: Options): void {
    checkNumber(who, 'lr', lr, { least: 0 })
    checkNumber(who, 'weightDecay', weightDecay, { least: 0 })
    checkFlag(who, 'maximize', maximize)
  }

  /** Makes all that a step of one parameter needs. What may fail, fails here. @returns the step */
  protected abstract prepare(preparation: Preparation<Options>): ParameterStep

  /** Called for each parameter that is added. */
  protected added(_group: ParamGroup<Options>, _parameter: Tensor): void {}

  /** Prepares the steps of all parameters, or none. */
  private prepareAll(
    who: string,
    engine: HostEngine,
    parts: readonly Part<Options>[],
  ): readonly (() => void)[] {
    const steps: (() => void)[] = []
    try {
      for (const { group, parameter, gradient } of parts) {
        const change = this.prepare({ engine, group, state: this.stateOf(parameter) })
        steps.push(() => changeElements(parameter, (elements) => change(elements, gradient)))
      }
    } catch (error) {
      for (const { parameter } of parts) this.stateOf(parameter).forgetNew()
      if (!(error instanceof RangeError)) throw error
      throw new RangeError(
        `${who}: expected memory for what is kept of ${parts[steps.length]?.name}; ${error.message}`,
        { cause: error },
      )
    }
    for (const { parameter } of parts) this.stateOf(parameter).keepNew()
    return steps
  }

  protected stateOf(parameter: Tensor): ParameterState {
    const known = this.states.get(parameter)
    if (known !== undefined) return known.as(floatDType(parameter))
    const state = this.newState(parameter)
    this.states.set(parameter, state)
    return state
  }

  private newState(parameter: Tensor): ParameterState {
    return new ParameterState(this.store, floatDType(parameter), parameter.numel)
  }

  private add(who: string, given: unknown): void {
    this.checkUsable(who)
    if (!isGroup(given)) {
      throw new TypeError(`${who}: expected a group { params, lr, ... }, got ${describeValue(given)}`)
    }
    const { params: givenParams, ...givenOptions } = given
    const read = readParams(who, givenParams)
    this.checkNew(who, read)
    const extra: Record<string, unknown> = {}
    for (const key of scheduleKeys) extra[key] = undefined
    const options = optionsOf<Options>(who, givenOptions, { ...extra, ...this.defaults })
    this.checkOptions(who, options)
    for (const key of scheduleKeys) {
      const value: unknown = Reflect.get(options, key)
      if (value === undefined) Reflect.deleteProperty(options, key)
      else checkNumber(who, key, value)
    }
    const { params, paramNames } = read
    const group: ParamGroup<Options> = { ...options, params, ...(paramNames && { paramNames }) }
    for (const parameter of params) this.added(group, parameter)
    this.paramGroups.push(group)
  }

  /** Throws if a parameter is in another group already, or this group has names and others have not. */
  private checkNew(who: string, { params, paramNames }: ReadParams): void {
    for (const [index, group] of this.paramGroups.entries()) {
      for (const [position, parameter] of params.entries()) {
        if (!group.params.includes(parameter)) continue
        throw new RangeError(
          `${who}: expected each parameter in one group, got parameter ${position} of this one in group ${index}, too`,
        )
      }
      if ((paramNames === null) !== (group.paramNames === undefined)) {
        throw new RangeError(
          `${who}: expected all groups with names or none; give parameters in the same way`,
        )
      }
    }
  }

  private checkUsable(who: string): void {
    if (this.isDisposed)
      throw new Error(`${who}: this optimiser was disposed, and its state is gone; make another`)
  }
}

function isGroup(value: unknown): value is { readonly params: unknown } {
  return typeof value === 'object' && value !== null && 'params' in value
}

/** Runs a closure, which computes gradients, also inside noGrad. */
function lossOf<Loss>(who: string, closure: () => Loss): Loss {
  if (typeof closure !== 'function') {
    throw new TypeError(`${who}: expected a function or nothing, got ${describeValue(closure)}`)
  }
  const loss = enableGrad(closure)
  if (typeof loss === 'object' && loss !== null && 'then' in loss) {
    // Nobody will wait for it, and its failure would end a process.
    if (typeof loss.then === 'function') loss.then(undefined, () => undefined)
    throw new TypeError(
      `${who}: expected a closure that is not async, got a promise; await the gradients first, then call step()`,
    )
  }
  return loss
}

function floatDType({ dtype }: Tensor): FloatDType {
  return dtype === 'float64' ? 'float64' : 'float32'
}
