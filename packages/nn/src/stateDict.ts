import { noGrad, RuntimeError, Tensor } from '@unroll/tensor'
import { describe } from './describe.ts'

/** A place a state dict's entry goes to. */
export interface StateSlot {
  readonly key: string
  readonly tensor: Tensor
  /** Prepares `source` to take the place of `tensor`; nothing changes until the function returned is called. */
  assign(source: Tensor): () => void
}

/** An entry whose shape is not that of the module's tensor. */
export interface SizeMismatch {
  readonly key: string
  /** Shape in the module. */
  readonly expected: readonly number[]
  /** Shape in the state dict. */
  readonly got: readonly number[]
}

/** Keys that have no counterpart; both empty after a strict load. */
export interface IncompatibleKeys {
  /** In the module, not in the state dict. */
  readonly missingKeys: readonly string[]
  /** In the state dict, not in the module. */
  readonly unexpectedKeys: readonly string[]
}

export interface LoadStateDictOptions {
  /** Missing and unexpected keys are errors. Size mismatches always are. Default true. */
  readonly strict?: boolean
  /** Use the given tensors themselves, with their dtype, instead of copying their values. Default false. */
  readonly assign?: boolean
}

/** Everything that kept a state dict from being loaded; the module is as it was. */
export class StateDictError extends RuntimeError implements IncompatibleKeys {
  override readonly name = 'StateDictError'
  readonly missingKeys: readonly string[]
  readonly unexpectedKeys: readonly string[]
  readonly mismatches: readonly SizeMismatch[]

  constructor(module: string, keys: IncompatibleKeys, mismatches: readonly SizeMismatch[], strict: boolean) {
    const { missingKeys, unexpectedKeys } = keys
    const lines = mismatches.map(
      ({ key, expected, got }) =>
        `size mismatch of "${key}": expected ${shapeText(expected)}, got ${shapeText(got)}`,
    )
    if (strict && unexpectedKeys.length) lines.unshift(`unexpected keys: ${quoted(unexpectedKeys)}`)
    if (strict && missingKeys.length) lines.unshift(`missing keys: ${quoted(missingKeys)}`)
    super(
      `${module}.loadStateDict: the state dict does not fit, nothing was loaded:\n  ${lines.join('\n  ')}`,
    )
    this.missingKeys = missingKeys
    this.unexpectedKeys = unexpectedKeys
    this.mismatches = mismatches
  }
}

/** Fills `slots` from `state`, all or none; see `Module.loadStateDict`. */
export function loadSlots(
  module: string,
  slots: readonly StateSlot[],
  state: ReadonlyMap<string, Tensor>,
  { strict = true, assign = false }: LoadStateDictOptions,
): IncompatibleKeys {
  checkState(module, state)
  const known = new Set(slots.map(({ key }) => key))
  const missingKeys = [...known].filter((key) => !state.has(key))
  const unexpectedKeys = [...state.keys()].filter((key) => !known.has(key))
  const mismatches: SizeMismatch[] = []
  const changes: (() => void)[] = []
  for (const slot of slots) {
    const source = state.get(slot.key)
    if (source === undefined) continue
    const [expected, got] = [slot.tensor.shape, source.shape]
    if (shapeText(expected) !== shapeText(got)) mismatches.push({ key: slot.key, expected, got })
    else changes.push(assign ? slot.assign(source) : () => slot.tensor.copy_(source))
  }
  const keys = { missingKeys, unexpectedKeys }
  if (mismatches.length || (strict && missingKeys.length + unexpectedKeys.length)) {
    throw new StateDictError(module, keys, mismatches, strict)
  }
  noGrad(() => {
    for (const change of changes) change()
  })
  return keys
}

function checkState(module: string, state: unknown): void {
  if (!(state instanceof Map)) {
    throw new TypeError(`${module}.loadStateDict: expected a Map of tensors, got ${describe(state)}`)
  }
  for (const [key, value] of state) {
    if (!(value instanceof Tensor)) {
      throw new TypeError(`${module}.loadStateDict: expected a Tensor at "${key}", got ${describe(value)}`)
    }
  }
}

function quoted(keys: readonly string[]): string {
  return keys.map((key) => `"${key}"`).join(', ')
}

function shapeText(shape: readonly number[]): string {
  return `(${shape.join(', ')})`
}
