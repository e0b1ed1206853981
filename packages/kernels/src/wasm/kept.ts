/**
 * Blocks of up to so many bytes are kept for the next use of their shape: planning one, and taking its memory, costs as much as some
 * timesteps.
 */
export const mostKeptBytes: number = 512 * 1024

/** A block of wasm memory that was planned for calls of one shape. */
interface Planned<Shape> {
  readonly byteLength: number
  hasShape(shape: Shape): boolean
  dispose(): void
}

/** The last small block that was used with some weights. */
export class Kept<Shape, Block extends Planned<Shape>> {
  readonly #weights: { readonly disposed: boolean }
  readonly #make: (shape: Shape) => Block
  #block: Block | null = null

  constructor(weights: { readonly disposed: boolean }, make: (shape: Shape) => Block) {
    this.#weights = weights
    this.#make = make
  }

  /** A block for this shape: the one that was kept if it has this shape, else a new one. @throws RangeError if the memory has no room for it */
  take(shape: Shape): Block {
    const block = this.#block
    if (block === null || !block.hasShape(shape)) return this.#make(shape)
    this.#block = null
    return block
  }

  /** Keeps a block for the next use of its shape, instead of the one before. A block that is too large is disposed. */
  keep(block: Block): void {
    if (this.#weights.disposed || block.byteLength > mostKeptBytes) {
      block.dispose()
      return
    }
    this.#block?.dispose()
    this.#block = block
  }

  dispose(): void {
    this.#block?.dispose()
    this.#block = null
  }
}
