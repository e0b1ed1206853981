import type { FloatArray, FloatDType } from '../engine.ts'
import { compileBuild } from './binary.ts'
import type { WasmKernels } from './support.ts'
import type { ThreadPool } from './threadPool.ts'

/** As in scripts/buildWasm.mjs; 65,536 pages of 64 KiB are the 4 GiB an address can reach. */
const memoryPages = { initial: 2, maximum: 65536 }

/** Addresses and sizes are plain numbers of bytes or elements, as assembly/index.ts says. */
export interface Exports {
  allocate(bytes: number): number
  release(address: number): void
  packPanelsF32: PackPanels
  packPanelsF64: PackPanels
  recurrentF32(call: number): void
  recurrentF64(call: number): void
  matmulF32: Matmul
  matmulF64: Matmul
  packRowsF32: PackRows
  packRowsF64: PackRows
  mapF32: MapElements
  mapF64: MapElements
  zipF32: ZipElements
  zipF64: ZipElements
  softmaxF32: Softmax
  softmaxF64: Softmax
}

type PackPanels = (
  to: number,
  from: number,
  depth: number,
  units: number,
  gates: number,
  columnStride: number,
  kStride: number,
) => void

type PackRows = (to: number, from: number, depth: number, columns: number) => void

type Matmul = (
  out: number,
  a: number,
  b: number,
  bias: number,
  tile: number,
  padded: number,
  rows: number,
  depth: number,
  columns: number,
) => void

type MapElements = (operation: number, a: number, count: number) => void

type ZipElements = (operation: number, a: number, b: number, count: number) => void

type Softmax = (logarithm: number, x: number, rows: number, columns: number) => void

/** Cache lines, and so panels, start at multiples of this. */
const alignment = 64

/** What the binaries take from outside. */
export interface Imports {
  readonly memory: WebAssembly.Memory
  readonly narrow: 0 | 1
}

/** One WebAssembly instance with its memory: made at once. */
export class WasmInstance {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly imports: Imports
  readonly exports: Exports
  /** Threads that compute on the same memory; null where there are none. */
  threads: ThreadPool | null = null
  /** True once the engine uses another instance: what is packed here runs still, but should be packed there. */
  superseded = false
  /** By aligned address: what the allocator gave. */
  readonly #areas = new Map<number, { readonly raw: number; readonly bytes: number }>()

  /** @param shared whether the memory can be shared with threads */
  constructor({ variant, narrow }: WasmKernels, shared = false) {
    this.module = compileBuild(variant, shared)
    this.memory = new WebAssembly.Memory({ ...memoryPages, shared })
    this.imports = { memory: this.memory, narrow: narrow ? 1 : 0 }
    const { exports } = new WebAssembly.Instance(this.module, { env: { ...this.imports } })
    // The one place where the compiler must believe us: the exports are those of assembly/index.ts.
    this.exports = exports as unknown as Exports
  }

  /** Runs a call whose record is at an address, on this thread. */
  recurrent(dtype: FloatDType, record: number): void {
    if (dtype === 'float32') this.exports.recurrentF32(record)
    else this.exports.recurrentF64(record)
  }

  /** Bytes handed out and not released yet. */
  get allocatedBytes(): number {
    let sum = 0
    for (const { bytes } of this.#areas.values()) sum += bytes
    return sum
  }

  /**
   * An area of the memory, aligned to cache lines. Growing the memory detaches views made before.
   * @throws RangeError where the memory cannot grow that far: WebAssembly ends at 4 GiB
   */
  allocate(bytes: number): number {
    let raw: number
    try {
      raw = this.exports.allocate(bytes + alignment) >>> 0
    } catch (cause) {
      throw new RangeError(
        `wasm engine: ${bytes} bytes cannot be allocated; WebAssembly memory ends at 4 GiB`,
        { cause },
      )
    }
    const address = Math.ceil(raw / alignment) * alignment
    this.#areas.set(address, { raw, bytes })
    return address
  }

  release(address: number): void {
    const area = this.#areas.get(address)
    if (area === undefined) throw new RangeError(`wasm engine: nothing is allocated at ${address}`)
    this.#areas.delete(address)
    this.exports.release(area.raw)
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
}

/** Adds up areas that are then allocated as one block: `reserve` gives an area's offset in it. */
export class BlockPlan {
  #bytes = 0

  get byteLength(): number {
    return this.#bytes
  }

  reserve(bytes: number): number {
    const offset = this.#bytes
    this.#bytes += Math.ceil(bytes / alignment) * alignment
    return offset
  }
}
