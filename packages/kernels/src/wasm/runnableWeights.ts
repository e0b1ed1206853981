import type { DirectionWeights, RecurrentInput, RecurrentOutput } from '../contract/recurrent.ts'
import type { TapeWeights } from '../tape/recorder.ts'
import type { BackwardRoom, RoomShape } from './backwardRoom.ts'
import type { CallWeights } from './callPlan.ts'
import type { MatrixName } from './packDirections.ts'
import type { Recording } from './recording.ts'

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
