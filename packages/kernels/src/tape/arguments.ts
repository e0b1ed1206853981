import type { RecurrentInput } from '../contract/recurrent.ts'
import type { Recorder, Run, TapeWeights } from './recorder.ts'

/** Keeps copies of the arguments. The way back runs the whole sequence again. */
export function keepArguments<Weights extends TapeWeights>(
  recorder: Recorder<Weights>,
  weights: Weights,
  call: RecurrentInput,
): Run {
  const results = recorder.run(weights, call)
  const own: RecurrentInput = {
    input: call.input.slice(),
    batchSizes: call.batchSizes.slice(),
    batchFirst: call.batchFirst ?? false,
    h0: call.h0?.slice() ?? null,
    c0: call.c0?.slice() ?? null,
    dropout: call.dropout?.slice() ?? null,
  }
  return {
    results,
    back: (gradients, wanted) => {
      using tape = recorder.record(weights, own)
      return tape.backward(gradients, wanted)
    },
  }
}
