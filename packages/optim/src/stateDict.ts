import { describeValue, type FloatArray } from '@unroll/kernels'
import { elementsOf, type Tensor, tensor } from '@unroll/tensor'
import { ofFloats, shapeText } from '@unroll/tensor/layers'
import { checkNumber } from './arguments.ts'
import { floats } from './parameterElements.ts'
import type { ParameterState } from './parameterState.ts'
import { checkKinds, isTensor, type OptimizerOptions, type ParamGroup, scheduleKeys } from './paramGroup.ts'

/** What is in a state dict. `savePt` of @unroll/weights takes it. */
export type StateValue =
  | null
  | boolean
  | number
  | string
  | Tensor
  | readonly StateValue[]
  | Map<string | number, StateValue>

/** The state of an optimiser, as PyTorch has it: `state` by the numbers of parameters, and `param_groups`. */
export type OptimizerState = Map<string, StateValue>

/** What an optimiser keeps for a parameter, by PyTorch's keys. */
export interface StateKeys {
  /** Whether steps are counted. */
  readonly step: boolean
  /** Moments that each parameter with a state has. */
  readonly always: readonly string[]
  /** Moments that some options ask for. */
  readonly sometimes: readonly string[]
  /** Options of PyTorch's that choose among its implementations, as they are if not set. They are written, and skipped in reading. */
  readonly flags: Readonly<Record<string, null | false>>
}

/** A state dict that fits an optimiser. */
export interface ReadState<Options extends OptimizerOptions> {
  readonly groups: readonly Options[]
  readonly states: ReadonlyMap<Tensor, { readonly step: number; readonly moments: Map<string, FloatArray> }>
}

/** What a state dict has to fit. */
interface Wanted<Options extends OptimizerOptions> {
  readonly defaults: Readonly<Options>
  readonly paramGroups: readonly ParamGroup<Options>[]
  readonly keys: StateKeys
}

export function writeState<Options extends OptimizerOptions>(
  groups: readonly ParamGroup<Options>[],
  states: ReadonlyMap<Tensor, ParameterState>,
  keys: StateKeys,
): OptimizerState {
  const state = new Map<number, StateValue>()
  const written: StateValue[] = []
  let number = 0
  for (const { params, ...options } of groups) {
    const numbers: number[] = []
    for (const parameter of params) {
      const own = states.get(parameter)
      if (own !== undefined && !own.isEmpty) state.set(number, writeParameter(parameter, own, keys))
      numbers.push(number++)
    }
    const entries = Object.entries<unknown>(options).map(
      ([key, value]) => [snakeCase(key), copyOf(value)] as const,
    )
    written.push(
      new Map<string, StateValue>([...entries, ...Object.entries(keys.flags), ['params', numbers]]),
    )
  }
  return new Map<string, StateValue>([
    ['state', state],
    ['param_groups', written],
  ])
}

function writeParameter({ shape }: Tensor, state: ParameterState, keys: StateKeys): Map<string, StateValue> {
  const entry = new Map<string, StateValue>()
  if (keys.step) entry.set('step', tensor(state.step, { dtype: 'float32' }))
  for (const [key, elements] of state.read()) entry.set(key, ofFloats(elements, shape))
  return entry
}

/**
 * @throws TypeError unless `state` is the state dict of such an optimiser, RangeError if groups, parameters or shapes are others
 */
export function readState<Options extends OptimizerOptions>(
  who: string,
  state: unknown,
  wanted: Wanted<Options>,
): ReadState<Options> {
  const saved = mapOf(who, 'a state dict', state)
  const savedGroups = saved.get('param_groups')
  if (!Array.isArray(savedGroups)) {
    throw new TypeError(`${who}: expected param_groups to be a list, got ${describeValue(savedGroups)}`)
  }
  const { paramGroups } = wanted
  if (savedGroups.length !== paramGroups.length) {
    throw new RangeError(
      `${who}: expected a state of ${counted(paramGroups.length, 'parameter group')}, got ${savedGroups.length}`,
    )
  }
  const places = new Map<unknown, { readonly parameter: Tensor; readonly group: number }>()
  const groups = paramGroups.map((group, index) => {
    const savedGroup = mapOf(who, `param_groups[${index}]`, savedGroups[index])
    const numbers = savedGroup.get('params')
    const count = Array.isArray(numbers) ? numbers.length : describeValue(numbers)
    if (!Array.isArray(numbers) || numbers.length !== group.params.length) {
      throw new RangeError(
        `${who}: expected ${counted(group.params.length, 'parameter')} in group ${index}, got ${count}`,
      )
    }
    for (const [position, parameter] of group.params.entries()) {
      places.set(numbers[position], { parameter, group: index })
    }
    return readOptions(who, index, savedGroup, numbers.length, wanted)
  })
  const states = new Map<Tensor, { readonly step: number; readonly moments: Map<string, FloatArray> }>()
  for (const [number, entry] of mapOf(who, 'state', saved.get('state'))) {
    const place = places.get(number)
    if (place === undefined) {
      throw new RangeError(
        `${who}: expected states of parameters in param_groups, got one of ${describeValue(number)}`,
      )
    }
    const what = `the state of parameter ${String(number)}`
    const read = readParameter(who, what, mapOf(who, what, entry), place.parameter, wanted.keys)
    if (read !== null) states.set(place.parameter, read)
  }
  return { groups, states }
}

/** The options of a group. Older files lack flags, which are then as in this optimiser's defaults. */
function readOptions<Options extends OptimizerOptions>(
  who: string,
  index: number,
  saved: ReadonlyMap<unknown, unknown>,
  parameters: number,
  { defaults, keys }: Wanted<Options>,
): Options {
  const options: Options = { ...defaults }
  for (const [name, value] of Object.entries(defaults)) {
    if (saved.has(snakeCase(name)) || typeof value === 'boolean') continue
    throw new TypeError(
      `${who}: expected param_groups[${index}] to have ${snakeCase(name)}, got ${[...saved.keys()].join(', ')}; ` +
        'this state dict is of another optimiser',
    )
  }
  for (const [key, value] of saved) {
    if (typeof key !== 'string' || key === 'params' || Object.hasOwn(keys.flags, key)) continue
    Reflect.set(options, camelCase(key), copyOf(value))
  }
  const where = `param_groups[${index}]`
  checkKinds(who, where, options, defaults)
  for (const key of scheduleKeys) {
    const value: unknown = Reflect.get(options, key)
    if (value !== undefined) checkNumber(who, `${snakeCase(key)} of ${where}`, value)
  }
  const names = saved.get('param_names')
  const areNames =
    Array.isArray(names) && names.length === parameters && names.every((name) => typeof name === 'string')
  if (names === undefined || areNames) return options
  throw new TypeError(
    `${who}: expected param_names of ${where} to be ${counted(parameters, 'name')}, got ${describeValue(names)}`,
  )
}

/** Null for an entry that says nothing, as old files of SGD have them. */
function readParameter(
  who: string,
  what: string,
  entry: ReadonlyMap<unknown, unknown>,
  parameter: Tensor,
  keys: StateKeys,
): { readonly step: number; readonly moments: Map<string, FloatArray> } | null {
  const moments = new Map<string, FloatArray>()
  const known = [...(keys.step ? ['step'] : []), ...keys.always, ...keys.sometimes]
  for (const [key, value] of entry) {
    if (typeof key !== 'string' || !known.includes(key)) {
      throw new TypeError(
        `${who}: expected ${what} to have ${known.join(', ')}, got ${String(key)}; this state dict is of another optimiser`,
      )
    }
    if (key === 'step' || value === null) continue
    moments.set(key, momentOf(who, `${key} of ${what.slice('the state of '.length)}`, value, parameter))
  }
  if (moments.size === 0) return null
  for (const key of known) {
    if (entry.has(key) || keys.sometimes.includes(key)) continue
    throw new TypeError(`${who}: expected ${what} to have ${key}, got ${[...entry.keys()].join(', ')}`)
  }
  return { step: keys.step ? stepOf(who, what, entry.get('step')) : 0, moments }
}

function momentOf(who: string, what: string, value: unknown, { shape, dtype }: Tensor): FloatArray {
  if (!isTensor(value)) {
    throw new TypeError(`${who}: expected ${what} to be a Tensor, got ${describeValue(value)}`)
  }
  if (value.ndim !== shape.length || shape.some((size, dim) => value.shape[dim] !== size)) {
    throw new RangeError(
      `${who}: expected ${what} to have the parameter's shape ${shapeText(shape)}, got ${shapeText(value.shape)}`,
    )
  }
  return floats(elementsOf(value.dtype === dtype ? value : value.to(dtype)))
}

/** A tensor of one number; a plain one in old files. */
function stepOf(who: string, what: string, value: unknown): number {
  const step = isTensor(value) && value.numel === 1 ? value.item() : value
  if (typeof step === 'number' && step >= 0) return step
  throw new TypeError(
    `${who}: expected step in ${what} to be a number of 0 or more, got ${describeValue(value)}`,
  )
}

/** @throws TypeError unless `value` is a Map */
export function mapOf(who: string, what: string, value: unknown): ReadonlyMap<unknown, unknown> {
  if (value instanceof Map) return value
  const remedy = what === 'a state dict' ? '; it is what stateDict() or load() of @unroll/weights gives' : ''
  throw new TypeError(`${who}: expected ${what} to be a Map, got ${describeValue(value)}${remedy}`)
}

/** A value of a state. Lists and Maps are copied, so that a state shares none with what it was made from. */
export function copyOf(value: unknown): StateValue {
  if (Array.isArray(value)) return value.slice()
  return value instanceof Map ? new Map(value) : (value as StateValue)
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

/** `weightDecay` as `weight_decay` */
function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** `weight_decay` as `weightDecay` */
export function camelCase(key: string): string {
  return key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
