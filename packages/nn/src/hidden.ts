/**
 * Private state of an object. Comparisons, clones, consoles and the search for parameters do not see it. It is a
 * property of the object, so that a proxy around the object (Vue's `reactive`) has the same state. The property holds a
 * function: such proxies wrap every object that they return, and engines and packed weights do not work when they are
 * wrapped.
 *
 * @param name shown by developer tools
 * @param make creates the state, on first use
 */
export function hidden<State>(name: string, make: () => State): (owner: object) => State {
  const key = Symbol(name)
  return (owner) => {
    const held: unknown = Reflect.get(owner, key)
    if (typeof held === 'function') return held()
    const state = make()
    // Configurable: otherwise a proxy has to return exactly this value.
    Reflect.defineProperty(owner, key, { value: () => state, configurable: true })
    return state
  }
}
