import type { FloatDType, RecurrentMode } from '@unroll/kernels'
import type { LayerSpec } from '@unroll/kernels/spec'
import { composedRecurrent } from '@unroll/nn/recurrent'
import type { Tensor } from '@unroll/tensor'
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

/**
 * Computes a call operation by operation, and keeps what each timestep computed.
 * @param parameters of the layer, as `ModuleWeights` lists them
 */
export function traceCall<M extends RecurrentMode>(
  layer: LayerSpec & { readonly mode: M },
  parameters: readonly (Tensor | null)[],
  { call, finish }: SequenceCall<M>,
): Trace<M> {
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
