import type { FloatDType, RecurrentMode } from '@unroll/kernels'
import { type LayerSpec, parametersOf } from '@unroll/kernels/spec'
import { composedRecurrent, type DirectionParameters, parameterOf } from '@unroll/nn/recurrent'
import type { Tensor } from '@unroll/tensor'
import { layerName } from './options.ts'
import type { SequenceCall, SequenceResults } from './sequenceCall.ts'

/** What one layer computed in one direction at one timestep. Rows are the sequences that still run. */
export interface TracedStep {
  readonly layer: number
  /** 0 forward, 1 reverse. */
  readonly direction: number
  readonly timestep: number
  /** `(N, P)`. After backward `h.grad` is its gradient. */
  readonly h: Tensor
  /** LSTM: `(N, H)`; else null. */
  readonly c: Tensor | null
  /** `(N, H)` each, after their activation: LSTM i, f, g, o; GRU r, z, n; an RNN has none. */
  readonly gates: Readonly<Record<string, Tensor>>
}

/** The results of `forward`, and what is in between. */
export interface Trace<M extends RecurrentMode> {
  /** As `forward` returns them. */
  readonly results: SequenceResults<M>
  /** Layer by layer, direction by direction, in the order in which they were computed. */
  readonly steps: readonly TracedStep[]
}

/** Computes a call operation by operation, and keeps what each timestep computed. */
export function traceCall<M extends RecurrentMode>(
  layer: LayerSpec & { readonly mode: M },
  { call, finish }: SequenceCall<M>,
): Trace<M> {
  const who = layerName(layer.mode)
  const parameters = parametersOf(layer).map((direction): DirectionParameters => {
    const of = (named: { readonly name: string } | null) => named && parameterOf(who, layer, named.name)
    const { weightIh, weightHh, biasIh, biasHh, weightHr } = direction
    return [
      parameterOf(who, layer, weightIh.name),
      parameterOf(who, layer, weightHh.name),
      of(biasIh),
      of(biasHh),
      of(weightHr),
    ]
  })
  const dtype: FloatDType = call.input.dtype === 'float64' ? 'float64' : 'float32'
  const steps: TracedStep[] = []
  const results = composedRecurrent(
    { ...layer, dtype },
    parameters,
    call,
    (index, direction, timestep, step) => {
      for (const tensor of [step.h, step.c, ...Object.values(step.gates)]) {
        if (tensor?.requiresGrad) tensor.retainGrad()
      }
      steps.push({ layer: index, direction, timestep, ...step })
    },
  )
  return { results: finish(results), steps }
}
