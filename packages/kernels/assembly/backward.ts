/**
 * Backpropagation through time, of one direction of one layer. backwardCall.ts describes the areas and layouts.
 *
 * Timesteps are walked from the last that was computed to the first, in chunks. Of each, the gradients of its gates follow from
 * those of its states, and `dh = dGates W_hh` goes on to the timestep before. After a chunk, one product each adds its rows to
 * the gradients of the weights (weightGradients.ts), and one makes its rows of the input's gradient. Without a tape, only the
 * gradients of the weights are computed: of one timestep, whose dGates and hBefore the host has filled.
 */
import { BackwardCall } from './backwardCall'
import { batchAt, Mode, rowOf, rowStart, tapeColumns } from './call'
import { gruGradient, lstmGradient, rnnGradient } from './gateGradients'
import { gemm } from './gemm'
import { packRows, tileHeight } from './pack'
import { addElements, copyElements, paddedToLanes, panelWidth } from './vector'
import { addWeightGradients } from './weightGradients'

export function backward<T>(call: BackwardCall): void {
  memory.fill(call.zeros, 0, max(call.inputStride, max(call.stateStride, call.stride)) * sizeof<T>())
  if (call.tape == 0) {
    addWeightGradients<T>(call, 0, 1, call.batch, true)
    return
  }
  const steps = call.timesteps
  const hBytes = call.stateSize * sizeof<T>()
  const cBytes = call.hiddenSize * sizeof<T>()
  const hPadded = call.stateStride * sizeof<T>()
  const cPadded = call.stride * sizeof<T>()
  loadRows(call, call.dhRow, hPadded, call.dh, hBytes)
  if (call.mode == Mode.LSTM) {
    loadRows(call, call.dcRow, cPadded, call.dc, cBytes)
    loadRows(call, call.c0Row, cPadded, call.c0, cBytes)
  }
  // A GRU reads these with their padding, to which nothing is written later.
  if (call.mode == Mode.GRU) {
    memory.fill(call.direct, 0, call.batch * cPadded)
    memory.fill(call.hBefore, 0, call.chunkRows * hPadded)
  }
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
      if (batchAt(call, t) != 0) stepBack<T>(call, t, batchAt(call, t), rowStart(call, t) - firstRow)
    }
    if (rows != 0) {
      addWeightGradients<T>(call, from, to, rows, isFirst)
      if (call.dInput != 0) inputGradient<T>(call, from, to, rows)
      isFirst = false
    }
    done += to - from
  }
  saveRows(call, call.dh, hBytes, call.dhRow, hPadded)
  if (call.mode == Mode.LSTM) saveRows(call, call.dc, cBytes, call.dcRow, cPadded)
}

/** A timestep: its gates' gradients go to dGates from `row` on, those of its states are replaced by those of the states before. */
function stepBack<T>(call: BackwardCall, t: usize, batch: usize, row: usize): void {
  const P: usize = call.stateSize
  const H: usize = call.hiddenSize
  const stateStride: usize = call.stateStride
  const stride: usize = call.stride
  const hBytes = stateStride * sizeof<T>()
  const height = tileHeight(batch)
  const section = call.units * sizeof<T>()
  const dBytes = call.dStride * sizeof<T>()
  const dGates = call.dGates + row * dBytes
  const hBefore = call.hBefore + row * hBytes
  const widthBytes = call.width * sizeof<T>()
  const batchMajor = call.outputBatchMajor != 0
  const rowStep = batchMajor ? call.timesteps * widthBytes : widthBytes
  const thisRow = rowOf(call, batchMajor, t, 0) * widthBytes
  // The first sequences had a timestep before this one; the others began with it.
  const before = call.reversed != 0 ? t + 1 : t - 1
  const running = before < call.timesteps ? min(batch, batchAt(call, before)) : 0
  const rowBefore = running == 0 ? 0 : rowOf(call, batchMajor, before, 0) * widthBytes
  for (let n: usize = 0; n < batch; n++) {
    addElements<T>(call.dhRow + n * hBytes, call.dOutput + thisRow + n * rowStep, P)
    const h = n < running ? call.output + rowBefore + n * rowStep : call.h0 + (call.firstSequence + n) * P * sizeof<T>()
    copyElements<T>(hBefore + n * hBytes, h, P)
  }
  let d: usize = call.dhRow
  let full: usize = 0
  if (call.weightHr != 0) {
    d = call.dFullRow
    full = call.fullRows + row * stride * sizeof<T>()
    copyElements<T>(call.dhRows + row * hBytes, call.dhRow, batch * stateStride)
    const depth = paddedToLanes<T>(P)
    packRows<T>(call.tile, call.dhRow, hBytes, 0, batch, height, depth, 0, depth)
    gemm<T>(d, stride, call.zeros, 0, call.tile, height, batch, call.weightHr, stride / panelWidth<T>(), depth)
  }
  const tapeBytes = tapeColumns<T>(call.mode, H) * sizeof<T>()
  const tapeRow = call.tape + rowOf(call, false, t, 0) * tapeBytes
  const tapeBefore = running == 0 ? 0 : call.tape + rowOf(call, false, before, 0) * tapeBytes
  for (let n: usize = 0; n < batch; n++) {
    const at = n * stride * sizeof<T>()
    const da = dGates + n * dBytes
    const tape = tapeRow + n * tapeBytes
    if (call.mode == Mode.LSTM) {
      // The last of the values that the tape has of a unit.
      const c = n < running ? tapeBefore + n * tapeBytes + 64 : call.c0Row + at
      lstmGradient<T>(H, tape, c, n < running ? 80 : 16, d + at, call.dcRow + at, da, section, full == 0 ? 0 : full + at)
    } else if (call.mode == Mode.GRU) {
      gruGradient<T>(H, tape, hBefore + at, d + at, call.direct + at, da, section)
    } else {
      rnnGradient<T>(call.mode == Mode.RNN_RELU, H, call.output + thisRow + n * rowStep, d + at, da)
    }
  }
  // r, z and q of a GRU, else all gates.
  const depth = call.gates * call.units
  const isGru = call.mode == Mode.GRU
  const count = isGru ? 2 * call.units : depth
  packRows<T>(call.tile, dGates, dBytes, 0, batch, height, depth, 0, count)
  if (isGru) packRows<T>(call.tile, dGates + 3 * section, dBytes, 0, batch, height, depth, count, call.units)
  gemm<T>(call.dhRow, stateStride, isGru ? call.direct : call.zeros, isGru ? stride : 0, call.tile, height, batch, call.weightHh, stateStride / panelWidth<T>(), depth)
}

/** `dInput = dGates W_ih` of the timesteps [from, to). */
function inputGradient<T>(call: BackwardCall, from: usize, to: usize, rows: usize): void {
  const K: usize = call.inputSize
  const height = tileHeight(rows)
  const depth = call.gates * call.units
  const stride: usize = call.inputStride
  packRows<T>(call.left, call.dGates, call.dStride * sizeof<T>(), 0, rows, height, depth, 0, depth)
  gemm<T>(call.product, stride, call.zeros, 0, call.left, height, rows, call.weightIh, stride / panelWidth<T>(), depth)
  let product: usize = call.product
  for (let t = from; t < to; t++) {
    for (let n: usize = 0; n < batchAt(call, t); n++) {
      copyElements<T>(call.dInput + rowOf(call, call.inputBatchMajor != 0, t, n) * K * sizeof<T>(), product, K)
      product += stride * sizeof<T>()
    }
  }
}

/** Loads the part's rows of `bytes` bytes, and pads them with zeros. */
function loadRows(call: BackwardCall, to: usize, padded: usize, from: usize, bytes: usize): void {
  memory.fill(to, 0, call.batch * padded)
  for (let n: usize = 0; n < call.batch; n++) memory.copy(to + n * padded, from + (call.firstSequence + n) * bytes, bytes)
}

function saveRows(call: BackwardCall, to: usize, bytes: usize, from: usize, padded: usize): void {
  for (let n: usize = 0; n < call.batch; n++) memory.copy(to + (call.firstSequence + n) * bytes, from + n * padded, bytes)
}
