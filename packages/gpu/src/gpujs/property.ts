/** A property of a value of any type; undefined if the value cannot have properties. */
export function property(of: unknown, name: string): unknown {
  return (typeof of === 'object' && of !== null) || typeof of === 'function'
    ? Reflect.get(of, name)
    : undefined
}
