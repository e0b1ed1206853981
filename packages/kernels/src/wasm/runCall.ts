import type { RecurrentInput, RecurrentOutput } from '../contract/recurrent.ts'
import type { CallShape } from './callShape.ts'
import type { WasmCall } from './wasmCall.ts'

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
    running.prepare()
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
