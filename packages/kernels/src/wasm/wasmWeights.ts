import { checkWeights } from '../checks/weights.ts'
import type {
  DirectionWeights,
  PackedWeights,
  RecurrentInput,
  RecurrentOutput,
  RecurrentSpec,
} from '../contract/recurrent.ts'
import { BackwardRoom, type RoomShape } from './backwardRoom.ts'
import type { CallShape } from './callShape.ts'
import type { WasmInstance } from './instance.ts'
import { type DirectionsLayout, type MatrixName, packDirections, planDirections } from './packDirections.ts'
import { Recording } from './recording.ts'
import { outputOf, type RecordedOutput, type RunnableWeights, runCall, shapeOf } from './runCall.ts'
import { TransposedWeights } from './transposedWeights.ts'
import { WasmCall } from './wasmCall.ts'

/**
 * Calls of up to so many bytes are kept for the next one of their shape: planning one, and taking its memory, costs as much as some
 * timesteps.
 */
export const mostKeptBytes: number = 512 * 1024

/**
 * Packed weights: one block of wasm memory. Beside it are the last small calls that ran with them, recorded and not, the last
 * recording, and small room for walks back.
 */
export class WasmWeights implements PackedWeights, RunnableWeights {
  readonly spec: RecurrentSpec
  readonly instance: WasmInstance
  readonly #layout: DirectionsLayout
  readonly #transposed: TransposedWeights
  #address: number | null
  /** Which weights there are in each direction: biases may be missing. */
  #given: readonly Given[]
  #version = 0
  readonly #kept: { recorded: WasmCall | null; plain: WasmCall | null } = { recorded: null, plain: null }
  #recording: Recording | null = null
  #room: BackwardRoom | null = null

  constructor(instance: WasmInstance, spec: RecurrentSpec, weights: readonly DirectionWeights[]) {
    checkWeights(spec, weights)
    const layout = planDirections(spec)
    this.instance = instance
    this.spec = spec
    this.#layout = layout
    this.#transposed = new TransposedWeights(instance, spec, layout)
    this.#given = weights.map(givenOf)
    this.#address = instance.allocateFilled(layout.byteLength, (base) =>
      packDirections(instance, spec, layout, base, weights),
    )
  }

  /** Grows when the first way back takes transposes of the matrices. */
  get byteLength(): number {
    return this.#layout.byteLength + this.#transposed.byteLength
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
    packDirections(this.instance, this.spec, this.#layout, address, weights, (index, matrix, from) =>
      this.#transposed.update(index, matrix, from),
    )
    this.#given = weights.map(givenOf)
    this.#version++
  }

  /** Whether a direction has a weight. */
  has(index: number, weight: keyof DirectionWeights): boolean {
    return this.#given[index]?.[weight] ?? false
  }

  /** Where the transpose of a matrix is, packed for the way back. @throws RangeError if the memory has no room for it */
  transposed(index: number, matrix: MatrixName): number {
    return this.#transposed.at(index, matrix, this.address)
  }

  run(call: RecurrentInput): RecurrentOutput {
    const running = this.takeCall(shapeOf(call, false))
    const output = runCall(running, call, outputOf)
    this.keepCall(running)
    return output
  }

  record(call: RecurrentInput): RecordedOutput {
    // So that calls of which none goes back need no more memory than one.
    this.#recording?.moveOut()
    return runCall(this.takeCall(shapeOf(call, true)), call, (running) => {
      const output = outputOf(running)
      const recording = new Recording(this.instance, running, call, (used) => this.keepCall(used))
      this.#recording = recording
      return { ...output, recording }
    })
  }

  /** A call of this shape, ready to run: the one that was kept if it has this shape, else a new one. */
  takeCall(shape: CallShape): WasmCall {
    const kind = shape.recorded ? 'recorded' : 'plain'
    const kept = this.#kept[kind]
    if (kept === null || !kept.hasShape(shape)) return new WasmCall(this, shape)
    this.#kept[kind] = null
    try {
      kept.prepare()
    } catch (error) {
      kept.dispose()
      throw error
    }
    return kept
  }

  /** Keeps a call for the next one of its shape, instead of the one before. A call that is too large is disposed. */
  keepCall(call: WasmCall): void {
    if (this.disposed || call.byteLength > mostKeptBytes) {
      call.dispose()
      return
    }
    const kind = call.isRecorded ? 'recorded' : 'plain'
    this.#kept[kind]?.dispose()
    this.#kept[kind] = call
  }

  takeRoom(shape: RoomShape): BackwardRoom {
    const room = this.#room
    if (room === null || !room.hasShape(shape)) return new BackwardRoom(this, shape)
    this.#room = null
    return room
  }

  keepRoom(room: BackwardRoom): void {
    if (this.disposed || room.byteLength > mostKeptBytes) {
      room.release()
      return
    }
    this.#room?.release()
    this.#room = room
  }

  dispose(): void {
    this.#recording?.dispose()
    this.#recording = null
    this.#kept.recorded?.dispose()
    this.#kept.plain?.dispose()
    this.#kept.recorded = this.#kept.plain = null
    this.#room?.release()
    this.#room = null
    this.#transposed.dispose()
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
