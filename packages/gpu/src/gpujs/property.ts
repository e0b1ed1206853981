/** A property of what may be anything; undefined where it can have none. */
export function property(of: unknown, name: string): unknown {
  return (typeof of === 'object' && of !== null) || typeof of === 'function'
    ? Reflect.get(of, name)
    : undefined
}
