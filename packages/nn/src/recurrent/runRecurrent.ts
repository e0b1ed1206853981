import type { Engine, HostEngine } from '@unroll/kernels'
import { recordCall, recordDeviceCall, recordedInputs } from './recordCall.ts'
import { inputOf, type RecurrentArguments, type RecurrentResults, resultsOf } from './recurrentCall.ts'
import type { ModuleWeights } from './residentWeights.ts'

/**
 * Runs a whole sequence. This is the one place where a module's call reaches an engine, and where it is recorded.
 * @param who the function, as messages name it: `LSTM.forward`
 * @param weights the layer's; packed after the arguments are known to be floats
 */
export function runRecurrent(
  who: string,
  engine: HostEngine,
  weights: ModuleWeights,
  call: RecurrentArguments,
): RecurrentResults {
  const input = inputOf(who, call)
  const packed = weights.packed(engine)
  const inputs = recordedInputs(weights, call)
  if (inputs === null) return resultsOf(packed, call, engine.recurrent(packed, input))
  return recordCall(who, engine, weights, packed, call, inputs, input)
}

/** Like {@link runRecurrent}, but works on every engine. */
export async function runRecurrentAsync(
  who: string,
  engine: Engine,
  weights: ModuleWeights,
  call: RecurrentArguments,
): Promise<RecurrentResults> {
  if (engine.kind === 'host') return runRecurrent(who, engine, weights, call)
  const input = inputOf(who, call)
  const packed = weights.packed(engine)
  // Read before anything is awaited: noGrad() is over by then.
  const inputs = recordedInputs(weights, call)
  if (inputs === null) return resultsOf(packed, call, await engine.recurrent(packed, input))
  return recordDeviceCall(who, engine, packed, call, inputs, input)
}
