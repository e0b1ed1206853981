import type { AdapterInfo, Backend } from '../backend.ts'
import { type Counters, newCounters } from '../counters.ts'
import { GpuLostError, GpuUnavailableError } from '../errors.ts'
import { provideGl } from '../gpujs/providePeer.ts'
import type { Gpu, GpuJs, Texture } from '../gpujs/types.ts'
import type { MatrixNode } from '../graph.ts'
import { ResidentMatrix } from '../residentMatrix.ts'
import { type Answer, answerOf, rowsOf } from './answer.ts'
import { checkSizes } from './checkSizes.ts'
import { GlContext } from './glContext.ts'
import { GlGraph } from './glGraph.ts'
import { GlLauncher } from './glLauncher.ts'
import { type GlMatrix, GlRun } from './glRun.ts'
import { gridOf } from './grid.ts'
import { upload, upload4 } from './sources.ts'

/** The WebGL backends: gpu.js kernels are launched one by one, and all results are read back in one texture. */
export class GlBackend implements Backend {
  readonly name: 'webgl2' | 'headlessgl'
  readonly gateLayout = 'interleaved'
  readonly adapter: AdapterInfo
  readonly counters: Counters = newCounters()
  readonly #context: GlContext
  readonly #gpu: Gpu<Texture>
  readonly #launcher: GlLauncher
  readonly #weights = new Map<ResidentMatrix, GlMatrix>()
  #destroyed = false
  #tail: Promise<unknown> = Promise.resolve()

  /** @throws GpuUnavailableError if there is no context, or it computes wrong numbers */
  static async start(js: GpuJs, name: 'webgl2' | 'headlessgl'): Promise<GlBackend> {
    if (name === 'headlessgl') await provideGl(js)
    const backend = new GlBackend(js, name)
    await backend.#prove()
    return backend
  }

  private constructor(js: GpuJs, name: 'webgl2' | 'headlessgl') {
    this.name = name
    this.#context = new GlContext(js, name)
    this.adapter = this.#context.adapter
    // gpu.js resizes the canvas it is given to the largest texture; its own would take memory for that.
    const canvas = { width: 1, height: 1 }
    try {
      this.#gpu = new js.GPU<Texture>({ mode: name, canvas, context: this.#context.gl })
    } catch (error) {
      throw new GpuUnavailableError(
        `${name}: expected an adapter that computes, got ${this.adapter.description}, which cannot (${String(error)})`,
        { cause: error },
      )
    }
    this.#launcher = new GlLauncher(this.#gpu, js, this.counters, name === 'webgl2' ? 'glsl300' : 'glsl100')
  }

  get lost(): string | null {
    if (this.#destroyed) return 'the engine was disposed'
    return this.#context.lost ? 'the context was lost' : null
  }

  run(roots: readonly MatrixNode[]): Promise<Float32Array[]> {
    const result = this.#tail.then(() => this.#run(roots))
    this.#tail = result.catch(() => {})
    return result
  }

  async #run(roots: readonly MatrixNode[]): Promise<Float32Array[]> {
    this.#check()
    const run = new GlRun(this.#context, this.#launcher, (matrix) => this.#weight(matrix))
    const graph = new GlGraph(run, roots)
    try {
      checkSizes(roots, graph)
      const answer = answerOf(
        roots.map((root) => graph.gridOf(root)),
        this.#context.maxTextureSize,
      )
      const arrays = await this.#read(graph, answer, roots)
      // A lost context computes zeros and reports no error.
      this.#check()
      return arrays
    } catch (error) {
      this.#check()
      throw error
    } finally {
      if (this.lost === null) this.#launcher.finish()
    }
  }

  /** Computes the roots, copies them into one texture and reads that. */
  async #read(graph: GlGraph, answer: Answer, roots: readonly MatrixNode[]): Promise<Float32Array[]> {
    const textures = roots.map((root) => graph.matrix(root).texture)
    const whole = graph.run.blank(answer)
    for (const [i, place] of answer.places.entries()) {
      const texture = textures[i]
      if (texture) this.#context.copy(texture, whole, place)
    }
    const pixels = await this.#context.read(whole)
    this.counters.readbacks++
    return answer.places.map((place) => rowsOf(pixels, answer, place))
  }

  release(matrix: ResidentMatrix): void {
    const texture = this.#weights.get(matrix)?.texture
    this.#weights.delete(matrix)
    if (texture && this.lost === null) this.#context.delete(texture)
  }

  async destroy(): Promise<void> {
    await this.#tail
    if (this.lost === null) {
      for (const { texture } of this.#weights.values()) this.#context.delete(texture)
      this.#launcher.destroy()
    }
    this.#weights.clear()
    this.#destroyed = true
    this.#context.destroy()
  }

  /** Weights on the device, sent when they are first used: four numbers in a texel, or one. */
  #weight(matrix: ResidentMatrix): GlMatrix {
    const held = this.#weights.get(matrix)
    if (held) return held
    const { rows, columns, channels, data } = matrix
    const grid = gridOf(rows, columns, this.#context.maxTextureSize)
    const launcher = this.#launcher
    const source = channels === 4 ? upload4 : upload(grid)
    // A texture higher than the matrix would be filled from beyond the end of the array: zeros are added.
    const padded =
      grid.height > rows && grid.across === 1 ? new Float32Array(grid.height * columns * channels) : data
    if (padded !== data) padded.set(data)
    const texture = launcher.launch(source, grid, [launcher.input(padded, columns * channels)])
    this.counters.weightBytes += data.byteLength
    const made = { texture, grid }
    // The weights were disposed or updated while this run waited, so nobody would free a texture that is kept.
    if (matrix.disposed) return made
    launcher.keep(texture)
    this.#weights.set(matrix, made)
    return made
  }

  /**
   * Checks that the adapter computes in float32: some drivers accept float textures and compute with fewer bits. The
   * product below needs all 24 bits, and has sums that are infinite and NaN.
   */
  async #prove(): Promise<void> {
    const release = (): void => {}
    const weights = new ResidentMatrix(
      Float32Array.of(1, 0, 0.5, 0, 0, 16777215),
      { rows: 3, columns: 2 },
      release,
    )
    const data = Float32Array.of(8388607, 1, 3, 5, Infinity, 1)
    const input = { kind: 'host', data, rows: 3, columns: 2 } as const
    const [got] = await this.#run([{ kind: 'affine', input, weights, rows: 3, columns: 2 }])
    this.release(weights)
    const want = [8388607.5, 16777215, 5.5, 16777215, Infinity, Number.NaN]
    if (got && want.every((value, i) => Object.is(got[i], value))) return
    await this.destroy()
    throw new GpuUnavailableError(
      `${this.name}: ${this.adapter.description} does not compute in float32: expected ${want.join(', ')}, got ${got?.join(', ')}`,
    )
  }

  #check(): void {
    if (this.lost === null) return
    throw new GpuLostError(
      `${this.name}: ${this.lost}; await gpu.restore() starts anew, and modules send their weights again`,
    )
  }
}
