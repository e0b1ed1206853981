/** How values are shown where code of the site prints them: in Node and in every browser alike. */

/** Longer arrays are cut. */
const mostElements = 100

/** What `console.log` shows for its arguments. */
export function formatAll(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === 'string' ? value : format(value))).join(' ')
}

/** One value: a tensor and a module as PyTorch prints them, everything else as consoles do. */
export function format(value: unknown, depth = 0): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "\\'")}'`
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value === 'function') return `[Function: ${value.name}]`
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (hasOwnText(value)) return String(value)
  if (depth > 3) return Array.isArray(value) ? '[...]' : '{...}'
  const of = (inner: unknown): string => format(inner, depth + 1)
  if (Array.isArray(value)) return list('', value, of)
  if (ArrayBuffer.isView(value) && Symbol.iterator in value) {
    const array = value as unknown as ArrayLike<unknown>
    return list(`${value.constructor.name}(${array.length}) `, array, of)
  }
  if (value instanceof Map) {
    return braces(
      `Map(${value.size}) `,
      [...value].map(([key, entry]) => `${of(key)} => ${of(entry)}`),
    )
  }
  if (value instanceof Set) return braces(`Set(${value.size}) `, [...value].map(of))
  const name = Object.getPrototypeOf(value)?.constructor?.name
  const entries = Object.entries(value).map(([key, entry]) => `${key}: ${of(entry)}`)
  return braces(name === undefined || name === 'Object' ? '' : `${name} `, entries)
}

/** Tensors, modules and their like say what they are by `toString`. */
function hasOwnText(value: object): boolean {
  const text: unknown = Reflect.get(value, 'toString')
  const builtIn = [Object, Array, Map, Set, Promise].some((kind) => text === kind.prototype.toString)
  return typeof text === 'function' && !builtIn && !ArrayBuffer.isView(value)
}

function list(prefix: string, values: ArrayLike<unknown>, of: (value: unknown) => string): string {
  const shown = Array.from({ length: Math.min(values.length, mostElements) }, (_, i) => of(values[i]))
  if (values.length > mostElements) shown.push(`... ${values.length - mostElements} more`)
  if (shown.length === 0) return `${prefix}[]`
  const line = shown.join(', ')
  return line.includes('\n') ? `${prefix}[\n${indented(shown)}\n]` : `${prefix}[${line}]`
}

function braces(prefix: string, entries: readonly string[]): string {
  if (entries.length === 0) return `${prefix}{}`
  const line = entries.join(', ')
  return line.length > 90 || line.includes('\n')
    ? `${prefix}{\n${indented(entries)}\n}`
    : `${prefix}{ ${line} }`
}

function indented(entries: readonly string[]): string {
  return entries.map((entry) => `  ${entry.replaceAll('\n', '\n  ')}`).join(',\n')
}
