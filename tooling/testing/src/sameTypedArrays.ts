type TypedArray = ArrayBufferView & ArrayLike<number | bigint>

/**
 * Tells Vitest whether two typed arrays are equal, as `toEqual` does, many times faster: it walks their elements with an iterator
 * and compares each as if it might be anything.
 * @returns undefined where they are not two arrays of the same type
 */
export function sameTypedArrays(a: unknown, b: unknown): boolean | undefined {
  if (!isTypedArray(a) || !isTypedArray(b) || a.constructor !== b.constructor) return undefined
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false
  return true
}

function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
}
