/**
 * Backpropagation through time, of one direction of one layer. backwardCall.ts describes the areas and layouts.
 *
 * Timesteps are walked from the last that was computed to the first, in chunks. Of each, the gradients of its gates follow from
 * those of its states, and `dh = dGates W_hh` goes on to the timestep before. After a chunk, one product each adds its rows to
 * the gradients of the weights (weightGradients.ts), and one makes its rows of the input's gradient.
 */
import { BackwardCall, gatesOfMode, gradientStride } from './backwardCall'
import { batchAt, Mode, rowOf, rowStart, tapeColumns } from './call'
import { gruGradient, lstmGradient, rnnGradient } from './gateGradients'
import { gemm } from './gemm'
import { packRows, tileHeight } from './pack'
import { addElements, copyElements, paddedToLanes, paddedToPanels, panelWidth } from './vector'
import { addWeightGradients, closeGaps } from './weightGradients'

export function backward<T>(call: BackwardCall): void {
  const steps = call.timesteps
  loadRows<T>(call.dhRow, call.dh, call, call.stateSize)
  if (call.mode == Mode.LSTM) {
    loadRows<T>(call.dcRow, call.dc, call, call.hiddenSize)
    loadRows<T>(call.c0Row, call.c0, call, call.hiddenSize)
  }
  // Of its padding, nothing is written later.
  if (call.mode == Mode.GRU) memory.fill(call.direct, 0, call.batch * paddedToPanels<T>(call.hiddenSize) * sizeof<T>())
  memory.fill(call.zeros, 0, paddedToPanels<T>(max(call.inputSize, max(call.hiddenSize, call.stateSize))) * sizeof<T>())
  let done: usize = 0
  let isFirst = true
  while (done < steps) {
    // The next chunk: timesteps [from, to), counted from the end unless reversed.
    let from: usize, to: usize
    if (call.reversed != 0) {
      from = done
      to = from + 1
      while (to < steps && rowStart(call, to + 1) - rowStart(call, from) <= call.chunkRows) to++
    } else {
      to = steps - done
      from = to - 1
      while (from > 0 && rowStart(call, to) - rowStart(call, from - 1) <= call.chunkRows) from--
    }
    const firstRow = rowStart(call, from)
    const rows = rowStart(call, to) - firstRow
    for (let i: usize = 0; i < to - from; i++) {
      const t = call.reversed != 0 ? from + i : to - 1 - i
      stepBack<T>(call, t, rowStart(call, t) - firstRow)
    }
    if (rows != 0) {
      addWeightGradients<T>(call, from, to, rows, isFirst)
      isFirst = false
      if (call.dInput != 0) inputGradient<T>(call, from, to, rows)
    }
    done += to - from
  }
  saveRows<T>(call.dh, call.dhRow, call, call.stateSize)
  if (call.mode == Mode.LSTM) saveRows<T>(call.dc, call.dcRow, call, call.hiddenSize)
  closeGaps<T>(call)
}

/** A timestep: its gates' gradients go to dGates from `row` on, those of its states are replaced by those of the states before. */
function stepBack<T>(call: BackwardCall, t: usize, row: usize): void {
  const batch = batchAt(call, t)
  if (batch == 0) return
  const P: usize = call.stateSize
  const H: usize = call.hiddenSize
  const hStride = paddedToPanels<T>(P)
  const stride = paddedToPanels<T>(H)
  const units = paddedToLanes<T>(H)
  const dStride = gradientStride<T>(call)
  const height = tileHeight(batch)
  const depth = gatesOfMode(call.mode) * units
  const section = units * sizeof<T>()
  const dGates = call.dGates + row * dStride * sizeof<T>()
  const hBefore = call.hBefore + row * hStride * sizeof<T>()
  const widthBytes = call.width * sizeof<T>()
  const batchMajor = call.outputBatchMajor != 0
  for (let n: usize = 0; n < batch; n++) {
    addElements<T>(call.dhRow + n * hStride * sizeof<T>(), call.dOutput + rowOf(call, batchMajor, t, n) * widthBytes, P)
    copyElements<T>(hBefore + n * hStride * sizeof<T>(), wasInitial(call, t, n)
      ? call.h0 + (call.firstSequence + n) * P * sizeof<T>()
      : call.output + rowOf(call, batchMajor, timeBefore(call, t), n) * widthBytes, P)
  }
  let d: usize = call.dhRow
  let full: usize = 0
  if (call.weightHr != 0) {
    d = call.dFullRow
    full = call.fullRows + row * stride * sizeof<T>()
    copyElements<T>(call.dhRows + row * hStride * sizeof<T>(), call.dhRow, batch * hStride)
    packRows<T>(call.tile, call.dhRow, hStride * sizeof<T>(), 0, batch, height, paddedToLanes<T>(P), 0, paddedToLanes<T>(P))
    gemm<T>(d, stride, call.zeros, 0, call.tile, height, batch, call.weightHr, stride / panelWidth<T>(), paddedToLanes<T>(P))
  }
  const tapeBytes = tapeColumns<T>(call.mode, H) * sizeof<T>()
  for (let n: usize = 0; n < batch; n++) {
    const at = n * stride * sizeof<T>()
    const da = dGates + n * dStride * sizeof<T>()
    const tape = call.tape + rowOf(call, false, t, n) * tapeBytes
    if (call.mode == Mode.LSTM) {
      const initial = wasInitial(call, t, n)
      // The last of the values that the tape has of a unit.
      const c = initial ? call.c0Row + at : call.tape + rowOf(call, false, timeBefore(call, t), n) * tapeBytes + 64
      lstmGradient<T>(H, tape, c, initial ? 16 : 80, d + at, call.dcRow + at, da, section, full == 0 ? 0 : full + at)
    } else if (call.mode == Mode.GRU) {
      gruGradient<T>(H, tape, hBefore + at, d + at, call.direct + at, da, section)
    } else {
      rnnGradient<T>(call.mode == Mode.RNN_RELU, H, call.output + rowOf(call, batchMajor, t, n) * widthBytes, d + at, da)
    }
  }
  if (call.mode == Mode.GRU) {
    packRows<T>(call.tile, dGates, dStride * sizeof<T>(), 0, batch, height, depth, 0, 2 * units)
    packRows<T>(call.tile, dGates + 3 * section, dStride * sizeof<T>(), 0, batch, height, depth, 2 * units, units)
    gemm<T>(call.dhRow, hStride, call.direct, stride, call.tile, height, batch, call.weightHh, hStride / panelWidth<T>(), depth)
  } else {
    packRows<T>(call.tile, dGates, dStride * sizeof<T>(), 0, batch, height, depth, 0, depth)
    gemm<T>(call.dhRow, hStride, call.zeros, 0, call.tile, height, batch, call.weightHh, hStride / panelWidth<T>(), depth)
  }
}

/** Whether sequence n began at timestep t, with its initial states. */
// @ts-ignore: decorator
@inline export function wasInitial(call: BackwardCall, t: usize, n: usize): bool {
  return call.reversed != 0 ? t + 1 == call.timesteps || n >= batchAt(call, t + 1) : t == 0
}

/** The timestep that was computed before t. */
// @ts-ignore: decorator
@inline export function timeBefore(call: BackwardCall, t: usize): usize {
  return call.reversed != 0 ? t + 1 : t - 1
}

/** `dInput = dGates W_ih` of the timesteps [from, to). */
function inputGradient<T>(call: BackwardCall, from: usize, to: usize, rows: usize): void {
  const K: usize = call.inputSize
  const height = tileHeight(rows)
  const depth = gatesOfMode(call.mode) * paddedToLanes<T>(call.hiddenSize)
  const stride = paddedToPanels<T>(K)
  packRows<T>(call.left, call.dGates, gradientStride<T>(call) * sizeof<T>(), 0, rows, height, depth, 0, depth)
  gemm<T>(call.product, stride, call.zeros, 0, call.left, height, rows, call.weightIh, stride / panelWidth<T>(), depth)
  let product: usize = call.product
  for (let t = from; t < to; t++) {
    for (let n: usize = 0; n < batchAt(call, t); n++) {
      copyElements<T>(call.dInput + rowOf(call, call.inputBatchMajor != 0, t, n) * K * sizeof<T>(), product, K)
      product += stride * sizeof<T>()
    }
  }
}

/** Loads the part's rows, padded to panels. */
function loadRows<T>(to: usize, from: usize, call: BackwardCall, columns: usize): void {
  const bytes = columns * sizeof<T>()
  const padded = paddedToPanels<T>(columns) * sizeof<T>()
  for (let n: usize = 0; n < call.batch; n++) {
    memory.fill(to + n * padded, 0, padded)
    copyElements<T>(to + n * padded, from + (call.firstSequence + n) * bytes, columns)
  }
}

function saveRows<T>(to: usize, from: usize, call: BackwardCall, columns: usize): void {
  const bytes = columns * sizeof<T>()
  const padded = paddedToPanels<T>(columns) * sizeof<T>()
  for (let n: usize = 0; n < call.batch; n++) copyElements<T>(to + (call.firstSequence + n) * bytes, from + n * padded, columns)
}
