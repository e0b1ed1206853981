import { recordOf } from './operands.ts'
import { numelOf, sameSizes, type Walk } from './strided/strided.ts'
import type { Tensor } from './tensor.ts'

/**
 * The view and elements of a tensor at one moment. {@link TensorSnapshot.matches} tells whether they are still the same. It is for
 * code that keeps something made from a tensor's elements, as a module keeps its weights packed into an engine.
 *
 * Every change by an operation counts up a version, so a snapshot is usually a few numbers. But an array that was handed out (`data`,
 * or the typed array given to `tensor`) may change unseen, so its elements are copied and compared. A copy is better than a hash:
 * comparing is exact, takes less than half the time (a hash that does not miss changed signs needs several operations a word), and
 * costs memory only for arrays that users hold, too. Comparing one MiB, the weights of 4x256x256, takes 0.2 ms.
 *
 * @example
 * const bias = zeros([2])
 * const snapshot = new TensorSnapshot(bias)   // before the elements are read
 * const packed = Array.from(elementsOf(bias))
 * snapshot.matches(bias)   // true
 * bias.fill_(1)
 * snapshot.matches(bias)   // false: what was made from it is out of date
 */
export class TensorSnapshot {
  private readonly source: Walk
  private readonly version: number
  /** The memory from the first element to the last, as it is and as it was; null if users could not write to it. */
  private readonly live: Words | null
  private readonly copy: Words | null

  /** @throws TypeError unless `tensor` is one */
  constructor(tensor: Tensor) {
    this.source = recordOf('TensorSnapshot', 'its argument', tensor)
    const { storage } = this.source
    this.version = storage.version
    this.live = storage.isHandedOut ? wordsOf(this.source) : null
    this.copy = this.live?.slice() ?? null
  }

  /**
   * True if `tensor` is the same view of the same memory with the same elements. False once after its array was handed out for the
   * first time, because it may have been changed. Allocates nothing.
   */
  matches(tensor: Tensor): boolean {
    const { source, live, copy } = this
    const { storage } = source
    if (!isSameWalk(recordOf('TensorSnapshot', 'what it is compared with', tensor), source)) return false
    if (storage.version !== this.version) return false
    if (!storage.isHandedOut) return true
    return live !== null && copy !== null && sameWords(live, copy)
  }
}

function isSameWalk(a: Walk, b: Walk): boolean {
  if (a === b) return true
  const isSameMemory = a.storage === b.storage && a.offset === b.offset && a.dtype === b.dtype
  return isSameMemory && sameSizes(a.shape, b.shape) && sameSizes(a.strides, b.strides)
}

/** Compares bits, so that a NaN equals itself and 0 differs from -0. */
type Words = Int32Array | Uint8Array

function wordsOf({ storage, shape, strides, offset }: Walk): Words {
  const { buffer, byteOffset, BYTES_PER_ELEMENT: size } = storage.elements
  const last = shape.reduce((sum, count, dim) => sum + (count - 1) * (strides[dim] ?? 0), offset)
  const count = numelOf(shape) === 0 ? 0 : last - offset + 1
  const start = byteOffset + offset * size
  return size % 4 === 0
    ? new Int32Array(buffer, start, (count * size) / 4)
    : new Uint8Array(buffer, start, count * size)
}

function sameWords(live: Words, copy: Words): boolean {
  // When WebAssembly memory grows, older views of it get length 0.
  if (live.length !== copy.length) return false
  for (let i = 0; i < copy.length; i++) if (live[i] !== copy[i]) return false
  return true
}
