import { property } from '../gpujs/property.ts'
import type { GpuBuffer, GpuDevice, Input, Pipeline } from '../gpujs/types.ts'
import type { ResidentMatrix } from '../residentMatrix.ts'

/** How gpu.js's executor holds the buffer of an argument. */
interface Region {
  readonly buffer: GpuBuffer
}

/**
 * Weights of a pipeline that stay on the device between calls.
 *
 * gpu.js sends every argument of a pipeline with every call. Its executor has a map with a buffer for each argument, and
 * writes to the buffers in that map. A buffer that is taken out of the map keeps its content and is still bound. Only
 * this file uses that. It checks that gpu.js works so, and tests count the bytes that are sent.
 */
export class ResidentArguments {
  /** The buffer of each argument, by its position, and the matrix it holds. */
  readonly #held = new Map<number, { readonly buffer: GpuBuffer; matrix: ResidentMatrix | null }>()
  #executor: unknown = null

  /**
   * What to pass as argument `index`: the matrix if it must be sent, else a number that is not read.
   * @param sent called with the number of bytes that are sent
   */
  argument(
    pipeline: Pipeline,
    index: number,
    matrix: ResidentMatrix,
    {
      device,
      input,
      sent,
    }: { device: GpuDevice; input: (matrix: ResidentMatrix) => Input; sent: (bytes: number) => void },
  ): Input | number {
    if (executorOf(pipeline) !== this.#executor) this.dispose()
    const held = this.#held.get(index)
    if (held?.matrix === matrix) return 0
    sent(matrix.data.byteLength)
    if (!held) return input(matrix)
    device.queue.writeBuffer(held.buffer, 0, matrix.data)
    held.matrix = matrix
    return 0
  }

  /** Keeps what a call has sent. */
  hold(pipeline: Pipeline, index: number, matrix: ResidentMatrix): void {
    if (this.#held.has(index)) return
    this.#executor = executorOf(pipeline)
    const regions: unknown = property(this.#executor, '_argRegions')
    const region: unknown = regions instanceof Map ? regions.get(index) : undefined
    if (!(regions instanceof Map) || !isRegion(region)) {
      throw new Error(`WebGPU plan: expected gpu.js 2.24.1 to keep argument ${index} in a buffer of its own`)
    }
    regions.delete(index)
    this.#held.set(index, { buffer: region.buffer, matrix })
  }

  /** Stops keeping `matrix`. */
  forget(matrix: ResidentMatrix): void {
    for (const held of this.#held.values()) if (held.matrix === matrix) held.matrix = null
  }

  /** Frees the buffers. */
  dispose(): void {
    for (const { buffer } of this.#held.values()) buffer.destroy()
    this.#held.clear()
  }
}

function executorOf(pipeline: Pipeline): unknown {
  return property(pipeline.pipeline, '_executor')
}

function isRegion(value: unknown): value is Region {
  return typeof property(property(value, 'buffer'), 'destroy') === 'function'
}
