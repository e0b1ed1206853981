import type { RecurrentInput } from '../contract/recurrent.ts'
import type { Recorder, Run, TapeWeights } from './recorder.ts'

/** Keeps the arguments themselves. The way back runs the whole sequence again. */
export function keepArguments<Weights extends TapeWeights>(
  recorder: Recorder<Weights>,
  weights: Weights,
  call: RecurrentInput,
): Run {
  return {
    results: recorder.run(weights, call),
    back: (gradients, wanted) => {
      using tape = recorder.record(weights, { ...call, returnCells: false })
      return tape.backward(gradients, wanted)
    },
  }
}
