const proxies = new WeakMap<object, object>()
const targets = new WeakMap<object, object>()

/**
 * A proxy like that of Vue's `reactive`: it also wraps every object, array and Map that it hands out, but not typed arrays and
 * functions. Methods of a Map run on the Map itself.
 */
export function nestedProxy<T extends object>(target: T): T {
  const wrapped = proxies.get(target) ?? wrap(target)
  // A proxy has the type of its target.
  return wrapped as T
}

function wrap(target: object): object {
  const proxy = new Proxy(target, {
    get(object, key, receiver) {
      if (object instanceof Map) {
        const member: unknown = Reflect.get(object, key)
        return typeof member === 'function' ? member.bind(object) : member
      }
      const value: unknown = Reflect.get(object, key, receiver)
      const tag = Object.prototype.toString.call(value)
      if (
        typeof value !== 'object' ||
        value === null ||
        !/Object|Array|Map\]$/.test(tag) ||
        ArrayBuffer.isView(value)
      ) {
        return value
      }
      return nestedProxy(value)
    },
    set(object, key, value, receiver) {
      const raw = typeof value === 'object' && value !== null ? (targets.get(value) ?? value) : value
      return Reflect.set(object, key, raw, receiver)
    },
  })
  proxies.set(target, proxy)
  targets.set(proxy, target)
  return proxy
}
