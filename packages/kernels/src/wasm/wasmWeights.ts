import { checkWeights } from '../checks/weights.ts'
import type {
  DirectionWeights,
  PackedWeights,
  RecurrentInput,
  RecurrentOutput,
  RecurrentSpec,
} from '../contract/recurrent.ts'
import type { CallShape } from './callShape.ts'
import type { WasmInstance } from './instance.ts'
import { Kept } from './kept.ts'
import { type DirectionsLayout, type MatrixName, packDirections, planDirections } from './packDirections.ts'
import { outputOf, runCall, shapeOf } from './runCall.ts'
import { WasmCall } from './wasmCall.ts'

/** What stays with packed weights for something that they do not do themselves: see trainableWeights.ts. */
export interface WeightsAddition {
  /** Bytes of wasm memory that it holds. */
  readonly byteLength: number
  /** Is called for each matrix of an update, while it lies at `from` in wasm memory as PyTorch stores it. */
  update(index: number, matrix: MatrixName, from: number): void
  dispose(): void
}

/** Packed weights: one block of wasm memory, beside which stays the last small call that ran with them. */
export class WasmWeights implements PackedWeights {
  readonly spec: RecurrentSpec
  readonly instance: WasmInstance
  readonly layout: DirectionsLayout
  addition: WeightsAddition | null = null
  #address: number | null
  /** Which weights there are in each direction: biases may be missing. */
  #given: readonly Given[]
  #version = 0
  readonly #kept: Kept<CallShape, WasmCall>

  constructor(instance: WasmInstance, spec: RecurrentSpec, weights: readonly DirectionWeights[]) {
    checkWeights(spec, weights)
    const layout = planDirections(spec)
    this.instance = instance
    this.spec = spec
    this.layout = layout
    this.#given = weights.map(givenOf)
    this.#address = instance.allocateFilled(layout.byteLength, (base) =>
      packDirections(instance, spec, layout, base, weights),
    )
    this.#kept = new Kept(this, (shape) => new WasmCall(this, shape))
  }

  get byteLength(): number {
    return this.layout.byteLength + (this.addition?.byteLength ?? 0)
  }

  get disposed(): boolean {
    return this.#address === null
  }

  get stale(): boolean {
    return this.instance.superseded
  }

  /** Where the table of directions is: at the start of the block. */
  get address(): number {
    if (this.#address === null) throw new Error('recurrent: these weights were disposed; pack them again')
    return this.#address
  }

  get version(): number {
    return this.#version
  }

  update(weights: readonly DirectionWeights[]): void {
    const { address } = this
    checkWeights(this.spec, weights)
    packDirections(this.instance, this.spec, this.layout, address, weights, (index, matrix, from) =>
      this.addition?.update(index, matrix, from),
    )
    this.#given = weights.map(givenOf)
    this.#version++
  }

  /** Whether a direction has a weight. */
  has(index: number, weight: keyof DirectionWeights): boolean {
    return this.#given[index]?.[weight] ?? false
  }

  /** Runs a call that was checked. */
  run(call: RecurrentInput): RecurrentOutput {
    const running = this.#kept.take(shapeOf(call, false))
    const output = runCall(running, call, outputOf)
    this.#kept.keep(running)
    return output
  }

  dispose(): void {
    this.addition?.dispose()
    this.#kept.dispose()
    if (this.#address !== null) this.instance.release(this.#address)
    this.#address = null
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

type Given = { readonly [weight in keyof DirectionWeights]: boolean }

function givenOf({ biasIh, biasHh, weightHr }: DirectionWeights): Given {
  return {
    weightIh: true,
    weightHh: true,
    biasIh: biasIh !== null,
    biasHh: biasHh !== null,
    weightHr: weightHr !== null,
  }
}
