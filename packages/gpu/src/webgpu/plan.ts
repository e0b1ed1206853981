import type { Counters } from '../counters.ts'
import { GpuLimitError } from '../errors.ts'
import { kernelError } from '../gpujs/kernelError.ts'
import { kernelSettings } from '../gpujs/kernelSettings.ts'
import type { Gpu, GpuDevice, GpuJs, Handle, Input, Kernel, Pipeline } from '../gpujs/types.ts'
import type { MatrixNode } from '../graph.ts'
import type { GraphLeaves } from '../graphLeaves.ts'
import type { ResidentMatrix } from '../residentMatrix.ts'
import type { Launch } from './launch.ts'
import { ResidentArguments } from './residentArguments.ts'
import { traceGraph, type Value } from './trace.ts'

/** Kernels count rows in float32, which cannot hold every whole number above this. */
const maxRows = 2 ** 24
/** How many threads a workgroup of gpu.js has in each dimension. */
const workgroup = 8

/** Where the result of a root is in what a pipeline returns. */
interface Result {
  readonly position: number
  readonly column: number
  readonly columns: number
}

/** A gpu.js pipeline for all graphs of one structure. Its arguments are the values from the host, then the weights. */
export class Plan {
  readonly #gpu: Gpu<Handle>
  readonly #device: GpuDevice
  readonly #Input: GpuJs['Input']
  readonly #kernels = new Map<string, Kernel<Handle>>()
  readonly #residents = new ResidentArguments()
  readonly #pipeline: Pipeline
  #results: readonly Result[] = []
  #launches = 0

  constructor(
    gpu: Gpu<Handle>,
    device: GpuDevice,
    input: GpuJs['Input'],
    roots: readonly MatrixNode[],
    { hosts, residents }: GraphLeaves,
  ) {
    this.#gpu = gpu
    this.#device = device
    this.#Input = input
    const leaves: readonly (MatrixNode | ResidentMatrix)[] = [...hosts, ...residents]
    const trace = (...handles: readonly Handle[]): Handle[] => {
      const byLeaf = new Map(leaves.flatMap((leaf, i) => (handles[i] ? [[leaf, handles[i]] as const] : [])))
      this.#launches = 0
      return this.#unique(roots, traceGraph(roots, byLeaf, this.#launch))
    }
    // gpu.js takes the number of arguments from the function's length.
    Object.defineProperty(trace, 'length', { value: leaves.length })
    this.#pipeline = gpu.createPipeline(trace)
  }

  async run({ hosts, residents }: GraphLeaves, counters: Counters): Promise<Float32Array[]> {
    for (const { rows, columns } of [...hosts, ...residents]) this.#checkSize('an argument', rows, columns)
    const device = this.#device
    const sent = (bytes: number): void => {
      counters.weightBytes += bytes
    }
    const input = ({ data, rows, columns }: ResidentMatrix): Input => new this.#Input(data, [columns, rows])
    const weights = residents.map((matrix, i) =>
      this.#residents.argument(this.#pipeline, hosts.length + i, matrix, { device, input, sent }),
    )
    const values = hosts.map(({ data, rows, columns }) => new this.#Input(data, [columns, rows]))
    const returned = await this.#call([...values, ...weights])
    const { executorKind, fallbackReason } = this.#pipeline
    if (executorKind !== 'fused-encoder') throw kernelError('webgpu', fallbackReason ?? executorKind)
    for (const [i, matrix] of residents.entries())
      this.#residents.hold(this.#pipeline, hosts.length + i, matrix)
    counters.launches += this.#launches
    counters.readbacks++
    return this.#results.map((result) => columnsOf(returned, result))
  }

  async #call(args: readonly (Input | number)[]): Promise<unknown> {
    try {
      return await this.#pipeline(...args)
    } catch (error) {
      throw error instanceof GpuLimitError ? error : kernelError('webgpu', error)
    }
  }

  /** Forgets a matrix that was disposed. */
  forget(matrix: ResidentMatrix): void {
    this.#residents.forget(matrix)
  }

  dispose(): void {
    // The pipeline destroys its own copies of the kernels; these here were their models.
    void this.#pipeline.destroy().then(() => this.#residents.dispose())
    for (const kernel of this.#kernels.values()) kernel.destroy()
    this.#kernels.clear()
  }

  readonly #launch: Launch = (source, { rows, columns }, args) => {
    this.#checkSize('an intermediate result', rows, columns)
    const key = `${rows}x${columns} ${source}`
    let kernel = this.#kernels.get(key)
    if (!kernel) {
      kernel = this.#gpu.createKernel(source, kernelSettings(source, [columns, rows], 'wgsl'))
      this.#kernels.set(key, kernel)
    }
    this.#launches++
    return kernel(...args)
  }

  /** The handles that the pipeline returns, each once. */
  #unique(roots: readonly MatrixNode[], values: readonly Value[]): Handle[] {
    const handles = [...new Set(values.map(({ handle }) => handle))]
    this.#results = values.map(({ handle, column }, i) => ({
      position: handles.indexOf(handle),
      column,
      columns: roots[i]?.columns ?? 0,
    }))
    return handles
  }

  #checkSize(what: string, rows: number, columns: number): void {
    const { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupsPerDimension } =
      this.#device.limits
    const [bytes, most] = [rows * columns * 4, Math.min(maxStorageBufferBindingSize, maxBufferSize)]
    const remedy = 'run fewer sequences or timesteps at once'
    if (bytes > most) {
      throw new GpuLimitError(
        `webgpu: ${what} of shape (${rows}, ${columns}) takes ${bytes} bytes, but a buffer of this adapter at most ${most}; ${remedy}`,
      )
    }
    const threads = Math.min(maxRows, maxComputeWorkgroupsPerDimension * workgroup)
    if (rows > threads || columns > threads) {
      throw new GpuLimitError(
        `webgpu: ${what} of shape (${rows}, ${columns}) is longer than the ${threads} rows or columns of this adapter; ${remedy}`,
      )
    }
  }
}

/** Some columns of one of the results that a pipeline returned, each an array of rows. */
function columnsOf(returned: unknown, { position, column, columns }: Result): Float32Array {
  const rows: unknown = Array.isArray(returned) ? returned[position] : undefined
  if (!Array.isArray(rows)) throw new Error('webgpu: expected gpu.js to return rows of numbers')
  const result = new Float32Array(rows.length * columns)
  rows.forEach((row: unknown, i) => {
    if (!(row instanceof Float32Array)) throw new Error('webgpu: expected a row to be a Float32Array')
    result.set(row.subarray(column, column + columns), i * columns)
  })
  return result
}
