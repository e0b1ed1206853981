/**
 * State that belongs to an object but is not to be seen: comparisons, clones, consoles and the discovery of parameters pass
 * over it. It hangs on the object, so that a proxy around the object (Vue's `reactive`) has the same. It stands behind a
 * function, because such proxies wrap every object they hand out, and engines and packed weights do not work wrapped.
 *
 * @param name that developer tools show
 * @param make the state an object starts with, on first use
 */
export function hidden<State>(name: string, make: () => State): (owner: object) => State {
  const key = Symbol(name)
  return (owner) => {
    const held: unknown = Reflect.get(owner, key)
    if (typeof held === 'function') return held()
    const state = make()
    // Configurable, or a proxy would have to hand out the very value.
    Reflect.defineProperty(owner, key, { value: () => state, configurable: true })
    return state
  }
}
