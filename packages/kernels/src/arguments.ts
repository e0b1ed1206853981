/**
 * The one guard of arguments: every public function of every package names a wrong value by {@link describeValue} and
 * takes its options by {@link optionsOf}.
 */

/** Texts longer than this are cut in messages. */
const longestText = 40

/**
 * What a person calls a value in an error message: `null`, `number 3`, `string "relu"`, `array of 2`, `Map`.
 * A class has the name it was given in source code, unless a bundler shortened it.
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
 * The options of a call with defaults filled in; null and undefined are no options, as an option that is undefined is
 * not given.
 * @param who the function, as messages name it: `LSTM`
 * @param options what the caller handed over
 * @param defaults every option there is, `undefined` where none is needed
 * @param first the option that PyTorch has at the position of `options`, to be named where a bare value came instead
 * @throws TypeError if `options` is no plain object, or has a key that is no option
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

/** True of `{}` and its like, of another realm too; not of arrays, class instances and promises. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || (Object.getPrototypeOf(prototype) === null && !(Symbol.iterator in value))
}

/** Whether a bare value could be that of an option with this default. */
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

/** A value as it stands in source code. */
function literal(value: unknown): string {
  return typeof value === 'string' || Array.isArray(value) ? JSON.stringify(value) : String(value)
}

/** The name that was probably meant: spelled in PyTorch's way, or with at most two letters wrong; null if none is near. */
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

/** Letters to insert, delete or replace (Levenshtein's distance). */
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
