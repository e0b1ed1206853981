import type {
  DirectionWeights,
  RecurrentInput,
  RecurrentOutput,
  RecurrentSpec,
} from '../contract/recurrent.ts'
import { BackwardRoom, type RoomShape } from './backwardRoom.ts'
import type { CallShape } from './callShape.ts'
import type { WasmInstance } from './instance.ts'
import { Kept } from './kept.ts'
import type { MatrixName } from './packDirections.ts'
import { Recording } from './recording.ts'
import { outputOf, runCall, shapeOf } from './runCall.ts'
import type { RecordedOutput, RunnableWeights } from './runnableWeights.ts'
import { TransposedWeights } from './transposedWeights.ts'
import { WasmCall } from './wasmCall.ts'
import type { WasmWeights, WeightsAddition } from './wasmWeights.ts'

/**
 * What training adds to packed weights: their transposes, the last small call that was recorded, the last recording, and small room
 * for walks back. All of it is made on first use, and disposed with the weights.
 */
export class TrainableWeights implements RunnableWeights, WeightsAddition {
  readonly #weights: WasmWeights
  readonly #transposed: TransposedWeights
  readonly #calls: Kept<CallShape, WasmCall>
  readonly #rooms: Kept<RoomShape, BackwardRoom>
  #recording: Recording | null = null

  /** The addition to these weights: the one that they have, else a new one. */
  static of(weights: WasmWeights): TrainableWeights {
    const { addition } = weights
    if (addition instanceof TrainableWeights) return addition
    const own = new TrainableWeights(weights)
    weights.addition = own
    return own
  }

  private constructor(weights: WasmWeights) {
    this.#weights = weights
    this.#transposed = new TransposedWeights(weights.instance, weights.spec, weights.layout)
    this.#calls = new Kept(weights, (shape) => new WasmCall(weights, shape))
    this.#rooms = new Kept(weights, (shape) => new BackwardRoom(weights, shape))
  }

  get spec(): RecurrentSpec {
    return this.#weights.spec
  }

  get instance(): WasmInstance {
    return this.#weights.instance
  }

  get address(): number {
    return this.#weights.address
  }

  get version(): number {
    return this.#weights.version
  }

  get disposed(): boolean {
    return this.#weights.disposed
  }

  /** Grows when the first way back takes transposes of the matrices. */
  get byteLength(): number {
    return this.#transposed.byteLength
  }

  has(index: number, weight: keyof DirectionWeights): boolean {
    return this.#weights.has(index, weight)
  }

  transposed(index: number, matrix: MatrixName): number {
    return this.#transposed.at(index, matrix, this.address)
  }

  update(index: number, matrix: MatrixName, from: number): void {
    this.#transposed.update(index, matrix, from)
  }

  run(call: RecurrentInput): RecurrentOutput {
    return this.#weights.run(call)
  }

  record(call: RecurrentInput): RecordedOutput {
    // So that calls of which none goes back need no more memory than one.
    this.#recording?.moveOut()
    return runCall(this.#calls.take(shapeOf(call, true)), call, (running) => {
      const output = outputOf(running)
      const recording = new Recording(this.instance, running, call, (used) => this.#calls.keep(used))
      this.#recording = recording
      return { ...output, recording }
    })
  }

  takeRoom(shape: RoomShape): BackwardRoom {
    return this.#rooms.take(shape)
  }

  keepRoom(room: BackwardRoom): void {
    this.#rooms.keep(room)
  }

  dispose(): void {
    this.#recording?.dispose()
    this.#recording = null
    this.#calls.dispose()
    this.#rooms.dispose()
    this.#transposed.dispose()
  }
}
