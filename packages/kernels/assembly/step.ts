/** One timestep: from the hidden states of the one before to its own. call.ts describes the areas and layouts. */
import { Call, Direction, fromPanel, fromUnit, hiddenBytes, Mode, preStrideOf, tapeColumns, tapeValues, toPanel, toState, toUnit, unitsOfBlock } from './call'
import { gruGates, lstmGates, reluGates, tanhGates } from './gates'
import { gemm } from './gemm'
import { blockBytes, blockPanels, packRows, tileHeight } from './pack'
import { copyElements, paddedToPanels, panelBytes, panelWidth } from './vector'

/**
 * A timestep of the first `batch` sequences. Their states are in hRow and cRow, and packed in `hTile`; `pre` is the timestep's
 * `x W_ih + b`, `tape` its rows of the tape, or 0. It takes as many blocks of columns at a time as keep `h W_hh` in the first-level cache: the more units the
 * gates compute together, the less they wait for one another.
 */
export function step<T>(call: Call, weights: Direction, batch: usize, pre: usize, tape: usize, hTile: usize): void {
  // The batch is empty, or none of the part's sequences still run.
  if (batch == 0) return
  const P: usize = call.stateSize
  const height = tileHeight(call.batch)
  const preStride = preStrideOf<T>(call)
  const hidden = call.hidden
  const group = max<usize>(1, hiddenBytes / (batch * blockBytes(1)))
  const groupPanels = group * blockPanels
  const hiddenStride = groupPanels * panelWidth<T>()
  const stride = paddedToPanels<T>(call.hiddenSize)
  const full = weights.weightHr == 0 ? call.hRow : call.fullRow
  const endPanel = toPanel<T>(call)
  const endUnit = toUnit<T>(call)
  const tapeStride = tape == 0 ? 0 : tapeColumns<T>(call.mode, call.hiddenSize)
  let weightHh = weights.weightHh + call.fromBlock * blockBytes(P)
  let unit = fromUnit<T>(call)
  for (let panel = fromPanel(call); panel < endPanel; panel += groupPanels) {
    gemm<T>(hidden, hiddenStride, weights.biasHh + panel * panelBytes, 0, hTile, height, batch, weightHh, min(groupPanels, endPanel - panel), P)
    const units = min(group * unitsOfBlock<T>(call), endUnit - unit)
    const at = unit * sizeof<T>()
    const h = full + at
    // Units of a block fill whole vectors.
    const to = tape == 0 ? 0 : tape + at * tapeValues(call.mode)
    if (call.mode == Mode.LSTM) lstmGates<T>(batch, units, pre, hidden, preStride, hiddenStride, h, call.cRow + at, stride, to, tapeStride)
    else if (call.mode == Mode.RNN_TANH) tanhGates<T>(batch, units, pre, hidden, preStride, hiddenStride, h, stride)
    else if (call.mode == Mode.RNN_RELU) reluGates<T>(batch, units, pre, hidden, preStride, hiddenStride, h, stride)
    else gruGates<T>(batch, units, pre, hidden, preStride, hiddenStride, h, stride, to, tapeStride)
    weightHh += group * blockBytes(P)
    pre += groupPanels * panelBytes
    unit += units
  }
  if (weights.weightHr != 0) project<T>(call, weights, batch, height, stride)
}

/** `h = W_hr full` */
function project<T>(call: Call, weights: Direction, batch: usize, height: usize, stride: usize): void {
  const H: usize = call.hiddenSize
  packRows<T>(call.fullTile, call.fullRow, stride * sizeof<T>(), 0, batch, height, H, 0, H)
  const columns = paddedToPanels<T>(call.stateSize)
  // Only an LSTM has a projection, and its biasHh is zeros.
  gemm<T>(call.hRow, columns, weights.biasHh, 0, call.fullTile, height, batch, weights.weightHr, columns / panelWidth<T>(), H)
}

/** Copies the part's share of sequence n's new hidden state to the output. */
// @ts-ignore: decorator
@inline export function putOutput<T>(call: Call, n: usize, to: usize): void {
  const first = fromUnit<T>(call)
  const h = call.hRow + (n * paddedToPanels<T>(call.stateSize) + first) * sizeof<T>()
  copyElements<T>(to + first * sizeof<T>(), h, toState<T>(call) - first)
}

/** Copies the part's share of sequence n's new cell state to those of all timesteps. */
// @ts-ignore: decorator
@inline export function putCells<T>(call: Call, n: usize, to: usize): void {
  const first = fromUnit<T>(call)
  const c = call.cRow + (n * paddedToPanels<T>(call.hiddenSize) + first) * sizeof<T>()
  copyElements<T>(to + first * sizeof<T>(), c, toUnit<T>(call) - first)
}

/** Packs the part's share of the hidden states of the first `batch` sequences into a timestep's left operand. */
// @ts-ignore: decorator
@inline export function publish<T>(call: Call, batch: usize, hTile: usize): void {
  const P: usize = call.stateSize
  const first = fromUnit<T>(call)
  const stride = paddedToPanels<T>(P) * sizeof<T>()
  packRows<T>(hTile, call.hRow + first * sizeof<T>(), stride, 0, batch, tileHeight(call.batch), P, first, toState<T>(call) - first)
}

/** Loads the part's share of the initial states. */
export function loadStates<T>(call: Call, state: usize): void {
  const P: usize = call.stateSize
  const H: usize = call.hiddenSize
  const first = fromUnit<T>(call)
  const count = toState<T>(call) - first
  for (let n: usize = 0; n < call.batch; n++) {
    const row = state * call.allSequences + call.firstSequence + n
    const h = call.hRow + n * paddedToPanels<T>(P) * sizeof<T>()
    memory.fill(h, 0, paddedToPanels<T>(P) * sizeof<T>())
    copyElements<T>(h + first * sizeof<T>(), call.h + (row * P + first) * sizeof<T>(), count)
    if (call.mode == Mode.LSTM) {
      const c = call.cRow + n * paddedToPanels<T>(H) * sizeof<T>()
      memory.fill(c, 0, paddedToPanels<T>(H) * sizeof<T>())
      copyElements<T>(c + first * sizeof<T>(), call.c + (row * H + first) * sizeof<T>(), toUnit<T>(call) - first)
    }
  }
  publish<T>(call, call.batch, call.hTile)
  // A reversed sequence may begin at any timestep, and so read either of the two first.
  if (call.hTileNext != call.hTile) publish<T>(call, call.batch, call.hTileNext)
}

/** Stores the part's share of the final states. */
export function saveStates<T>(call: Call, state: usize): void {
  const P: usize = call.stateSize
  const H: usize = call.hiddenSize
  const first = fromUnit<T>(call)
  for (let n: usize = 0; n < call.batch; n++) {
    const row = state * call.allSequences + call.firstSequence + n
    const h = call.hRow + (n * paddedToPanels<T>(P) + first) * sizeof<T>()
    copyElements<T>(call.h + (row * P + first) * sizeof<T>(), h, toState<T>(call) - first)
    if (call.mode == Mode.LSTM) {
      const c = call.cRow + (n * paddedToPanels<T>(H) + first) * sizeof<T>()
      copyElements<T>(call.c + (row * H + first) * sizeof<T>(), c, toUnit<T>(call) - first)
    }
  }
}
