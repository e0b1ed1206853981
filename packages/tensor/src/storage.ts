import { describeValue } from '@unroll/kernels'
import type { TypedArray } from './dtype.ts'

/**
 * The memory of a tensor, shared by every view of it.
 *
 * It knows two things that others need who keep something made from it, as a module keeps its weights packed: how often operations
 * changed it, and whether users may change it without an operation.
 */
export class Storage {
  /**
   * The memory, for reading within these packages. Reading it here does not mark it as handed out. Code that gives it to users, or
   * keeps it, must use {@link data} instead.
   */
  readonly elements: TypedArray
  /** Counts the in-place operations, through any view. */
  version = 0
  /** True once `data` was handed out: from then on the elements may change without `version`. */
  isHandedOut = false

  /** @throws TypeError unless `elements` are a typed array */
  constructor(elements: TypedArray) {
    if (!ArrayBuffer.isView(elements)) {
      throw new TypeError(`Storage: expected a typed array, got ${describeValue(elements)}`)
    }
    this.elements = elements
  }

  /** Vue's mark for objects that it must not wrap: a proxy would be another storage. */
  get __v_skip(): true {
    return true
  }

  /** The memory, to read and write. From now on modules compare the elements with what they packed. */
  get data(): TypedArray {
    this.isHandedOut = true
    return this.elements
  }
}
