import type { Counters } from './counters.ts'
import type { MatrixNode } from './graph.ts'
import type { GateLayout } from './packDirection.ts'
import type { ResidentMatrix } from './residentMatrix.ts'

/** The backends, which are also the modes of createGpu. */
export type BackendName = 'webgpu' | 'webgl2' | 'headlessgl'

/** The adapter that computes. */
export interface AdapterInfo {
  /** As the driver describes it, e.g. `ANGLE (NVIDIA, NVIDIA GeForce RTX 4070 ...)`. */
  readonly description: string
  /** Whether the processor computes in place of a GPU, as with SwiftShader and llvmpipe; null if that is unknown. */
  readonly software: boolean | null
  /** Largest width and height of a texture (WebGL), null on WebGPU. */
  readonly maxTextureSize: number | null
  /** Largest buffer in bytes (WebGPU), null on WebGL. */
  readonly maxBufferBytes: number | null
}

/** Runs graphs on one adapter, through one gpu.js instance. */
export interface Backend {
  readonly name: BackendName
  readonly adapter: AdapterInfo
  readonly counters: Counters
  /** The order of gates in the weights that its kernels read. */
  readonly gateLayout: GateLayout
  /** Why it cannot run any more; null while it can. */
  readonly lost: string | null
  /**
   * Computes the roots, each as a fresh array `(rows, columns)`, in one transfer.
   * @throws GpuLostError, GpuLimitError
   */
  run(roots: readonly MatrixNode[]): Promise<Float32Array[]>
  /** Frees what the device holds of a matrix. */
  release(matrix: ResidentMatrix): void
  /** Frees everything. */
  destroy(): Promise<void>
}
