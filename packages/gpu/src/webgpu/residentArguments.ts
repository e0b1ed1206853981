import { property } from '../gpujs/property.ts'
import type { GpuBuffer, GpuDevice, Input, Pipeline } from '../gpujs/types.ts'
import type { ResidentMatrix } from '../residentMatrix.ts'

interface Region {
  readonly buffer: GpuBuffer
}

/**
 * Weights of a pipeline that stay on the device between calls.
 *
 * gpu.js sends every argument of a pipeline with every call. Its executor keeps a buffer for each in a map and fills those
 * it finds there; a buffer taken out of the map keeps what it holds and is bound still. This is the only place that
 * knows so. It is checked when first used, and tests count the bytes sent.
 */
export class ResidentArguments {
  /** By position of the argument: its buffer, and what that holds. */
  readonly #held = new Map<number, { readonly buffer: GpuBuffer; matrix: ResidentMatrix | null }>()
  #executor: unknown = null

  /**
   * What to pass for argument `index`: the matrix where it has to be sent, else a number nobody looks at.
   * @param sent called with the bytes that go to the device
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

  /** After a call: what it sent stays. */
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

  /** Does not keep `matrix` any longer. */
  forget(matrix: ResidentMatrix): void {
    for (const held of this.#held.values()) if (held.matrix === matrix) held.matrix = null
  }

  /** Gives the buffers back. */
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
