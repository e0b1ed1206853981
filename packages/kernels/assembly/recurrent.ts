/**
 * A whole recurrent sequence: all timesteps, layers and directions.
 *
 * Per layer and direction: the input projections `x W_ih + b` of as many timesteps as the caches hold come from one
 * matrix product; then each timestep computes `h W_hh` and passes its gates. Sizes are counted in elements.
 *
 * A call may be one part of a sequence that several threads compute: `N` sequences of `allN`, and a range of layers and
 * directions. The areas above the line in the table are then common to all parts; the others are each part's own.
 *
 * | area of the Call | shape | holds |
 * |---|---|---|
 * | input, output | `(R, width)` time-major, or `(allN, T, width)` if batchFirst | what the caller sees |
 * | between | 2 x `(R, D * P)` | outputs of inner layers |
 * | h, c | `(layers * D, allN, P)`, `(layers * D, allN, H)` | initial states in, final states out |
 * |---|---|---|
 * | pre | `(chunkRows, columns)` | `x W_ih + b` of a chunk of timesteps |
 * | hidden | `(N, block width)` | `h W_hh` of one timestep and one block of columns, with GRU's `b_hn` |
 * | rows | packed `(chunkRows, layer inputs)` | left operand of the input projection |
 * | hRow, cRow, fullRow | `(N, stride)` | states of the running direction, padded to panels |
 * | hTile | packed `(N, P)` | left operand of the recurrent product |
 * | fullTile | packed `(N, H)` | left operand of the projection |
 */
import { gruGates, lstmGates, reluGates, tanhGates } from './gates'
import { blockBytes, blockPanels, gemm, gemmBlock } from './gemm'
import { packedColumns, packRow, tileHeight } from './pack'
import { copyElements, paddedToPanels, panelWidth } from './vector'

// Values of Call.mode; the same in src/wasm/callLayout.ts.
const RNN_TANH: usize = 0
const RNN_RELU: usize = 1
const LSTM: usize = 2

/** Written by src/wasm/callLayout.ts, field by field in this order, 32 bits each. */
@unmanaged export class Call {
  mode: usize
  timesteps: usize
  batch: usize
  layers: usize
  directions: usize
  inputSize: usize
  hiddenSize: usize
  stateSize: usize
  batchFirst: usize
  chunkRows: usize
  /** `(T)` */
  batchSizes: usize
  /** `(T + 1)`: row at which each timestep starts. */
  rowStarts: usize
  /** `(layers * D)` {@link Direction} records. */
  weights: usize
  input: usize
  output: usize
  betweenA: usize
  betweenB: usize
  h: usize
  c: usize
  /** `(layers - 1, R, D * P)`, or 0. */
  dropout: usize
  pre: usize
  hidden: usize
  rows: usize
  hRow: usize
  cRow: usize
  fullRow: usize
  hTile: usize
  fullTile: usize
  /** `allN` */
  allSequences: usize
  /** Of this part among all sequences. */
  firstSequence: usize
  /** `(T + 1)`: as rowStarts, of all sequences. */
  allRowStarts: usize
  fromLayer: usize
  toLayer: usize
  fromDirection: usize
  toDirection: usize
}

/** Packed weights of one direction; addresses. */
@unmanaged class Direction {
  weightIh: usize
  /** `(columns)`: the biases that can be added before the recurrence. */
  bias: usize
  weightHh: usize
  /** `(columns)`: GRU's `b_hn` in the columns of n, else zeros. */
  biasHh: usize
  /** 0 without projection. */
  weightHr: usize
}

export function recurrent<T>(call: Call): void {
  for (let layer = call.fromLayer; layer < call.toLayer; layer++) {
    const input = layer == 0 ? call.input : layer % 2 == 1 ? call.betweenA : call.betweenB
    const last = layer == call.layers - 1
    const output = last ? call.output : layer % 2 == 0 ? call.betweenA : call.betweenB
    for (let direction = call.fromDirection; direction < call.toDirection; direction++) {
      runDirection<T>(call, layer, direction, input, output)
    }
    if (call.dropout != 0 && !last) dropOut<T>(call, layer, output)
  }
}

/** Multiplies the rows and directions of this part with their factors. */
function dropOut<T>(call: Call, layer: usize, output: usize): void {
  const width = call.directions * call.stateSize
  const from = call.fromDirection * call.stateSize
  const count = (call.toDirection - call.fromDirection) * call.stateSize
  const factors = call.dropout + layer * load<u32>(call.allRowStarts + call.timesteps * 4) * width * sizeof<T>()
  for (let t: usize = 0; t < call.timesteps; t++) {
    for (let n: usize = 0; n < batchAt(call, t); n++) {
      const start = (rowOf(call, false, t, n) * width + from) * sizeof<T>()
      for (let i: usize = 0; i < count; i++) {
        const at = start + i * sizeof<T>()
        store<T>(output + at, load<T>(output + at) * load<T>(factors + at))
      }
    }
  }
}

function runDirection<T>(call: Call, layer: usize, direction: usize, input: usize, output: usize): void {
  const steps = call.timesteps
  const inputs: usize = layer == 0 ? call.inputSize : call.directions * call.stateSize
  const state = layer * call.directions + direction
  const weights = changetype<Direction>(call.weights + state * offsetof<Direction>())
  const columns = columnsOf<T>(call)
  const preStride = preStrideOf<T>(call)
  const batchMajorIn = call.batchFirst != 0 && layer == 0
  const batchMajorOut = call.batchFirst != 0 && layer == call.layers - 1

  loadStates<T>(call, state)
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
    let packed: usize = 0
    for (let t = from; t < to; t++) {
      for (let n: usize = 0; n < batchAt(call, t); n++) {
        packRow<T>(call.rows, input + rowOf(call, batchMajorIn, t, n) * inputs * sizeof<T>(), packed++, height, inputs)
      }
    }
    gemm<T>(call.pre, preStride, weights.bias, 0, call.rows, height, rows, weights.weightIh, columns / panelWidth<T>(), inputs)
    for (let i: usize = 0; i < to - from; i++) {
      const t = direction == 0 ? from + i : to - 1 - i
      const pre = call.pre + (rowStart(call, t) - firstRow) * preStride * sizeof<T>()
      step<T>(call, weights, batchAt(call, t), pre)
      for (let n: usize = 0; n < batchAt(call, t); n++) {
        const place = (rowOf(call, batchMajorOut, t, n) * call.directions + direction) * call.stateSize
        publish<T>(call, n, output + place * sizeof<T>())
      }
    }
    done += to - from
  }
  saveStates<T>(call, state)
}

/**
 * One timestep of the first `batch` sequences: states in hRow, cRow and hTile; `pre` is its `x W_ih + b`. A block of
 * columns at a time, whose `h W_hh` the gates find in the first-level cache.
 */
function step<T>(call: Call, weights: Direction, batch: usize, pre: usize): void {
  const P: usize = call.stateSize
  const H: usize = call.hiddenSize
  const height = tileHeight(call.batch)
  const preStride = preStrideOf<T>(call)
  const hiddenStride = blockPanels * panelWidth<T>()
  const stride = paddedToPanels<T>(H)
  const panels = columnsOf<T>(call) / panelWidth<T>()
  const unitsOfBlock = hiddenStride / gatesOf(call)
  const hidden = call.hidden
  const full = weights.weightHr == 0 ? call.hRow : call.fullRow
  let weightHh = weights.weightHh
  let unit: usize = 0
  for (let panel: usize = 0; panel < panels; panel += blockPanels) {
    const bytes = panel * 32
    gemmBlock<T>(hidden, hiddenStride, weights.biasHh + bytes, 0, call.hTile, height, batch, weightHh, min(blockPanels, panels - panel), P)
    const units = min(unitsOfBlock, H - unit)
    const at = unit * sizeof<T>()
    const h = full + at
    if (call.mode == LSTM) lstmGates<T>(batch, units, pre + bytes, hidden, preStride, hiddenStride, h, call.cRow + at, stride)
    else if (call.mode == RNN_TANH) tanhGates<T>(batch, units, pre + bytes, hidden, preStride, hiddenStride, h, stride)
    else if (call.mode == RNN_RELU) reluGates<T>(batch, units, pre + bytes, hidden, preStride, hiddenStride, h, stride)
    else gruGates<T>(batch, units, pre + bytes, hidden, preStride, hiddenStride, h, stride)
    weightHh += blockBytes(P)
    unit += units
  }
  if (weights.weightHr != 0) project<T>(call, weights, batch, height, stride)
}

/** `h = W_hr full` */
function project<T>(call: Call, weights: Direction, batch: usize, height: usize, stride: usize): void {
  const H: usize = call.hiddenSize
  for (let n: usize = 0; n < batch; n++) {
    packRow<T>(call.fullTile, call.fullRow + n * stride * sizeof<T>(), n, height, H)
  }
  const columns = paddedToPanels<T>(call.stateSize)
  // An LSTM's biasHh is zeros.
  gemm<T>(call.hRow, columns, weights.biasHh, 0, call.fullTile, height, batch, weights.weightHr, columns / panelWidth<T>(), H)
}

/** Sequence n's new hidden state goes to the output and into the next timestep's left operand. */
// @ts-ignore: decorator
@inline export function publish<T>(call: Call, n: usize, output: usize): void {
  const h = call.hRow + n * paddedToPanels<T>(call.stateSize) * sizeof<T>()
  copyElements<T>(output, h, call.stateSize)
  packRow<T>(call.hTile, h, n, tileHeight(call.batch), call.stateSize)
}

function loadStates<T>(call: Call, state: usize): void {
  const P: usize = call.stateSize
  const H: usize = call.hiddenSize
  for (let n: usize = 0; n < call.batch; n++) {
    const row = state * call.allSequences + call.firstSequence + n
    const h = call.hRow + n * paddedToPanels<T>(P) * sizeof<T>()
    memory.fill(h, 0, paddedToPanels<T>(P) * sizeof<T>())
    copyElements<T>(h, call.h + row * P * sizeof<T>(), P)
    packRow<T>(call.hTile, h, n, tileHeight(call.batch), P)
    if (call.mode == LSTM) {
      const c = call.cRow + n * paddedToPanels<T>(H) * sizeof<T>()
      memory.fill(c, 0, paddedToPanels<T>(H) * sizeof<T>())
      copyElements<T>(c, call.c + row * H * sizeof<T>(), H)
    }
  }
}

function saveStates<T>(call: Call, state: usize): void {
  const P: usize = call.stateSize
  const H: usize = call.hiddenSize
  for (let n: usize = 0; n < call.batch; n++) {
    const row = state * call.allSequences + call.firstSequence + n
    copyElements<T>(call.h + row * P * sizeof<T>(), call.hRow + n * paddedToPanels<T>(P) * sizeof<T>(), P)
    if (call.mode == LSTM) {
      copyElements<T>(call.c + row * H * sizeof<T>(), call.cRow + n * paddedToPanels<T>(H) * sizeof<T>(), H)
    }
  }
}

// @ts-ignore: decorator
@inline export function columnsOf<T>(call: Call): usize {
  return packedColumns<T>(call.hiddenSize, gatesOf(call))
}

// @ts-ignore: decorator
@inline export function gatesOf(call: Call): usize {
  return call.mode == LSTM ? 4 : call.mode > LSTM ? 3 : 1
}

/** From row to row of pre: a cache line more than the columns, else a tile's rows may share a set of the cache. */
// @ts-ignore: decorator
@inline export function preStrideOf<T>(call: Call): usize {
  return columnsOf<T>(call) + 64 / sizeof<T>()
}

// @ts-ignore: decorator
@inline export function rowStart(call: Call, t: usize): usize {
  return load<usize>(call.rowStarts + t * 4)
}

// @ts-ignore: decorator
@inline export function batchAt(call: Call, t: usize): usize {
  return load<usize>(call.batchSizes + t * 4)
}

/** Row of the part's sequence n at timestep t among the rows of all sequences. */
// @ts-ignore: decorator
@inline export function rowOf(call: Call, batchMajor: bool, t: usize, n: usize): usize {
  n += call.firstSequence
  return batchMajor ? n * call.timesteps + t : load<u32>(call.allRowStarts + t * 4) + n
}
