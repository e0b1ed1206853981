import type { DirectionWeights, PackedWeights, RecurrentSpec } from '@unroll/kernels'
import { checkWeights } from '@unroll/kernels/checks'
import { layerInputSize, sizesOf } from '@unroll/kernels/spec'
import type { ResidentDirection } from './graph.ts'
import { type GateLayout, gateChannels, packDirection } from './packDirection.ts'
import { ResidentMatrix } from './residentMatrix.ts'

/** The weights of a recurrent stack, in the layout of packDirection. */
export class GpuWeights implements PackedWeights {
  readonly spec: RecurrentSpec
  readonly byteLength: number
  readonly stale = false
  /** The engine that packed them. */
  readonly owner: object
  /** Which biases each direction has. */
  readonly biases: readonly { readonly ih: boolean; readonly hh: boolean }[]
  readonly #layout: GateLayout
  readonly #release: (matrix: ResidentMatrix) => void
  readonly #onDispose: (weights: GpuWeights) => void
  #directions: readonly ResidentDirection[]
  #version = 0
  #disposed = false

  /**
   * @param from the engine, and what it does when the weights are disposed
   * @throws RangeError on arrays of another size than `spec` asks for
   * @throws TypeError on float64, in which GPUs do not compute
   */
  constructor(
    spec: RecurrentSpec,
    weights: readonly DirectionWeights[],
    layout: GateLayout,
    from: {
      readonly owner: object
      readonly release: (matrix: ResidentMatrix) => void
      readonly onDispose: (weights: GpuWeights) => void
    },
  ) {
    if (spec.dtype !== 'float32') {
      throw new TypeError(
        `gpu.pack: expected weights of float32, got ${spec.dtype}; convert the module, module.to('float32'), or let ` +
          'the wasm engine run it, module.to(wasm)',
      )
    }
    this.spec = spec
    this.owner = from.owner
    this.#layout = layout
    this.#release = from.release
    this.#onDispose = from.onDispose
    this.#directions = this.#pack(weights)
    this.biases = weights.map(({ biasIh, biasHh }) => ({ ih: biasIh !== null, hh: biasHh !== null }))
    this.byteLength = this.#matrices().reduce((sum, { data }) => sum + data.byteLength, 0)
  }

  /** @throws Error if they were disposed */
  get directions(): readonly ResidentDirection[] {
    this.#check()
    return this.#directions
  }

  get version(): number {
    return this.#version
  }

  /** Calls that are running go on with the weights they began with. */
  update(weights: readonly DirectionWeights[]): void {
    this.#check()
    const directions = this.#pack(weights)
    for (const matrix of this.#matrices()) matrix.dispose()
    this.#directions = directions
    this.#version++
  }

  get disposed(): boolean {
    return this.#disposed
  }

  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    this.#onDispose(this)
    for (const matrix of this.#matrices()) matrix.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #check(): void {
    if (this.#disposed) throw new Error('recurrent: these weights were disposed; pack them again')
  }

  #pack(weights: readonly DirectionWeights[]): ResidentDirection[] {
    const { spec } = this
    checkWeights(spec, weights)
    const sizes = sizesOf(spec)
    const { D, G, H, P } = sizes
    const channels = gateChannels(spec.mode, this.#layout)
    const columns = channels === 4 ? H : G * H
    return weights.map((direction, index) => {
      const packed = packDirection(spec.mode, H, this.#layout, direction)
      const K = layerInputSize(sizes, Math.floor(index / D))
      return {
        input: new ResidentMatrix(packed.input, { rows: K + 1, columns, channels }, this.#release),
        hidden: new ResidentMatrix(packed.hidden, { rows: P + 1, columns, channels }, this.#release),
        projection:
          packed.projection && new ResidentMatrix(packed.projection, { rows: H, columns: P }, this.#release),
      }
    })
  }

  #matrices(): ResidentMatrix[] {
    return this.#directions.flatMap(({ input, hidden, projection }) =>
      projection ? [input, hidden, projection] : [input, hidden],
    )
  }
}
