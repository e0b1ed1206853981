/**
 * Hands out blocks of a memory of bytes that can grow: the first gap that is large enough, else new memory at the end.
 * What it knows of blocks and gaps is kept outside of that memory, so nothing written there can damage it. Blocks may have any
 * size.
 */
export class BlockAllocator {
  /** Gaps between the blocks, by address; no two of them touch. */
  readonly #gaps: Gap[] = []
  /** Sizes of the blocks, by address. */
  readonly #blocks = new Map<number, number>()
  readonly #grow: (end: number) => boolean
  /** Blocks and gaps end here. */
  #end: number

  /**
   * @param start address of the first block
   * @param grow makes the memory reach to an address; false where it cannot
   */
  constructor(start: number, grow: (end: number) => boolean) {
    this.#end = start
    this.#grow = grow
  }

  /** Bytes handed out and not released yet. */
  get allocatedBytes(): number {
    let sum = 0
    for (const bytes of this.#blocks.values()) sum += bytes
    return sum
  }

  /** @returns the block's address; null where the memory cannot grow that far */
  allocate(bytes: number): number | null {
    const index = this.#gaps.findIndex(({ from, to }) => to - from >= bytes)
    const gap = this.#gaps[index]
    if (gap === undefined) return this.#append(bytes)
    const address = gap.from
    gap.from += bytes
    if (gap.from === gap.to) this.#gaps.splice(index, 1)
    this.#blocks.set(address, bytes)
    return address
  }

  /** @throws RangeError where no block begins at `address` */
  release(address: number): void {
    const bytes = this.#blocks.get(address)
    if (bytes === undefined) throw new RangeError(`wasm engine: nothing is allocated at ${address}`)
    this.#blocks.delete(address)
    const end = address + bytes
    const index = this.#gapAfter(address)
    const before = this.#gaps[index - 1]
    const after = this.#gaps[index]
    if (before?.to === address && after?.from === end) {
      before.to = after.to
      this.#gaps.splice(index, 1)
    } else if (before?.to === address) before.to = end
    else if (after?.from === end) after.from = address
    else this.#gaps.splice(index, 0, { from: address, to: end })
  }

  /** Takes a block out of use for good: its memory is never handed out again. */
  abandon(address: number): void {
    this.#blocks.delete(address)
  }

  #append(bytes: number): number | null {
    const last = this.#gaps.at(-1)
    const address = last?.to === this.#end ? last.from : this.#end
    if (!this.#grow(address + bytes)) return null
    if (address < this.#end) this.#gaps.pop()
    this.#end = address + bytes
    this.#blocks.set(address, bytes)
    return address
  }

  /** Index of the first gap behind `address`. */
  #gapAfter(address: number): number {
    let low = 0
    let high = this.#gaps.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#gaps[middle]?.from ?? 0) < address) low = middle + 1
      else high = middle
    }
    return low
  }
}

interface Gap {
  from: number
  to: number
}
