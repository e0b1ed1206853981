import type {
  DirectionWeights,
  RecurrentInput,
  RecurrentOutput,
  RecurrentSpec,
} from '../contract/recurrent.ts'
import { layerInputSize, sizesOf } from '../spec/sizes.ts'
import { directionRecord } from './generated/assembly.ts'
import type { WasmInstance } from './instance.ts'
import { recordBytes } from './record.ts'
import {
  outputOf,
  type RecordedOutput,
  type RunnableWeights,
  recordedOf,
  runCall,
  shapeOf,
} from './runCall.ts'
import type { TransposedMatrix } from './transposedWeights.ts'
import { WasmCall } from './wasmCall.ts'

/** One direction of one layer of packed weights, as a layer with one direction. The weights stay where they are. */
export class WasmDirection implements RunnableWeights {
  readonly spec: RecurrentSpec
  readonly instance: WasmInstance
  readonly #weights: RunnableWeights
  readonly #index: number

  constructor(weights: RunnableWeights, index: number) {
    const sizes = sizesOf(weights.spec)
    const inputSize = layerInputSize(sizes, Math.floor(index / sizes.D))
    this.spec = { ...weights.spec, inputSize, numLayers: 1, bidirectional: false }
    this.instance = weights.instance
    this.#weights = weights
    this.#index = index
  }

  get disposed(): boolean {
    return this.#weights.disposed
  }

  get version(): number {
    return this.#weights.version
  }

  /** The address of its record, in the table of directions. */
  get address(): number {
    return this.#weights.address + this.#index * recordBytes(directionRecord)
  }

  has(_index: number, weight: keyof DirectionWeights): boolean {
    return this.#weights.has(this.#index, weight)
  }

  transposed(_index: number, matrix: TransposedMatrix): number {
    return this.#weights.transposed(this.#index, matrix)
  }

  run(call: RecurrentInput): RecurrentOutput {
    return this.#run(call, false, outputOf)
  }

  record(call: RecurrentInput): RecordedOutput {
    return this.#run(call, true, recordedOf)
  }

  #run<Output>(call: RecurrentInput, recorded: boolean, read: (running: WasmCall) => Output): Output {
    const running = new WasmCall(this, shapeOf(call, recorded))
    const output = runCall(running, call, read)
    running.dispose()
    return output
  }
}
