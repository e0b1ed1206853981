import { cacheLineBytes } from './generated/assembly.ts'

/** Adds up areas that are then allocated as one block: `reserve` gives an area's offset in it. */
export class BlockPlan {
  #bytes = 0

  get byteLength(): number {
    return this.#bytes
  }

  reserve(bytes: number): number {
    const offset = this.#bytes
    this.#bytes += aligned(bytes)
    return offset
  }
}

/** `bytes` rounded up to whole cache lines: blocks and areas start at one. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / cacheLineBytes) * cacheLineBytes
}
