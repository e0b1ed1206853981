/** What a person calls a value in an error message: `null`, `number 3`, `Map`. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value !== 'object') return `${typeof value} ${String(value)}`
  return value.constructor?.name ?? 'object'
}
