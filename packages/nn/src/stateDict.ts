import { noGrad, RuntimeError, type Tensor } from '@unroll/tensor'
import { shapeText } from '@unroll/tensor/layers'
import { checkedOptions } from './arguments.ts'
import { Parameter } from './parameter.ts'
import { type StateDict, stateTensors } from './stateTensors.ts'

/** A place that an entry of a state dict goes to. */
export interface StateSlot {
  readonly key: string
  readonly tensor: Tensor
  /** The object that has the tensor as its property `name`. */
  readonly owner: object
  readonly name: string
  /** True if a state dict may lack it. */
  readonly optional: boolean
}

/** An entry whose shape is not that of the module's tensor. */
export interface SizeMismatch {
  readonly key: string
  /** Shape in the module. */
  readonly expected: readonly number[]
  /** Shape in the state dict. */
  readonly got: readonly number[]
}

/** Keys without a counterpart, as written in the state dict. Both lists are empty after a strict load. */
export interface IncompatibleKeys {
  /** In the module, not in the state dict. */
  readonly missingKeys: readonly string[]
  /** In the state dict, not in the module. */
  readonly unexpectedKeys: readonly string[]
}

export interface LoadStateDictOptions {
  /** Read only entries whose keys begin with this, and ignore it in the key: `module.`, with the dot. Default: all. */
  readonly prefix?: string
  /** Missing and unexpected keys are errors. Size mismatches always are. Default true. */
  readonly strict?: boolean
  /** Use the given tensors themselves, with their dtype, instead of copying their values. Default false. */
  readonly assign?: boolean
}

/** Lists everything that kept a state dict from being loaded. The module is unchanged. */
export class StateDictError extends RuntimeError implements IncompatibleKeys {
  override readonly name = 'StateDictError'
  readonly missingKeys: readonly string[]
  readonly unexpectedKeys: readonly string[]
  readonly mismatches: readonly SizeMismatch[]

  /**
   * @param who the function: `LSTM.loadStateDict`
   * @param remedy what may help, a line of the message
   */
  constructor(
    who: string,
    keys: IncompatibleKeys,
    mismatches: readonly SizeMismatch[],
    strict: boolean,
    remedy: string | null = null,
  ) {
    const { missingKeys, unexpectedKeys } = keys
    const lines = mismatches.map(
      ({ key, expected, got }) =>
        `size mismatch of "${key}": expected ${shapeText(expected)}, got ${shapeText(got)}`,
    )
    if (strict && unexpectedKeys.length) lines.unshift(`unexpected keys: ${quoted(unexpectedKeys)}`)
    if (strict && missingKeys.length) lines.unshift(`missing keys: ${quoted(missingKeys)}`)
    if (remedy !== null) lines.push(remedy)
    super(`${who}: the state dict does not fit, nothing was loaded:\n  ${lines.join('\n  ')}`)
    this.missingKeys = missingKeys
    this.unexpectedKeys = unexpectedKeys
    this.mismatches = mismatches
  }
}

const defaults: Required<LoadStateDictOptions> = { prefix: '', strict: true, assign: false }

/** Fills `slots` from `state`, all or none; see `Module.loadStateDict`. */
export function loadSlots(
  module: string,
  slots: readonly StateSlot[],
  state: StateDict,
  options: LoadStateDictOptions,
): IncompatibleKeys {
  const who = `${module}.loadStateDict`
  const { prefix, strict, assign } = checkedOptions(who, options, defaults, 'strict')
  const given = stateTensors(who, state)
  const known = new Set(slots.map(({ key }) => prefix + key))
  const optional = new Set(slots.filter((slot) => slot.optional).map(({ key }) => prefix + key))
  const missingKeys = [...known].filter((key) => !given.has(key) && !optional.has(key))
  const unexpectedKeys = [...given.keys()].filter((key) => key.startsWith(prefix) && !known.has(key))
  const mismatches: SizeMismatch[] = []
  const changes: (() => void)[] = []
  for (const slot of slots) {
    const key = prefix + slot.key
    const source = given.get(key)
    if (source === undefined) continue
    const [expected, got] = [slot.tensor.shape, source.shape]
    if (shapeText(expected) !== shapeText(got)) mismatches.push({ key, expected, got })
    else changes.push(changeOf(`${who}: "${key}"`, slot, source, assign))
  }
  const keys = { missingKeys, unexpectedKeys }
  if (mismatches.length || (strict && missingKeys.length + unexpectedKeys.length)) {
    const remedy = strict && missingKeys.length > 0 ? prefixRemedy(slots, given) : null
    throw new StateDictError(who, keys, mismatches, strict, remedy)
  }
  noGrad(() => {
    for (const change of changes) change()
  })
  return keys
}

/**
 * Prepares the change of one slot. Everything that could make it fail is checked here, so that nothing is half loaded.
 */
function changeOf(
  what: string,
  { owner, name, tensor }: StateSlot,
  source: Tensor,
  assign: boolean,
): () => void {
  checkMemory(what, source)
  if (assign) {
    if (Reflect.getOwnPropertyDescriptor(owner, name)?.writable !== true) {
      throw new RuntimeError(`${what}: this property cannot be assigned to; load without assign`)
    }
    const value = tensor instanceof Parameter ? new Parameter(source, tensor.requiresGrad) : source
    return () => void Reflect.set(owner, name, value)
  }
  checkMemory(what, tensor)
  if (tensor.shape.some((size, dim) => size > 1 && tensor.strides[dim] === 0)) {
    throw new RuntimeError(
      `${what}: several elements of this expanded tensor are one in memory; load with assign`,
    )
  }
  return () => void tensor.copy_(source)
}

/** Memory that was sent to another thread has no elements left. */
function checkMemory(what: string, { storage, numel }: Tensor): void {
  if (numel === 0 || storage.elements.length > 0) return
  throw new RuntimeError(`${what}: the memory of this tensor was transferred to another thread; post a copy`)
}

/** Says which prefixes would make the keys fit; null if none would. */
function prefixRemedy(slots: readonly StateSlot[], given: ReadonlyMap<string, Tensor>): string | null {
  const needed = slots.filter(({ optional }) => !optional).map(({ key }) => key)
  const [first = ''] = needed
  const prefixes = [...given.keys()]
    .filter((key) => key.endsWith(first))
    .map((key) => key.slice(0, key.length - first.length))
    .filter((prefix) => needed.every((key) => given.has(prefix + key)))
  const [prefix] = prefixes
  if (prefix === undefined) {
    return given.size > 0
      ? null
      : 'the state dict is empty; JSON makes {} of a Map: use Object.fromEntries(state)'
  }
  const found =
    prefixes.length === 1 ? `the prefix ${quoted(prefixes)}` : `each of the prefixes ${quoted(prefixes)}`
  return `the keys fit under ${found}: write { prefix: '${prefix}' }`
}

function quoted(keys: readonly string[]): string {
  return keys.map((key) => `"${key}"`).join(', ')
}
