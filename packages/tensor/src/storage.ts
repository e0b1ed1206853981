import { describeValue } from '@unroll/kernels'
import type { TypedArray } from './dtype.ts'

/**
 * The memory of a tensor, shared by every view of it.
 *
 * It knows two things about itself that let others keep what they made of it, as a module keeps its weights packed:
 * how often an operation changed it, and whether anybody else may change it without an operation.
 */
export class Storage {
  /**
   * The memory, for reading within these packages: taking it here does not count as handing it out. Whoever gives it
   * to a user, or keeps it, takes {@link data} instead.
   */
  readonly elements: TypedArray
  /** Goes up with every in-place operation, through whichever view. */
  version = 0
  /** True from the first time on that `data` was taken: from then on the elements may change without `version`. */
  isHandedOut = false

  /** @throws TypeError unless `elements` are a typed array */
  constructor(elements: TypedArray) {
    if (!ArrayBuffer.isView(elements)) {
      throw new TypeError(`Storage: expected a typed array, got ${describeValue(elements)}`)
    }
    this.elements = elements
  }

  /** Vue's mark of what it leaves as it is: a proxy would be another storage than the one it stands for. */
  get __v_skip(): true {
    return true
  }

  /** The memory, to do with what one likes: modules compare the elements with what they packed from now on. */
  get data(): TypedArray {
    this.isHandedOut = true
    return this.elements
  }
}
