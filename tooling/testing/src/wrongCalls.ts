/** A call that plain JavaScript can make: how it would be written, and what it does. */
export type WrongCall = readonly [code: string, act: () => unknown]

/** How JavaScript engines report mistakes. Our errors must instead say which argument of which function is wrong. */
const engineWords =
  /Cannot (read|set|convert|mix|access|destructure)|is not (a function|iterable|a constructor|defined|an object|extensible)|(undefined|null) is|Invalid (array|typed array) length|Reduce of empty|Class constructor|Illegal|Receiver must be|private (field|member|name)|out of memory|Maximum call stack/i

/**
 * What is wrong with the answer to a wrong call; null if it threw, or rejected with, an error of ours that names the function.
 */
export async function faultOf(act: () => unknown): Promise<string | null> {
  try {
    const result = await act()
    return `was accepted and gave ${String(result)}`
  } catch (error) {
    if (!(error instanceof Error)) return `threw ${String(error)}`
    if (engineWords.test(error.message)) return `was answered in the engine's words: ${error.message}`
    if (!/^([\w.]+: |no memory for )/.test(error.message))
      return `did not name the function: ${error.message}`
    return null
  }
}

/** `new type(...args)`, whatever the types say. */
export function construct(type: object, ...args: readonly unknown[]): unknown {
  if (typeof type !== 'function') throw new Error('construct: expected a class')
  return Reflect.construct(type, args)
}

/** `object[method](...args)`, whatever the types say. */
export function call(object: object, method: string, ...args: readonly unknown[]): unknown {
  const found: unknown = Reflect.get(object, method)
  if (typeof found !== 'function') throw new Error(`call: no method ${method}`)
  return Reflect.apply(found, object, args)
}
