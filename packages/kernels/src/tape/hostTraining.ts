import { checkInput } from '../checks/call.ts'
import { checkTapeOptions } from '../checks/tapeOptions.ts'
import type { RecurrentInput } from '../contract/recurrent.ts'
import type { HostTraining, RecurrentTape } from '../contract/training.ts'
import { keepArguments } from './arguments.ts'
import { keepCheckpoints } from './checkpoints.ts'
import { keepDirections } from './directions.ts'
import type { Recorder, TapeWeights } from './recorder.ts'
import { RerunTape } from './rerunTape.ts'

/** The training of an engine that can record: tapes that keep less than all states run parts of the sequence again. */
export function hostTraining<Weights extends TapeWeights>(recorder: Recorder<Weights>): HostTraining {
  const { multiply } = recorder
  return {
    recurrent: (weights, input, options) => {
      const keep = checkTapeOptions(options)
      const own = recorder.own(weights)
      if (keep === 'states') return recorder.record(own, input)
      return rerun(recorder, own, input, keep === 'arguments' ? null : keep.checkpointEvery)
    },
    ...(multiply && {
      weightGradients: (weights, factors, wanted = {}) => multiply(recorder.own(weights), factors, wanted),
    }),
  }
}

function rerun<Weights extends TapeWeights>(
  recorder: Recorder<Weights>,
  weights: Weights,
  call: RecurrentInput,
  every: number | null,
): RecurrentTape {
  const { spec } = weights
  const counts = checkInput(spec, call)
  const run =
    every === null
      ? keepArguments(recorder, weights, call)
      : spec.bidirectional
        ? keepDirections(recorder, weights, call, every)
        : keepCheckpoints(recorder, weights, call, every)
  return new RerunTape(weights, counts, run)
}
