import { checkWeights } from '../checks/weights.ts'
import type { DirectionWeights, PackedWeights, RecurrentSpec } from '../contract/recurrent.ts'
import { layerInputSize, sizesOf } from '../spec/sizes.ts'

/** A plain copy: the reference engine reads PyTorch's layout. */
export class ReferenceWeights implements PackedWeights {
  readonly spec: RecurrentSpec
  readonly byteLength: number
  readonly stale = false
  #directions: readonly DirectionWeights[] | null
  #version = 0

  constructor(spec: RecurrentSpec, weights: readonly DirectionWeights[]) {
    this.spec = spec
    const directions = copied(spec, weights)
    this.#directions = directions
    this.byteLength = directions
      .flatMap((direction) => Object.values(direction))
      .reduce((sum, array) => sum + (array?.byteLength ?? 0), 0)
  }

  /** @throws TypeError unless the reference engine packed them */
  static of(weights: PackedWeights): ReferenceWeights {
    if (weights instanceof ReferenceWeights) return weights
    throw new TypeError('recurrent: these weights were packed by another engine than reference')
  }

  get disposed(): boolean {
    return this.#directions === null
  }

  get version(): number {
    return this.#version
  }

  get directions(): readonly DirectionWeights[] {
    if (this.#directions === null) throw disposedWeights()
    return this.#directions
  }

  /** A copy of the weights of one direction of one layer, as a layer with one direction. */
  direction(index: number): ReferenceWeights {
    const { spec } = this
    const sizes = sizesOf(spec)
    const inputSize = layerInputSize(sizes, Math.floor(index / sizes.D))
    const own: RecurrentSpec = { ...spec, inputSize, numLayers: 1, bidirectional: false }
    return new ReferenceWeights(own, this.directions.slice(index, index + 1))
  }

  update(weights: readonly DirectionWeights[]): void {
    if (this.disposed) throw disposedWeights()
    this.#directions = copied(this.spec, weights)
    this.#version++
  }

  dispose(): void {
    this.#directions = null
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

function copied(spec: RecurrentSpec, weights: readonly DirectionWeights[]): DirectionWeights[] {
  checkWeights(spec, weights)
  return weights.map((w) => ({
    weightIh: w.weightIh.slice(),
    weightHh: w.weightHh.slice(),
    biasIh: w.biasIh?.slice() ?? null,
    biasHh: w.biasHh?.slice() ?? null,
    weightHr: w.weightHr?.slice() ?? null,
  }))
}

function disposedWeights(): Error {
  return new Error('recurrent: these weights were disposed; pack them again')
}
