import type { FloatArray, RecurrentInput, RecurrentMode, RecurrentOutput } from '@unroll/kernels'
import { checkedOptions, engineOf } from '@unroll/nn'
import { checkTensor, RuntimeError, type Tensor, tensor } from '@unroll/tensor'
import { floatsOf, formatShape } from './arguments.ts'
import { dropoutFactors } from './dropoutFactors.ts'
import { type HiddenState, hiddenOf, statesOf } from './hiddenState.ts'
import { layerName } from './options.ts'
import { layoutOf } from './packedLayout.ts'
import { checkPacked, isMeantAsPacked, PackedSequence } from './packedSequence.ts'
import type { RNNBase } from './rnnBase.ts'

/** Of {@link RNNBase.forward}. */
export interface ForwardOptions {
  /** LSTM only: give the last layer's cell states of all timesteps as a third result. Default false. */
  readonly returnCells?: boolean
}

/** Output, state, and if `returnCells` the cell states of all timesteps. */
export type SequenceResults<M extends RecurrentMode> = [
  output: Tensor | PackedSequence,
  hn: HiddenState<M>,
  cells?: Tensor | PackedSequence,
]

/** One call of an engine, and what makes its result into a module's. */
export interface SequenceCall<M extends RecurrentMode> {
  readonly call: RecurrentInput
  readonly finish: (result: RecurrentOutput) => SequenceResults<M>
}

/**
 * Checks the arguments of `forward` in PyTorch's order and lays them out for an engine: rows stay where they are,
 * only the states of a packed batch are permuted.
 */
export function prepareCall<M extends RecurrentMode>(
  module: RNNBase<M>,
  given: Tensor | PackedSequence,
  hx: HiddenState<M> | null,
  options: ForwardOptions | null = null,
): SequenceCall<M> {
  const { mode, batchFirst } = module
  const who = `${layerName(mode)}.forward`
  const packed = given instanceof PackedSequence ? given : null
  const layout = packed && layoutOf(who, packed)
  const input = rowsOf(who, given)
  const batched = packed !== null || input.ndim === 3
  const states = hx === null ? [] : statesOf(mode, hx)
  const returnCells = wantsCells(who, mode, options)
  checkRanks(who, states, batched)

  // Unbatched is a batch of one: the same elements in the same order.
  const x = batched ? input : input.unsqueeze(batchFirst ? 0 : 1)
  const sizes = packed?.batchSizes ?? null
  const hidden = batched ? states : states.map((state) => state.unsqueeze(1))
  if (hx === null) module.checkInput(x, sizes)
  else module.checkForwardArgs(x, hiddenOf(mode, hidden), sizes)

  const [layers, N, P] = module.getExpectedHiddenSize(x, sizes)
  const batchSizes = layout
    ? Int32Array.from(layout.batchSizes)
    : new Int32Array(x.size(batchFirst ? 1 : 0)).fill(N)
  if (batchSizes.length === 0) {
    throw new RuntimeError(`${who}: expected at least one timestep, got input ${formatShape(input.shape)}`)
  }
  const order = packed?.sortedIndices ?? null
  const [h0 = null, c0 = null] = hidden.map((state) =>
    floatsOf(who, order ? state.indexSelect(1, order) : state),
  )
  const D = layers / module.numLayers

  return {
    call: {
      input: floatsOf(who, x),
      batchSizes,
      batchFirst: batchFirst && packed === null,
      h0,
      c0,
      dropout: drawDropout(who, module, x, D * P),
      ...(returnCells && { returnCells }),
    },
    finish: ({ output, hn, cn, cells }) => {
      const lead = batched ? [layers, N] : [layers]
      const last = [tensor(hn, { shape: [...lead, P] })]
      if (cn !== null) last.push(tensor(cn, { shape: [...lead, module.hiddenSize] }))
      const state = module.permuteHidden(hiddenOf(mode, last), packed?.unsortedIndices ?? null)
      const sequence = (values: FloatArray, width: number): Tensor | PackedSequence => {
        const rows = tensor(values, { shape: [...input.shape.slice(0, -1), width] })
        if (packed === null) return rows
        return new PackedSequence(rows, packed.batchSizes, packed.sortedIndices, packed.unsortedIndices)
      }
      if (!returnCells) return [sequence(output, D * P), state]
      if (cells) return [sequence(output, D * P), state, sequence(cells, D * module.hiddenSize)]
      throw new RuntimeError(
        `${who}: engine ${engineOf(module).name} gives no cell states of all timesteps; the engines wasm and reference do`,
      )
    },
  }
}

function wantsCells(who: string, mode: RecurrentMode, options: ForwardOptions | null): boolean {
  const { returnCells } = checkedOptions(who, options, { returnCells: false }, 'returnCells')
  if (returnCells && mode !== 'LSTM') {
    throw new RangeError(`${who}: expected no returnCells, as only LSTM has cell states`)
  }
  return returnCells
}

/** The tensor of a sequence, whose rank is known to fit. */
function rowsOf(who: string, given: unknown): Tensor {
  if (given instanceof PackedSequence) return given.data
  if (isMeantAsPacked(given)) checkPacked(who, given)
  checkTensor(who, 'input', given)
  if (given.ndim === 2 || given.ndim === 3) return given
  throw new RangeError(
    `${who}: expected input to be 3-D, or 2-D unbatched, got ${given.ndim}-D ${formatShape(given.shape)}`,
  )
}

function checkRanks(who: string, states: readonly Tensor[], batched: boolean): void {
  const [rank, how] = batched ? [3, 'batched'] : [2, 'unbatched']
  if (states.every(({ ndim }) => ndim === rank)) return
  const got = states.map(({ ndim }) => `${ndim}-D`).join(' and ')
  throw new RuntimeError(`${who}: expected hx to be ${rank}-D as the input is ${how}, got ${got}`)
}

/** One factor for each output of every layer but the last; null where nothing is dropped. */
function drawDropout(who: string, module: RNNBase, x: Tensor, features: number): FloatArray | null {
  const { training, dropout, numLayers, inputSize } = module
  if (!training || dropout === 0 || numLayers === 1) return null
  const dtype = x.dtype === 'float64' ? 'float64' : 'float32'
  return floatsOf(who, dropoutFactors(dropout, [numLayers - 1, x.numel / inputSize, features], dtype))
}
