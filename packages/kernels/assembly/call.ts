/**
 * The record of a call, and what follows from its fields. Sizes are counted in elements.
 *
 * Several threads may share a call. Then each has a record and computes a part: `N` of the `allN` sequences, a range of
 * directions, and a range of blocks of columns, which is a range of hidden units. Parts that differ only in their blocks are a
 * group: they meet after every timestep. All parts share the areas above the line in the table; those below it are a part's
 * own.
 *
 * | area of the Call | shape | holds |
 * |---|---|---|
 * | input, output | `(R, width)` time-major, or `(allN, T, width)` if batchFirst | what the caller sees |
 * | between | `(betweenAreas, R, D * P)` | outputs of inner layers: two areas in turn, or one for each if the call is recorded |
 * | dropped | `(2, R, D * P)` | the same times the dropout factors, if the call is recorded; else they are multiplied in place |
 * | tape | `(layers * D, R, tape columns)` | what the way back needs of each timestep, if the call is recorded |
 * | cells | `(R, D * H)`, ordered as output | cell states of all timesteps, if they are asked for |
 * | h, c | `(layers * D, allN, P)`, `(layers * D, allN, H)` | initial states in, final states out |
 * | hTile, hTileNext | packed `(N, P)`; one for each group | left operand of this timestep's recurrent product, and of the next one's; the same area where a part is alone |
 * |---|---|---|
 * | pre | `(chunkRows, own columns)` | `x W_ih + b` of a chunk of timesteps |
 * | hidden | `(N, columns of a group of blocks)` | `h W_hh` of one timestep, with GRU's `b_hn` |
 * | rows | packed `(chunkRows, layer inputs)` | left operand of the input projection |
 * | hRow, cRow, fullRow | `(N, stride)` | states of the running direction, padded to panels |
 * | fullTile | packed `(N, H)` | left operand of the projection |
 */
import { blockPanels, packedColumns } from './pack'
import { cacheLineBytes, paddedToLanes, panelWidth } from './vector'

/**
 * A row of the tape is `[unit block][value][lane]`, with the values i, f, g, o, c' of an LSTM, and r, z, n, `W_hn h + b_hn` of a
 * GRU. Of an RNN there is nothing: its outputs say it all.
 */
// @ts-ignore: decorator
@inline export function tapeValues(mode: Mode): usize {
  return mode == Mode.LSTM ? 5 : mode == Mode.GRU ? 4 : 0
}

/** Elements of a row of the tape. */
// @ts-ignore: decorator
@inline export function tapeColumns<T>(mode: Mode, units: usize): usize {
  return paddedToLanes<T>(units) * tapeValues(mode)
}

/** What a cell computes; the host knows these names too. */
export const enum Mode { RNN_TANH, RNN_RELU, LSTM, GRU }

/** Bytes of the area `hidden`, unless a single block needs more. A timestep takes as many blocks at a time as fit in it. */
export const hiddenBytes: usize = 8192

/** A part of a call: some of its sequences. All records that threads compute begin with it. */
@unmanaged export class Part {
  /** 1 if the record is a BackwardCall, 0 if it is a Call. */
  isBackward: usize
  /** Where the parts of the group meet (see barrier.ts), and how many parts they are. */
  barrier: usize
  parties: usize
  timesteps: usize
  batch: usize
  /** `(T)` */
  batchSizes: usize
  /** `(T + 1)`: row at which each timestep starts. */
  rowStarts: usize
  /** The first of this part's sequences, among all. */
  firstSequence: usize
  /** `(T + 1)`: the row starts of all sequences. */
  allRowStarts: usize
}

/**
 * What the host tells of a call, in fields of 32 bits. It sets them by name: scripts/hostSource.mjs makes a TypeScript interface
 * of this class. A field is added here, and given its value in src/wasm/partLayout.ts.
 */
@unmanaged export class Call extends Part {
  mode: Mode
  layers: usize
  directions: usize
  inputSize: usize
  hiddenSize: usize
  stateSize: usize
  batchFirst: usize
  chunkRows: usize
  /** `(layers * D)` {@link Direction} records. */
  weights: usize
  input: usize
  output: usize
  between: usize
  betweenAreas: usize
  /** 0 where dropout works in place. */
  dropped: usize
  /** 0 unless the call is recorded. */
  tape: usize
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
  hTileNext: usize
  fullTile: usize
  /** `allN` */
  allSequences: usize
  fromLayer: usize
  toLayer: usize
  fromDirection: usize
  toDirection: usize
  fromBlock: usize
  toBlock: usize
  /** 0 on a thread that must not sleep, such as a page's main thread. */
  maySleep: usize
  /** How long it waits for the others of its group at most, in milliseconds. */
  patience: usize
  /** `(R, D * H)` in the order of `output`: the last layer's cell states of all timesteps; or 0. */
  cells: usize
}

/** The addresses of one direction's packed weights. */
@unmanaged export class Direction {
  weightIh: usize
  /** `(columns)`: the biases that can be added before the recurrence. */
  bias: usize
  weightHh: usize
  /** `(columns)`: GRU's `b_hn` in the columns of n, else zeros. */
  biasHh: usize
  /** 0 without projection. */
  weightHr: usize
}

// @ts-ignore: decorator
@inline export function gatesOf(call: Call): usize {
  return call.mode == Mode.LSTM ? 4 : call.mode == Mode.GRU ? 3 : 1
}

/** The part's first panel, and the one after its last. */
// @ts-ignore: decorator
@inline export function fromPanel(call: Call): usize {
  return call.fromBlock * blockPanels
}
// @ts-ignore: decorator
@inline export function toPanel<T>(call: Call): usize {
  return min(call.toBlock * blockPanels, packedColumns<T>(call.hiddenSize, gatesOf(call)) / panelWidth<T>())
}

/** Hidden units of a whole block. */
// @ts-ignore: decorator
@inline export function unitsOfBlock<T>(call: Call): usize {
  return blockPanels * panelWidth<T>() / gatesOf(call)
}

/** The part's first hidden unit, and the one after its last. */
// @ts-ignore: decorator
@inline export function fromUnit<T>(call: Call): usize {
  return call.fromBlock * unitsOfBlock<T>(call)
}
// @ts-ignore: decorator
@inline export function toUnit<T>(call: Call): usize {
  return min(call.toBlock * unitsOfBlock<T>(call), call.hiddenSize)
}

/** Where the part's elements of `h` end; they begin at its first unit. With a projection, a part has all of them. */
// @ts-ignore: decorator
@inline export function toState<T>(call: Call): usize {
  return min(toUnit<T>(call), call.stateSize)
}

/** Elements from a row of `pre` to the next: a cache line more than the columns, or a tile's rows could share a set of the cache. */
// @ts-ignore: decorator
@inline export function preStrideOf<T>(call: Call): usize {
  return (toPanel<T>(call) - fromPanel(call)) * panelWidth<T>() + cacheLineBytes / sizeof<T>()
}

// @ts-ignore: decorator
@inline export function rowStart(call: Part, t: usize): usize {
  return load<usize>(call.rowStarts + t * 4)
}

// @ts-ignore: decorator
@inline export function batchAt(call: Part, t: usize): usize {
  return load<usize>(call.batchSizes + t * 4)
}

/** `R`: rows of all sequences. */
// @ts-ignore: decorator
@inline export function allRows(call: Part): usize {
  return load<usize>(call.allRowStarts + call.timesteps * 4)
}

/** The row of the part's sequence n at timestep t, among the rows of all sequences. */
// @ts-ignore: decorator
@inline export function rowOf(call: Part, batchMajor: bool, t: usize, n: usize): usize {
  n += call.firstSequence
  return batchMajor ? n * call.timesteps + t : load<usize>(call.allRowStarts + t * 4) + n
}
