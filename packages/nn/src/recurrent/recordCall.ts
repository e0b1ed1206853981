import type {
  DeviceEngine,
  FloatArray,
  HostEngine,
  OutputGradients,
  PackedWeights,
  RecurrentGradients,
  RecurrentInput,
  WantedDirection,
  WantedGradients,
} from '@unroll/kernels'
import { kindOf } from '@unroll/kernels/spec'
import { grad, isGradEnabled, RuntimeError, type Tensor } from '@unroll/tensor'
import {
  type InputGradients,
  isRecorded,
  ofFloats,
  recordInputs,
  recordOnDevice,
  type ThroughOutputs,
  withGrad,
} from '@unroll/tensor/layers'
import { composedRecurrent, perDirection } from './composedRecurrent.ts'
import { arraysOf, gatheringHandle } from './gatherGradients.ts'
import { argumentFloats, type RecurrentArguments, type RecurrentResults, resultsOf } from './recurrentCall.ts'
import type { ModuleWeights } from './residentWeights.ts'

/** The tensors that a call depends on: input, h0, c0, and five parameters of each direction. */
type CallInputs = readonly (Tensor | null)[]

/** The place of the first parameter among {@link CallInputs}. */
const firstParameter = 3

/** What a call depends on, if it is to be recorded; else null. */
export function recordedInputs(
  weights: ModuleWeights,
  { input, h0, c0 }: RecurrentArguments,
): CallInputs | null {
  if (!isGradEnabled()) return null
  const { parameters } = weights
  // Every recorded call makes this list. A spread would make one of twice the bytes.
  const inputs = new Array<Tensor | null>(firstParameter + parameters.length)
  inputs[0] = input
  inputs[1] = h0
  inputs[2] = c0
  for (let k = 0; k < parameters.length; k++) inputs[firstParameter + k] = parameters[k] ?? null
  return isRecorded(inputs) ? inputs : null
}

/** Runs a call on an engine that keeps what the way back needs, and records it. */
export function recordCall(
  who: string,
  engine: HostEngine,
  weights: ModuleWeights,
  packed: PackedWeights,
  call: RecurrentArguments,
  inputs: CallInputs,
  input: RecurrentInput,
): RecurrentResults {
  const tape = engine.training.recurrent(packed, input, { keep: call.keep })
  const results = resultsOf(packed, call, tape)
  const name = nameOf(packed)
  const handle = gatheringHandle(name, engine, packed, call, weights.parameters)
  const rule = (gradients: readonly (Tensor | null)[], wants: (input: number) => boolean): InputGradients => {
    // Only the composed call has gradients of gradients, and those of cell states within the sequence.
    if (isGradEnabled() || gradients[3]) return composedGradients(packed.spec, call, inputs, gradients, wants)
    const isGathered = handle !== null && wants(inputs.length)
    const wanted = isGathered ? withFactors(wants) : wantedOf(inputs, wants)
    const got = tape.backward(outputGradients(who, gradients), wanted)
    return [...gradientsOf(got, inputs), got.factors ? ofFloats(got.factors, [got.factors.length]) : null]
  }
  const kept = handle === null ? inputs : [...inputs, handle]
  const through = throughHidden(packed, call, inputs)
  recordInputs(name, kept, tensorsOf(results), engine, rule, { givesOwn: true, keeps: tape, through })
  return results
}

/** The gradient of a cell's `c'` through its `h'`, which is computed from it: `h' = o * tanh(c')`. */
function throughHidden(
  { spec }: PackedWeights,
  call: RecurrentArguments,
  inputs: CallInputs,
): ThroughOutputs | null {
  if (!call.isCell || spec.mode !== 'LSTM') return null
  const gradient = ([output, hn]: readonly (Tensor | null)[]): Tensor | null => {
    const [input, h0 = null, c0 = null, ...parameters] = inputs
    const dh = output && hn ? output.add(hn) : (output ?? hn)
    if (!input || !dh) return null
    let dc: Tensor | null = null
    composedRecurrent(
      spec,
      parameters,
      { ...call, input, h0, c0 },
      (_layer, _direction, _t, { c, gates: { o } }) => {
        const slope = c?.tanh().pow(2).neg().add(1)
        dc = slope && o ? dh.mul(o.mul(slope).reshape(dh.shape)) : null
      },
    )
    return dc
  }
  return { output: 2, gradient }
}

/** The same on a device. */
export async function recordDeviceCall(
  who: string,
  engine: DeviceEngine,
  packed: PackedWeights,
  call: RecurrentArguments,
  inputs: CallInputs,
  input: RecurrentInput,
): Promise<RecurrentResults> {
  const { training } = engine
  const tape = training && (await training.recurrent(packed, input, { keep: call.keep }))
  const results = resultsOf(packed, call, tape ?? (await engine.recurrent(packed, input)))
  const backward = async (
    gradients: readonly (Tensor | null)[],
    wants: (input: number) => boolean,
  ): Promise<InputGradients> => {
    if (tape === null) {
      throw new RuntimeError(
        `${who}: engine ${engine.name} computes no gradients; the engines wasm, reference and gpu do`,
      )
    }
    // A device's gradients have no history, so that they must not be taken for some that have.
    if (isGradEnabled() || gradients[3]) {
      throw new RuntimeError(
        `${who}: engine ${engine.name} computes no gradients of gradients, and none of cell states within the sequence; ` +
          'the engines wasm and reference do',
      )
    }
    const got = await tape.backward(outputGradients(who, gradients), wantedOf(inputs, wants))
    return gradientsOf(got, inputs)
  }
  recordOnDevice(nameOf(packed), inputs, tensorsOf(results), engine.name, backward, {
    keeps: tape,
    through: throughHidden(packed, call, inputs),
  })
  return results
}

const names = { RNN: 'RNNBackward0', LSTM: 'LSTMBackward0', GRU: 'GRUBackward0' } as const

function nameOf({ spec }: PackedWeights): string {
  return names[kindOf(spec.mode)]
}

/** The results in the order in which gradients come. */
function tensorsOf({ output, hn, cn, cells }: RecurrentResults): (Tensor | null)[] {
  return [output, hn, cn, cells]
}

function outputGradients(who: string, [output, hn, cn]: readonly (Tensor | null)[]): OutputGradients {
  const floats = (gradient: Tensor | null | undefined): FloatArray | null =>
    gradient ? argumentFloats(who, gradient) : null
  return { output: floats(output), hn: floats(hn), cn: floats(cn) }
}

function wantedOf(inputs: CallInputs, wants: (input: number) => boolean): WantedGradients {
  const weights = []
  for (let at = firstParameter; at < inputs.length; at += perDirection) {
    weights.push({
      weightIh: wants(at),
      weightHh: wants(at + 1),
      biasIh: wants(at + 2),
      biasHh: wants(at + 3),
      weightHr: wants(at + 4),
    })
  }
  return { input: wants(0), h0: wants(1), c0: wants(2), weights }
}

/** Those of the weights are computed later, of the factors of several calls. */
function withFactors(wants: (input: number) => boolean): WantedGradients {
  return { input: wants(0), h0: wants(1), c0: wants(2), weights: [noWeights], factors: true }
}

const noWeights: WantedDirection = {
  weightIh: false,
  weightHh: false,
  biasIh: false,
  biasHh: false,
  weightHr: false,
}

function gradientsOf({ input, h0, c0, weights }: RecurrentGradients, inputs: CallInputs): InputGradients {
  const arrays = [input, h0, c0, ...weights.flatMap(arraysOf)]
  return inputs.map((each, k) => {
    const elements = arrays[k]
    return each && elements ? ofFloats(elements, each.shape) : null
  })
}

/** Gradients that are recorded themselves: those of the same call, composed of operations of tensors. */
function composedGradients(
  spec: PackedWeights['spec'],
  call: RecurrentArguments,
  inputs: CallInputs,
  gradients: readonly (Tensor | null)[],
  wants: (input: number) => boolean,
): InputGradients {
  const createGraph = isGradEnabled()
  return withGrad('backward', true, () => {
    // The way back ends at these: what an input was computed from may be another input.
    const own = inputs.map((each) => (each === null ? null : each.expand(each.shape)))
    const [input, h0 = null, c0 = null] = own
    if (!input) throw new TypeError('expected an input')
    const results = tensorsOf(composedRecurrent(spec, own.slice(firstParameter), { ...call, input, h0, c0 }))
    const used = results.flatMap((result, k) => {
      const gradient = gradients[k]
      return gradient && result?.requiresGrad ? [{ result, gradient }] : []
    })
    const wanted = own.flatMap((each, k) => (each && wants(k) ? [{ each, k }] : []))
    const all: (Tensor | null)[] = own.map(() => null)
    if (used.length === 0 || wanted.length === 0) return all
    const found = grad(
      used.map(({ result }) => result),
      wanted.map(({ each }) => each),
      { gradOutputs: used.map(({ gradient }) => gradient), createGraph, allowUnused: true },
    )
    for (const [at, { k }] of wanted.entries()) {
      const gradient = found[at] ?? null
      // Leaves keep what this gives, and two biases may have been given one tensor.
      all[k] = createGraph ? gradient : (gradient?.clone() ?? null)
    }
    return all
  })
}
