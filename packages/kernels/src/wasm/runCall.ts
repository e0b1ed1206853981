import type { DirectionWeights, RecurrentInput, RecurrentOutput } from '../contract/recurrent.ts'
import type { TapeWeights } from '../tape/recorder.ts'
import type { BackwardRoom, RoomShape } from './backwardRoom.ts'
import type { CallWeights } from './callPlan.ts'
import type { CallShape } from './callShape.ts'
import type { MatrixName } from './packDirections.ts'
import type { Recording } from './recording.ts'
import type { WasmCall } from './wasmCall.ts'

/** Packed weights that sequences are run with, forth and back. */
export interface RunnableWeights extends TapeWeights, CallWeights {
  /** Whether a direction has a weight: biases may be missing. */
  has(index: number, weight: keyof DirectionWeights): boolean
  /** Where the transpose of a matrix is, packed for the way back. @throws RangeError if the memory has no room for it */
  transposed(index: number, matrix: MatrixName): number
  /** Room for a walk back, to be kept or abandoned after it. @throws RangeError if the memory has none */
  takeRoom(shape: RoomShape): BackwardRoom
  /** Keeps the room for the next walk of its shape, or gives it back. */
  keepRoom(room: BackwardRoom): void
  /** Runs a call that was checked. */
  run(call: RecurrentInput): RecurrentOutput
  /** The same, and returns what the way back needs too. */
  record(call: RecurrentInput): RecordedOutput
}

/** The results of a call, and what the way back needs. */
export interface RecordedOutput extends Required<RecurrentOutput> {
  readonly recording: Recording
}

export function shapeOf(call: RecurrentInput, recorded: boolean): CallShape {
  const { batchSizes, batchFirst = false, dropout, returnCells = false } = call
  return { batchSizes, batchFirst, dropoutLength: dropout?.length ?? 0, returnCells, recorded }
}

/** Runs a call in the room that was made for it, and reads the results. The room is disposed if that throws. */
export function runCall<Output>(
  running: WasmCall,
  call: RecurrentInput,
  read: (running: WasmCall) => Output,
): Output {
  try {
    running.input.set(call.input)
    running.setState(call.h0, call.c0)
    if (call.dropout) running.dropout?.set(call.dropout)
    running.run()
    return read(running)
  } catch (error) {
    running.dispose()
    throw error
  }
}

export function outputOf({ output, h, c, cells }: WasmCall): Required<RecurrentOutput> {
  return {
    output: output.slice(),
    hn: h.slice(),
    cn: c?.slice() ?? null,
    cells: cells?.slice() ?? null,
  }
}
