import { numelOf, type Strided, sameSizes } from './strided/strided.ts'

/**
 * What a tensor pointed at and held at one moment; {@link TensorSnapshot.matches} tells whether it still does. For
 * whoever keeps something made of a tensor's elements, as a module keeps its weights packed into an engine.
 *
 * As long as nobody took the tensor's array, every change counts up a version, and a snapshot is a few numbers. An
 * array that was taken (`data`, or the typed array given to `tensor`) may change unseen, so of such the elements are
 * copied and compared. A copy rather than a hash: comparing is exact, takes less than half the time (a hash that
 * does not miss changed signs needs several operations a word), and costs memory only of arrays that users hold too.
 * One MiB, the weights of 4x256x256, takes 0.2 ms a comparison.
 *
 * @example
 * const snapshot = new TensorSnapshot(weight)    // before the elements are read
 * const packed = engine.pack(elementsOf(weight))
 * if (!snapshot.matches(weight)) pack again, with a new snapshot
 */
export class TensorSnapshot {
  private readonly source: Strided
  private readonly version: number
  /** The memory from the first element to the last, as it is now and as it was; null if nobody could write to it. */
  private readonly live: Words | null
  private readonly copy: Words | null

  constructor(tensor: Strided) {
    const { storage, shape, strides, offset, dtype } = tensor
    this.source = { storage, shape, strides, offset, dtype }
    this.version = storage.version
    this.live = storage.isHandedOut ? wordsOf(this.source) : null
    this.copy = this.live?.slice() ?? null
  }

  /**
   * True if `tensor` is the same view of the same memory with the same elements. False once after its array was
   * taken for the first time, as nobody knows what was done with it. Allocates nothing.
   */
  matches(tensor: Strided): boolean {
    const { source, live, copy } = this
    const { storage } = tensor
    if (
      storage !== source.storage ||
      storage.version !== this.version ||
      tensor.offset !== source.offset ||
      tensor.dtype !== source.dtype ||
      !sameSizes(tensor.shape, source.shape) ||
      !sameSizes(tensor.strides, source.strides)
    ) {
      return false
    }
    if (!storage.isHandedOut) return true
    return live !== null && copy !== null && sameWords(live, copy)
  }
}

/** Bits, so that a NaN equals itself and 0 differs from -0. */
type Words = Int32Array | Uint8Array

function wordsOf({ storage, shape, strides, offset }: Strided): Words {
  const { buffer, byteOffset, BYTES_PER_ELEMENT: size } = storage.elements
  const last = shape.reduce((sum, count, dim) => sum + (count - 1) * (strides[dim] ?? 0), offset)
  const count = numelOf(shape) === 0 ? 0 : last - offset + 1
  const start = byteOffset + offset * size
  return size % 4 === 0
    ? new Int32Array(buffer, start, (count * size) / 4)
    : new Uint8Array(buffer, start, count * size)
}

function sameWords(live: Words, copy: Words): boolean {
  // Memory of WebAssembly that has grown leaves views of length 0 behind.
  if (live.length !== copy.length) return false
  for (let i = 0; i < copy.length; i++) if (live[i] !== copy[i]) return false
  return true
}
