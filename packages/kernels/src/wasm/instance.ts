import type { FloatArray, FloatDType } from '../contract/recurrent.ts'
import { compileBuild } from './binary.ts'
import { BlockAllocator } from './blockAllocator.ts'
import { aligned } from './blockPlan.ts'
import type { Exports } from './generated/assembly.ts'
import { memoryPages } from './generated/builds.ts'
import type { WasmKernels } from './support.ts'
import type { Threads } from './threadProtocol.ts'

/** Bytes of a page of memory. */
const pageBytes = 65536

/** Blocks end a page before 4 GiB: kernels compute the address after a block, which must not wrap around to 0. */
export const mostBytes: number = (memoryPages.maximum - 1) * pageBytes

/** The memory grows by its own size more than it must, but by no more than this: growing takes a call of the system. */
const mostGrowthBytes = 16 * 1024 * 1024

/** What the binaries import. */
export interface Imports {
  readonly memory: WebAssembly.Memory
  readonly narrow: 0 | 1
}

/** What can leave the memory. */
interface Movable {
  moveOut(): void
}

/** One WebAssembly instance with its memory. */
export class WasmInstance {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  /** Whether threads can share the memory. */
  readonly isShared: boolean
  readonly imports: Imports
  readonly exports: Exports
  /** What is asked to leave the memory when there is no more room. */
  readonly movable: Set<Movable> = new Set()
  readonly #blocks: BlockAllocator
  #threads: Threads | null = null
  #superseded = false

  /** @param shared whether the memory can be shared with threads */
  constructor({ variant, narrow }: WasmKernels, shared = false) {
    this.module = compileBuild(variant, shared)
    this.isShared = shared
    this.memory = new WebAssembly.Memory({ ...memoryPages, shared })
    this.imports = { memory: this.memory, narrow: narrow ? 1 : 0 }
    const { exports } = new WebAssembly.Instance(this.module, { env: { ...this.imports } })
    // The compiler cannot check this. But `Exports` was made from the same program as the module.
    this.exports = exports as unknown as Exports
    this.#blocks = new BlockAllocator(aligned(this.exports.heapBase()), (end) => this.#growTo(end))
  }

  /** Bytes handed out and not released yet. */
  get allocatedBytes(): number {
    return this.#blocks.allocatedBytes
  }

  /** Other threads that compute on the same memory; null where there are none. */
  get threads(): Threads | null {
    return this.#threads
  }

  /** How many threads compute, this one included. */
  get threadCount(): number {
    return this.#threads?.count ?? 1
  }

  /** Computes with these threads from now on, and stops those it had. */
  useThreads(threads: Threads | null): void {
    this.#threads?.stop()
    this.#threads = threads
  }

  /** True once the engine uses another instance: what is packed here still runs, but should be packed there. */
  get superseded(): boolean {
    return this.#superseded
  }

  /** Says that the engine uses another instance from now on. */
  supersede(): void {
    this.#superseded = true
  }

  /**
   * A block of the memory, aligned to cache lines. Growing the memory detaches views made before.
   * @throws RangeError where the memory cannot grow that far: WebAssembly ends at 4 GiB
   */
  allocate(bytes: number): number {
    const size = aligned(Math.max(bytes, 1))
    const address = this.#blocks.allocate(size) ?? this.#allocateMoving(size)
    if (address !== null) return address
    throw new RangeError(
      `wasm engine: ${bytes} bytes cannot be allocated: ${this.allocatedBytes} are in use, and WebAssembly memory ends at 4 GiB; ` +
        'dispose() of modules and streams gives theirs back, shorter sequences and smaller batches need less',
    )
  }

  /** Moves out everything that can leave, and allocates then. */
  #allocateMoving(bytes: number): number | null {
    for (const each of [...this.movable]) each.moveOut()
    return this.#blocks.allocate(bytes)
  }

  /** A block that `fill` has filled. It is given back if `fill` throws. */
  allocateFilled(bytes: number, fill: (address: number) => void): number {
    const address = this.allocate(bytes)
    try {
      fill(address)
    } catch (error) {
      this.release(address)
      throw error
    }
    return address
  }

  release(address: number): void {
    this.#blocks.release(address)
  }

  /** Takes a block out of use for good: a thread that was given up may still write there. */
  abandon(address: number): void {
    this.#blocks.abandon(address)
  }

  /** A view of `length` elements, valid until the memory grows. */
  floats(dtype: FloatDType, address: number, length: number): FloatArray {
    const { buffer } = this.memory
    return dtype === 'float32'
      ? new Float32Array(buffer, address, length)
      : new Float64Array(buffer, address, length)
  }

  /** A view of `length` 32-bit integers, valid until the memory grows. */
  integers(address: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, length)
  }

  #growTo(end: number): boolean {
    if (end > mostBytes) return false
    const { byteLength } = this.memory.buffer
    if (end <= byteLength) return true
    const generous = Math.min(end + Math.min(byteLength, mostGrowthBytes), mostBytes)
    return this.#growBy(generous - byteLength) || this.#growBy(end - byteLength)
  }

  #growBy(bytes: number): boolean {
    try {
      this.memory.grow(Math.ceil(bytes / pageBytes))
      return true
    } catch {
      return false
    }
  }
}
