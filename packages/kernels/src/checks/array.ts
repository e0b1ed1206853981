import { describeValue } from '../arguments.ts'
import type { FloatArray, RecurrentSpec } from '../contract/recurrent.ts'

/** @throws TypeError on another element type than the spec's, RangeError unless there are `length` elements */
export function checkArray(spec: RecurrentSpec, what: string, array: FloatArray, length: number): void {
  const dtype =
    array instanceof Float32Array
      ? 'float32'
      : array instanceof Float64Array
        ? 'float64'
        : describeValue(array)
  if (dtype !== spec.dtype) throw new TypeError(`${what}: expected ${spec.dtype}, got ${dtype}`)
  if (array.length !== length)
    throw new RangeError(`${what}: expected ${length} elements, got ${array.length}`)
}
