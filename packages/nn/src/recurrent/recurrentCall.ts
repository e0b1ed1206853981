import type { FloatArray, PackedWeights, RecurrentInput, RecurrentOutput, TapeOptions } from '@unroll/kernels'
import { sizesOf } from '@unroll/kernels/spec'
import { elementsOf, type Tensor } from '@unroll/tensor'
import { ofFloats } from '@unroll/tensor/layers'

/**
 * The arguments of a call, checked and laid out as an engine takes them. The letters are those of `RecurrentInput`.
 */
export interface RecurrentArguments {
  /** `(T, N, I)`, `(N, T, I)` if `batchFirst`, or the rows of a packed batch, `(R, I)`; without `N` if that is 1. */
  readonly input: Tensor
  /** `(T)` */
  readonly batchSizes: Int32Array
  readonly batchFirst: boolean
  /** The shape of a state without its width: `[numLayers * D, N]`, or `[N]` for a cell; without `N` if that is 1. */
  readonly states: readonly number[]
  /** `(...states, P)`; zeros if null. */
  readonly h0: Tensor | null
  /** LSTM: `(...states, H)`; zeros if null. */
  readonly c0: Tensor | null
  /** `(numLayers - 1, R, D * P)`, or null. */
  readonly dropout: Tensor | null
  readonly returnCells: boolean
  /** Whether this is the step of a cell, whose hidden state is computed from `cn`; those of a layer stand side by side. */
  readonly isCell: boolean
  /** What a recorded call keeps for the way back. */
  readonly keep: NonNullable<TapeOptions['keep']>
}

export interface RecurrentResults {
  /** Shaped as the input, with `D * P` instead of `I`. */
  readonly output: Tensor
  /** `(...states, P)` */
  readonly hn: Tensor
  /** LSTM: `(...states, H)`; else null. */
  readonly cn: Tensor | null
  /** Shaped as the output, with `D * H` features; null without `returnCells`, or if the engine does not return them. */
  readonly cells: Tensor | null
}

/** The call as engines take it. Contiguous tensors are not copied. */
export function inputOf(who: string, call: RecurrentArguments): RecurrentInput {
  const { input, batchSizes, batchFirst, h0, c0, dropout, returnCells } = call
  return {
    input: argumentFloats(who, input),
    batchSizes,
    batchFirst,
    h0: h0 && argumentFloats(who, h0),
    c0: c0 && argumentFloats(who, c0),
    dropout: dropout && argumentFloats(who, dropout),
    ...(returnCells && { returnCells }),
  }
}

export function resultsOf(
  { spec }: PackedWeights,
  { input, states }: RecurrentArguments,
  { output, hn, cn, cells }: RecurrentOutput,
): RecurrentResults {
  const { D, H, P } = sizesOf(spec)
  const lead = input.shape.slice(0, -1)
  return {
    output: ofFloats(output, [...lead, D * P]),
    hn: ofFloats(hn, [...states, P]),
    cn: cn && ofFloats(cn, [...states, H]),
    cells: cells ? ofFloats(cells, [...lead, D * H]) : null,
  }
}

/**
 * The elements of an argument, for an engine: its own memory if it is contiguous, else a copy.
 * @throws TypeError unless it is float32 or float64
 */
export function argumentFloats(who: string, tensor: Tensor): FloatArray {
  const elements = elementsOf(tensor)
  if (elements instanceof Float32Array || elements instanceof Float64Array) return elements
  throw new TypeError(
    `${who}: expected float32 or float64, which engines compute with, got ${tensor.dtype}; convert with .to('float32')`,
  )
}
