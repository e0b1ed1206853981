import type { Counters } from './counters.ts'
import type { MatrixNode } from './graph.ts'
import type { GateLayout } from './packDirection.ts'
import type { ResidentMatrix } from './residentMatrix.ts'

export type BackendName = 'webgpu' | 'webgl2' | 'headlessgl'

/** What computes. */
export interface AdapterInfo {
  /** As the driver describes it, e.g. `ANGLE (NVIDIA, NVIDIA GeForce RTX 4070 ...)`. */
  readonly description: string
  /** True if the processor plays the adapter's part, as SwiftShader and llvmpipe do; null where nothing tells. */
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
  /** How it wants the gates of weights to lie. */
  readonly gateLayout: GateLayout
  /** Why nothing can run any more, null while it can. */
  readonly lost: string | null
  /**
   * Computes the roots, each as a fresh array `(rows, columns)`, in one transfer.
   * @throws GpuLostError, GpuLimitError
   */
  run(roots: readonly MatrixNode[]): Promise<Float32Array[]>
  /** Gives back what is held of a matrix. */
  release(matrix: ResidentMatrix): void
  /** Gives everything back. */
  destroy(): Promise<void>
}
