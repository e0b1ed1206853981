/**
 * Checks of arguments for all packages. Every public function names a wrong value with {@link describeValue} and reads
 * its options with {@link optionsOf}.
 */

/** Longer texts are cut in messages. */
const longestText = 40

/**
 * Describes a value for an error message: `null`, `number 3`, `string "relu"`, `array of 2`, `Map`.
 * A class has its name in the source code, unless a bundler shortened it.
 */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') {
    return `string ${JSON.stringify(value.length > longestText ? `${value.slice(0, longestText)}...` : value)}`
  }
  if (typeof value === 'function') return value.name === '' ? 'a function' : `function ${value.name}`
  if (typeof value !== 'object') return `${typeof value} ${String(value)}`
  if (Array.isArray(value)) return `array of ${value.length}`
  if (isPromise(value)) return 'a promise; await it first'
  const name: unknown = value.constructor?.name
  return typeof name === 'string' && name !== '' ? name : 'object'
}

/**
 * The options of a call, with defaults filled in. Options of null or undefined mean none, and an option that is
 * undefined is not given.
 * @param who the function, as messages name it: `LSTM`
 * @param options what the caller passed
 * @param defaults every option; `undefined` for one without a default
 * @param first the option that PyTorch takes at the position of `options`; the message names it if a bare value came
 * @throws TypeError if `options` is not a plain object, or has an unknown key
 *
 * @example
 * const { bias, dtype } = optionsOf('Linear', { bias: false }, { bias: true, dtype: 'float32' }, 'bias')
 * dtype   // 'float32'
 */
export function optionsOf<Options extends object>(
  who: string,
  options: Partial<Options> | null | undefined,
  defaults: Options,
  first?: keyof Options & string,
): Options {
  if (options === null || options === undefined) return defaults
  if (!isPlainObject(options)) {
    const known = Object.keys(defaults)
    const remedy =
      first !== undefined && isLike(options, defaults[first])
        ? `write { ${first}: ${literal(options)} }`
        : `its options are ${known.join(', ')}`
    throw new TypeError(
      `${who}: expected options to be a plain object, got ${describeValue(options)}; ${remedy}`,
    )
  }
  const all: Options = { ...defaults }
  for (const key of Object.keys(options)) {
    if (!isKeyOf(defaults, key)) {
      const known = Object.keys(defaults)
      const near = nearest(key, known)
      throw new TypeError(
        `${who}: expected options among ${known.join(', ')}, got ${key}` +
          (near === null ? '' : `; did you mean ${near}?`),
      )
    }
    const value = (options as Partial<Options>)[key]
    if (value !== undefined) all[key] = value as Options[typeof key]
  }
  return all
}

/** True for `{}` and the like, from another realm too; false for arrays, class instances and promises. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || (Object.getPrototypeOf(prototype) === null && !(Symbol.iterator in value))
}

/** True if a bare value could belong to an option with this default. */
function isLike(value: unknown, standard: unknown): boolean {
  if (standard === undefined || standard === null) return typeof value !== 'object' || Array.isArray(value)
  return typeof value === typeof standard && Array.isArray(value) === Array.isArray(standard)
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

function isKeyOf<T extends object>(object: T, key: PropertyKey): key is keyof T {
  return Object.hasOwn(object, key)
}

/** A value as it is written in source code. */
function literal(value: unknown): string {
  return typeof value === 'string' || Array.isArray(value) ? JSON.stringify(value) : String(value)
}

/**
 * The name that was probably meant: `key` is PyTorch's spelling of it, or has at most two wrong letters. Null if there
 * is none.
 */
function nearest(key: string, names: readonly string[]): string | null {
  const plain = (name: string): string => name.replaceAll('_', '').toLowerCase()
  const same = names.find((name) => plain(name) === plain(key))
  if (same !== undefined) return same
  const [best] = names
    .map((name) => ({ name, edits: editDistance(plain(name), plain(key)) }))
    .filter(({ name, edits }) => edits <= 2 && edits < name.length / 2)
    .sort((a, b) => a.edits - b.edits)
  return best?.name ?? null
}

/** How many letters to insert, delete or replace (Levenshtein distance). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
