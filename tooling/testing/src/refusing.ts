/**
 * An object with the properties of another one, whose functions throw and are noted: to stand where nobody may ask.
 *
 * @example
 * const { object, asked } = refusing(reference)
 * setDefaultEngine(object)
 */
export function refusing<T extends object>(like: T): { readonly object: T; readonly asked: string[] } {
  const asked: string[] = []
  const object = new Proxy(like, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver)
      if (typeof member !== 'function') return member
      return () => {
        asked.push(String(name))
        throw new Error(`${String(name)} was refused`)
      }
    },
  })
  return { object, asked }
}
