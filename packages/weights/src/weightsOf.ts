import { quote, UnsupportedFormatError } from './errors.ts'
import { type LeftOut, leftOutText } from './leftOut.ts'
import type { Reader } from './reader.ts'
import { mergeReparametrized } from './reparametrized/mergeReparametrized.ts'
import type { WideDType } from './tensor/rawTensor.ts'
import { dtypeRefusal } from './tensor/readTensors.ts'
import type { TensorSpec } from './tensor/tensorSpec.ts'

/** A state dict as users get it. */
export interface NamedWeights {
  /** All tensors, also those of dtypes that tensors here lack: their raw numbers can be read. */
  readonly tensors: ReadonlyMap<string, TensorSpec>
  /** Everything that cannot be read. */
  readonly leftOut: readonly LeftOut[]
}

/** A message lists at most this many prefixes. */
const namedPrefixes = 12

/**
 * The state dict of a file. Reparametrized weights are put together; names that start with `prefix` lose it, and others are left out.
 * @param who the function, as messages name it
 * @throws RangeError if no name starts with `prefix`; UnsupportedFormatError if nothing below it can be read
 */
export function weightsOf(who: string, reader: Reader, prefix = ''): NamedWeights {
  const { tensors, leftOut } = reader.weights(prefix)
  const merged = mergeReparametrized(tensors, reader.at)
  if (prefix === '') return { tensors: merged, leftOut }
  const below = new Map<string, TensorSpec>()
  for (const [name, spec] of merged) if (name.startsWith(prefix)) below.set(name.slice(prefix.length), spec)
  const leftBelow = leftOut
    .filter(({ name }) => name.startsWith(prefix))
    .map((left) => ({ ...left, name: left.name.slice(prefix.length) }))
  const isCut = [...below.keys()].every((name) => name.startsWith('.'))
  if (below.size === 0 && leftBelow.length > 0) throw nothingLeft(reader, leftBelow)
  if (isCut) throw unknownPrefix(who, reader, prefix, [...merged.keys()])
  return { tensors: below, leftOut: leftBelow }
}

/**
 * The tensors that can be made.
 * @throws UnsupportedFormatError if none of the tensors can be made
 */
export function loadable(
  reader: Reader,
  { tensors, leftOut }: NamedWeights,
  to?: WideDType,
): { tensors: Map<string, TensorSpec>; leftOut: readonly LeftOut[] } {
  const left = unheldIn(tensors, to)
  const unheld = new Set(left.map(({ name }) => name))
  const made = new Map([...tensors].filter(([name]) => !unheld.has(name)))
  const all = [...left, ...leftOut]
  if (made.size === 0 && all.length > 0) throw nothingLeft(reader, all)
  return { tensors: made, leftOut: all }
}

/** Tensors of dtypes that tensors here cannot have. */
export function unheldIn(tensors: ReadonlyMap<string, TensorSpec>, to?: WideDType): LeftOut[] {
  const unheld: LeftOut[] = []
  for (const [name, spec] of tensors) {
    const refusal = dtypeRefusal(spec, to)
    if (refusal !== null) unheld.push({ name, what: refusal.what, why: refusal.why })
  }
  return unheld
}

function nothingLeft({ at }: Reader, leftOut: readonly LeftOut[]): UnsupportedFormatError {
  return new UnsupportedFormatError(`holds no tensor that can be read: ${leftOutText(leftOut)}`, at)
}

function unknownPrefix(who: string, { at }: Reader, prefix: string, names: readonly string[]): RangeError {
  const prefixes = [...new Set(names.map((name) => name.slice(0, name.lastIndexOf('.') + 1)))]
  const known = prefixes.filter((one) => one !== '').slice(0, namedPrefixes)
  const more = prefixes.length > known.length ? ', ...' : ''
  const there = known.length === 0 ? 'no key has one' : `there are ${known.map(quote).join(', ')}${more}`
  const near = names.some((name) => name.startsWith(`${prefix}.`))
    ? `; did you mean ${quote(`${prefix}.`)}?`
    : ''
  return new RangeError(
    `${who}: expected a prefix of keys in ${at.file}, got ${quote(prefix)}; ${there}${near}`,
  )
}
