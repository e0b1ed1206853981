import type { Engine, RecurrentMode } from '@unroll/kernels'
import { type LayerSpec, sizesOf } from '@unroll/kernels/spec'
import { checkedOptions, checkSize } from '@unroll/nn'
import type { RecurrentArguments, RecurrentResults } from '@unroll/nn/recurrent'
import { checkTensor, RuntimeError, type Tensor } from '@unroll/tensor'
import { shapeText } from '@unroll/tensor/layers'
import { dropoutFactors } from './dropoutFactors.ts'
import { type HiddenState, hiddenOf, statesOf } from './hiddenState.ts'
import { layerName } from './options.ts'
import { layoutOf } from './packedLayout.ts'
import { checkPacked, isMeantAsPacked, PackedSequence } from './packedSequence.ts'

/** What `forward` of a recurrent layer takes besides its input and states. */
export interface ForwardOptions {
  /** LSTM only: return the last layer's cell states of all timesteps as a third result. Default false. */
  readonly returnCells?: boolean
  /**
   * Training: keep the states of every so many timesteps only, and compute the timesteps between again on the way back. It takes a
   * second forward, and a fraction of the memory. Default: the states of all timesteps are kept.
   */
  readonly checkpointEvery?: number | null
}

/** Output, state, and with `returnCells` the cell states of all timesteps. */
export type SequenceResults<M extends RecurrentMode> = [
  output: Tensor | PackedSequence,
  hn: HiddenState<M>,
  cells?: Tensor | PackedSequence,
]

/** What a call needs to know of a recurrent layer. */
export interface SequenceLayer<M extends RecurrentMode> extends LayerSpec {
  readonly mode: M
  readonly batchFirst: boolean
  readonly dropout: number
  readonly training: boolean
  readonly engine: Engine
  checkInput(input: Tensor, batchSizes: Tensor | null): void
  checkForwardArgs(input: Tensor, hidden: HiddenState<M>, batchSizes: Tensor | null): void
  getExpectedHiddenSize(
    input: Tensor,
    batchSizes: Tensor | null,
  ): [layers: number, batch: number, width: number]
  permuteHidden(hx: HiddenState<M>, permutation: Tensor | null): HiddenState<M>
}

/** A call of an engine, and a function that turns its results into those of `forward`. */
export interface SequenceCall<M extends RecurrentMode> {
  readonly call: RecurrentArguments
  readonly finish: (results: RecurrentResults) => SequenceResults<M>
}

/**
 * Checks the arguments of `forward` in PyTorch's order and lays them out for an engine. Rows stay where they are. Only
 * the states of a packed batch are permuted.
 */
export function sequenceCall<M extends RecurrentMode>(
  layer: SequenceLayer<M>,
  given: Tensor | PackedSequence,
  hx: HiddenState<M> | null,
  options: ForwardOptions | null = null,
): SequenceCall<M> {
  const { mode } = layer
  const who = `${layerName(mode)}.forward`
  const packed = given instanceof PackedSequence ? given : null
  const layout = packed && layoutOf(who, packed)
  const input = rowsOf(who, given)
  const batched = packed !== null || input.ndim === 3
  const states = hx === null ? [] : statesOf(mode, hx)
  const { returnCells, checkpointEvery } = givenOptions(who, mode, options)
  checkRanks(who, states, batched)

  // An unbatched input is a batch of one: the same elements in the same order.
  const batchDim = layer.batchFirst ? 0 : 1
  const x = batched ? input : input.unsqueeze(batchDim)
  const sizes = packed?.batchSizes ?? null
  const hidden = batched ? states : states.map((state) => state.unsqueeze(1))
  if (hx === null) layer.checkInput(x, sizes)
  else layer.checkForwardArgs(x, hiddenOf(mode, hidden), sizes)

  const [layers, N] = layer.getExpectedHiddenSize(x, sizes)
  const batchSizes = layout
    ? Int32Array.from(layout.batchSizes)
    : new Int32Array(x.size(1 - batchDim)).fill(N)
  if (batchSizes.length === 0) {
    throw new RuntimeError(`${who}: expected at least one timestep, got input ${shapeText(input.shape)}`)
  }
  const order = packed?.sortedIndices ?? null
  const [h0 = null, c0 = null] = order ? states.map((state) => state.indexSelect(1, order)) : states

  return {
    call: {
      input,
      batchSizes,
      batchFirst: layer.batchFirst && packed === null,
      states: batched ? [layers, N] : [layers],
      h0,
      c0,
      dropout: drawDropout(layer, x),
      returnCells,
      isCell: false,
      keep: checkpointEvery === null ? (layer.training ? 'states' : 'arguments') : { checkpointEvery },
    },
    finish: ({ output, hn, cn, cells }) => {
      const last = cn === null ? [hn] : [hn, cn]
      const state = layer.permuteHidden(hiddenOf(mode, last), packed?.unsortedIndices ?? null)
      const sequence = (rows: Tensor): Tensor | PackedSequence =>
        packed === null
          ? rows
          : new PackedSequence(rows, packed.batchSizes, packed.sortedIndices, packed.unsortedIndices)
      if (!returnCells) return [sequence(output), state]
      if (cells) return [sequence(output), state, sequence(cells)]
      throw new RuntimeError(
        `${who}: engine ${layer.engine.name} gives no cell states of all timesteps; the engines wasm and reference do`,
      )
    },
  }
}

function givenOptions(
  who: string,
  mode: RecurrentMode,
  options: ForwardOptions | null,
): { returnCells: boolean; checkpointEvery: number | null } {
  const defaults: Required<ForwardOptions> = { returnCells: false, checkpointEvery: null }
  const { returnCells, checkpointEvery } = checkedOptions(who, options, defaults, 'returnCells')
  if (returnCells && mode !== 'LSTM') {
    throw new RangeError(`${who}: expected no returnCells, as only LSTM has cell states`)
  }
  if (checkpointEvery !== null) checkSize(who, 'checkpointEvery', checkpointEvery)
  return { returnCells, checkpointEvery }
}

/** The tensor of a sequence, whose rank is known to fit. */
function rowsOf(who: string, given: unknown): Tensor {
  if (given instanceof PackedSequence) return given.data
  if (isMeantAsPacked(given)) checkPacked(who, given)
  checkTensor(who, 'input', given)
  if (given.ndim === 2 || given.ndim === 3) return given
  throw new RangeError(
    `${who}: expected input to be 3-D, or 2-D unbatched, got ${given.ndim}-D ${shapeText(given.shape)}`,
  )
}

function checkRanks(who: string, states: readonly Tensor[], batched: boolean): void {
  const [rank, how] = batched ? [3, 'batched'] : [2, 'unbatched']
  if (states.every(({ ndim }) => ndim === rank)) return
  const got = states.map(({ ndim }) => `${ndim}-D`).join(' and ')
  throw new RuntimeError(`${who}: expected hx to be ${rank}-D as the input is ${how}, got ${got}`)
}

/** One factor for each output of every layer but the last; null if nothing is dropped. */
function drawDropout<M extends RecurrentMode>(layer: SequenceLayer<M>, x: Tensor): Tensor | null {
  const { training, dropout, numLayers, inputSize } = layer
  if (!training || dropout === 0 || numLayers === 1) return null
  const { D, P } = sizesOf(layer)
  const dtype = x.dtype === 'float64' ? 'float64' : 'float32'
  return dropoutFactors(dropout, [numLayers - 1, x.numel / inputSize, D * P], dtype)
}
