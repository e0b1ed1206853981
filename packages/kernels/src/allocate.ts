import type { FloatArray, FloatDType } from './contract/recurrent.ts'

/**
 * A zeroed array of `dtype`.
 * @throws RangeError if the runtime has no memory for it
 */
export function allocate(dtype: FloatDType, length: number): FloatArray {
  try {
    return dtype === 'float32' ? new Float32Array(length) : new Float64Array(length)
  } catch (cause) {
    throw new RangeError(`no memory for ${length} elements of ${dtype}`, { cause })
  }
}
