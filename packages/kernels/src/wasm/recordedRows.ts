import type { RecurrentSpec } from '../contract/recurrent.ts'
import { sizesOf } from '../spec/sizes.ts'
import { elementBytes, tapeColumns } from './panels.ts'
import { none } from './partLayout.ts'
import type { Recorded } from './recording.ts'

/** Addresses of the rows of a recorded call, while it is in wasm memory. */
export class RecordedRows {
  readonly #spec: RecurrentSpec
  readonly #recorded: Recorded
  readonly #at: number
  /** Elements of the outputs of a layer: `R * D * P`. */
  readonly #outputs: number
  /** Elements of the tape of a direction. */
  readonly #taped: number

  /** @param at where its areas begin */
  constructor(spec: RecurrentSpec, recorded: Recorded, at: number) {
    const { D, P } = sizesOf(spec)
    const R = recorded.batchSizes.reduce((sum, size) => sum + size, 0)
    this.#spec = spec
    this.#recorded = recorded
    this.#at = at
    this.#outputs = R * D * P
    this.#taped = R * tapeColumns(spec)
  }

  /** What a layer has read, but for dropout. */
  input(layer: number): number {
    return layer === 0 ? this.#address('input') : this.output(layer - 1)
  }

  output(layer: number): number {
    if (layer === this.#spec.numLayers - 1) return this.#address('output')
    return this.#address('between', layer * this.#outputs)
  }

  /** The factors of the outputs of an inner layer. */
  dropout(layer: number): number {
    return this.#address('dropout', layer * this.#outputs)
  }

  /** The tape of a direction; 0 if the gradients of its gates are known. An RNN has none, and nothing is read there. */
  tape(index: number): number {
    if (this.#recorded.factors) return 0
    return this.#address('tape', index * this.#taped) || this.#at
  }

  /** 0 if the area is not there. */
  #address(area: keyof Recorded['layout']['areas'], from: number = 0): number {
    const { areas } = this.#recorded.layout
    if (areas[area] === none) return 0
    return this.#at + areas[area] + from * elementBytes(this.#spec.dtype)
  }
}
