import type { DirectionWeights, FloatArray, RecurrentInput } from '../contract/recurrent.ts'
import type { TapeWeights } from '../tape/recorder.ts'
import type { CallWeights } from './callPlan.ts'
import type { CallShape } from './callShape.ts'
import type { TransposedMatrix } from './transposedWeights.ts'
import type { WasmCall } from './wasmCall.ts'

/** Packed weights that sequences are run with, forth and back. */
export interface RunnableWeights extends TapeWeights, CallWeights {
  /** Whether a direction has a weight: biases may be missing. */
  has(index: number, weight: keyof DirectionWeights): boolean
  /** Where the transpose of a matrix is, packed for the way back. @throws RangeError if the memory has no room for it */
  transposed(index: number, matrix: TransposedMatrix): number
  /**
   * Runs a call that was checked.
   * @param recorded whether what the way back needs is returned too
   */
  run(call: RecurrentInput, recorded: boolean): RecordedResults
}

/** The results of a call as fresh arrays. The last two are empty unless the call is recorded. */
export interface RecordedResults {
  readonly output: FloatArray
  readonly hn: FloatArray
  readonly cn: FloatArray | null
  readonly cells: FloatArray | null
  /** `(numLayers - 1, R, D * P)` */
  readonly between: FloatArray
  /** `(numLayers * D, R, tape columns)` */
  readonly tape: FloatArray
}

export function shapeOf(call: RecurrentInput, recorded: boolean): CallShape {
  const { batchSizes, batchFirst = false, dropout, returnCells = false } = call
  return { batchSizes, batchFirst, dropoutLength: dropout?.length ?? 0, returnCells, recorded }
}

/** Runs a call in the room that was made for it, which is disposed if that throws. */
export function runCall(running: WasmCall, call: RecurrentInput): RecordedResults {
  try {
    running.input.set(call.input)
    running.setState(call.h0, call.c0)
    if (call.dropout) running.dropout?.set(call.dropout)
    running.run()
    const { output, h, c, cells, between, tape } = running
    return {
      output: output.slice(),
      hn: h.slice(),
      cn: c?.slice() ?? null,
      cells: cells?.slice() ?? null,
      between: between.slice(),
      tape: tape.slice(),
    }
  } catch (error) {
    running.dispose()
    throw error
  }
}
