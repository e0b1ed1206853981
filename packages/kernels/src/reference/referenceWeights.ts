import type { DirectionWeights, PackedWeights, RecurrentSpec } from '../engine.ts'
import { checkWeights } from '../layout.ts'

/** A plain copy: the reference engine reads PyTorch's layout as it is. */
export class ReferenceWeights implements PackedWeights {
  readonly spec: RecurrentSpec
  readonly byteLength: number
  readonly stale = false
  #directions: readonly DirectionWeights[] | null

  constructor(spec: RecurrentSpec, weights: readonly DirectionWeights[]) {
    checkWeights(spec, weights)
    this.spec = spec
    const copies = weights.map((w) => ({
      weightIh: w.weightIh.slice(),
      weightHh: w.weightHh.slice(),
      biasIh: w.biasIh?.slice() ?? null,
      biasHh: w.biasHh?.slice() ?? null,
      weightHr: w.weightHr?.slice() ?? null,
    }))
    this.byteLength = copies
      .flatMap((w) => Object.values(w))
      .reduce((sum, a) => sum + (a?.byteLength ?? 0), 0)
    this.#directions = copies
  }

  /** @throws TypeError unless the reference engine packed them */
  static of(weights: PackedWeights): ReferenceWeights {
    if (weights instanceof ReferenceWeights) return weights
    throw new TypeError('recurrent: these weights were packed by another engine than reference')
  }

  get disposed(): boolean {
    return this.#directions === null
  }

  get directions(): readonly DirectionWeights[] {
    if (this.#directions === null) throw new Error('recurrent: these weights were disposed; pack them again')
    return this.#directions
  }

  dispose(): void {
    this.#directions = null
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
