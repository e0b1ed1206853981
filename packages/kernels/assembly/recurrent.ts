/**
 * A whole recurrent sequence: all timesteps, layers and directions. call.ts describes the areas and layouts.
 *
 * For each layer and direction, one matrix product computes the input projections `x W_ih + b` of as many timesteps as the
 * caches hold. Then each of these timesteps computes `h W_hh` and its gates.
 */
import { meet } from './barrier'
import { allRows, batchAt, Call, Direction, fromPanel, fromUnit, preStrideOf, rowOf, rowStart, tapeColumns, toPanel, toState } from './call'
import { gemm } from './gemm'
import { blockBytes, packRows, tileHeight } from './pack'
import { loadStates, publish, putCells, putOutput, saveStates, step } from './step'
import { panelBytes } from './vector'

export function recurrent<T>(call: Call): void {
  for (let layer = call.fromLayer; layer < call.toLayer; layer++) {
    const input = layer == 0 ? call.input : droppedOf<T>(call, layer - 1)
    const last = layer == call.layers - 1
    const output = last ? call.output : outputOf<T>(call, layer)
    for (let direction = call.fromDirection; direction < call.toDirection; direction++) {
      runDirection<T>(call, layer, direction, input, output)
      if (call.dropout != 0 && !last) dropOut<T>(call, layer, direction, output)
    }
  }
}

/** The outputs of an inner layer. */
function outputOf<T>(call: Call, layer: usize): usize {
  return call.between + (layer % call.betweenAreas) * allRows(call) * call.directions * call.stateSize * sizeof<T>()
}

/** What the layer above an inner layer reads: its outputs after dropout. */
function droppedOf<T>(call: Call, layer: usize): usize {
  if (call.dropped == 0) return outputOf<T>(call, layer)
  return call.dropped + (layer % 2) * allRows(call) * call.directions * call.stateSize * sizeof<T>()
}

/** Multiplies the part's share of a direction's output with the dropout factors. */
function dropOut<T>(call: Call, layer: usize, direction: usize, output: usize): void {
  const width = call.directions * call.stateSize
  const first = fromUnit<T>(call)
  const count = toState<T>(call) - first
  const factors = call.dropout + layer * allRows(call) * width * sizeof<T>()
  const dropped = droppedOf<T>(call, layer)
  for (let t: usize = 0; t < call.timesteps; t++) {
    for (let n: usize = 0; n < batchAt(call, t); n++) {
      const start = (rowOf(call, false, t, n) * width + direction * call.stateSize + first) * sizeof<T>()
      for (let i: usize = 0; i < count; i++) {
        const at = start + i * sizeof<T>()
        store<T>(dropped + at, load<T>(output + at) * load<T>(factors + at))
      }
    }
  }
}

function runDirection<T>(call: Call, layer: usize, direction: usize, input: usize, output: usize): void {
  const steps = call.timesteps
  const inputs: usize = layer == 0 ? call.inputSize : call.directions * call.stateSize
  const state = layer * call.directions + direction
  const weights = changetype<Direction>(call.weights + state * offsetof<Direction>())
  const weightIh = weights.weightIh + call.fromBlock * blockBytes(inputs)
  const bias = weights.bias + fromPanel(call) * panelBytes
  const panels = toPanel<T>(call) - fromPanel(call)
  const preStride = preStrideOf<T>(call)
  const batchMajorIn = call.batchFirst != 0 && layer == 0
  const batchMajorOut = call.batchFirst != 0 && layer == call.layers - 1
  const cells: usize = layer == call.layers - 1 ? call.cells : 0
  const tapeBytes = tapeColumns<T>(call.mode, call.hiddenSize) * sizeof<T>()
  const tape = call.tape + state * allRows(call) * tapeBytes
  let hTile: usize = call.hTile
  let hTileNext: usize = call.hTileNext

  loadStates<T>(call, state)
  waitForGroup(call)
  let done: usize = 0
  while (done < steps) {
    // The next chunk: timesteps [from, to), counted from the end if reversed.
    let from: usize, to: usize
    if (direction == 0) {
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
    const height = tileHeight(rows)
    packInputs<T>(call, input, inputs, batchMajorIn, from, to)
    gemm<T>(call.pre, preStride, bias, 0, call.rows, height, rows, weightIh, panels, inputs)
    for (let i: usize = 0; i < to - from; i++) {
      const t = direction == 0 ? from + i : to - 1 - i
      const pre = call.pre + (rowStart(call, t) - firstRow) * preStride * sizeof<T>()
      step<T>(call, weights, batchAt(call, t), pre, call.tape == 0 ? 0 : tape + rowOf(call, false, t, 0) * tapeBytes, hTile)
      for (let n: usize = 0; n < batchAt(call, t); n++) {
        const place = rowOf(call, batchMajorOut, t, n) * call.directions + direction
        putOutput<T>(call, n, output + place * call.stateSize * sizeof<T>())
        if (cells != 0) putCells<T>(call, n, cells + place * call.hiddenSize * sizeof<T>())
      }
      publish<T>(call, batchAt(call, t), hTileNext)
      const used = hTile
      hTile = hTileNext
      hTileNext = used
      waitForGroup(call)
    }
    done += to - from
  }
  saveStates<T>(call, state)
}

/** The inputs of timesteps [from, to) become the left operand of their projection. */
function packInputs<T>(call: Call, input: usize, inputs: usize, batchMajor: bool, from: usize, to: usize): void {
  const firstRow = rowStart(call, from)
  const rows = rowStart(call, to) - firstRow
  const height = tileHeight(rows)
  const bytes = inputs * sizeof<T>()
  // A part with all sequences: the rows of one timestep follow those of the one before.
  if (call.batch == call.allSequences && (!batchMajor || call.batch == 1)) {
    packRows<T>(call.rows, input + rowOf(call, false, from, 0) * bytes, bytes, 0, rows, height, inputs, 0, inputs)
    return
  }
  const stride = batchMajor ? call.timesteps * bytes : bytes
  for (let t = from; t < to; t++) {
    const row = input + rowOf(call, batchMajor, t, 0) * bytes
    packRows<T>(call.rows, row, stride, rowStart(call, t) - firstRow, batchAt(call, t), height, inputs, 0, inputs)
  }
}

/**
 * Waits until all parts of the group are here. Then the next left operand has every part's share of the hidden states, and
 * the next layer's input every part's share of the outputs, after dropout.
 */
// @ts-ignore: decorator
@inline export function waitForGroup(call: Call): void {
  if (call.parties > 1) meet(call.barrier, call.parties, call.maySleep != 0, call.patience)
}
