import type {
  DirectionWeights,
  RecurrentInput,
  RecurrentOutput,
  RecurrentSpec,
} from '../contract/recurrent.ts'
import { layerInputSize, sizesOf } from '../spec/sizes.ts'
import { BackwardRoom, type RoomShape } from './backwardRoom.ts'
import { directionRecord } from './generated/assembly.ts'
import type { WasmInstance } from './instance.ts'
import type { MatrixName } from './packDirections.ts'
import { recordBytes } from './record.ts'
import { Recording } from './recording.ts'
import { outputOf, runCall, shapeOf } from './runCall.ts'
import type { RecordedOutput, RunnableWeights } from './runnableWeights.ts'
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

  transposed(_index: number, matrix: MatrixName): number {
    return this.#weights.transposed(this.#index, matrix)
  }

  takeRoom(shape: RoomShape): BackwardRoom {
    return new BackwardRoom(this, shape)
  }

  keepRoom(room: BackwardRoom): void {
    room.dispose()
  }

  run(call: RecurrentInput): RecurrentOutput {
    const running = new WasmCall(this, shapeOf(call, false))
    const output = runCall(running, call, outputOf)
    running.dispose()
    return output
  }

  record(call: RecurrentInput): RecordedOutput {
    return runCall(new WasmCall(this, shapeOf(call, true)), call, (running) => ({
      ...outputOf(running),
      recording: new Recording(this.instance, running, call, (used) => used.dispose()),
    }))
  }
}
