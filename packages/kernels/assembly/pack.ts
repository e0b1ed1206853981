/**
 * Layouts of the matrix kernels' operands.
 *
 * | what | layout | who writes it |
 * |---|---|---|
 * | weights | `[block][k][block width]`: the columns of six panels side by side, in the last block of those that are left, so that a kernel reads straight ahead | packPanels, once |
 * | gate columns | `[unit block][gate][lane]`: the gates of `lanes` neighbouring hidden units stand together | packPanels |
 * | left operand | `[tile][k][tile height]`: the rows of a tile side by side | packRows, at each call |
 *
 * Columns after the last unit are zero, and every gate keeps them zero.
 */
import { copyElements, lanes, narrow, paddedToLanes, paddedToPanels, panelBytes, panelWidth } from './vector'

/** Panels of a block. With six, a block has whole units for every kind of cell. */
export const blockPanels: usize = 6

/** Bytes from a block to the next. */
// @ts-ignore: decorator
@inline export function blockBytes(depth: usize): usize {
  return blockPanels * panelBytes * depth
}

/** Columns of packed gates: units are padded to whole vectors, all of them to whole panels. */
// @ts-ignore: decorator
@inline export function packedColumns<T>(units: usize, gates: usize): usize {
  return paddedToPanels<T>(paddedToLanes<T>(units) * gates)
}

/**
 * Packs a row-major `(gates * units, depth)`, as PyTorch stores weights: its rows become columns. A vector of units is transposed at a
 * time.
 */
export function packPanels<T>(to: usize, from: usize, depth: usize, units: usize, gates: usize): void {
  const columns = packedColumns<T>(units, gates)
  const unitBlock = gates * lanes<T>()
  const blockWidth = blockPanels * panelWidth<T>()
  const rowBytes = depth * sizeof<T>()
  for (let column: usize = 0; column < columns; column += lanes<T>()) {
    const gate = (column % unitBlock) / lanes<T>()
    const unit = (column / unitBlock) * lanes<T>()
    const count = unit < units ? min(lanes<T>(), units - unit) : 0
    const inBlock = column % blockWidth
    const first = column - inBlock
    const step = min(blockWidth, columns - first) * sizeof<T>()
    let source = from + (gate * units + unit) * rowBytes
    let target = to + (first * depth + inBlock) * sizeof<T>()
    const end = source + rowBytes
    const vectorEnd = source + (depth & ~(lanes<T>() - 1)) * sizeof<T>()
    while (source < vectorEnd) {
      transpose<T>(target, step, source, rowBytes, count)
      source += 16
      target += lanes<T>() * step
    }
    while (source < end) {
      for (let lane: usize = 0; lane < lanes<T>(); lane++) {
        store<T>(target + lane * sizeof<T>(), lane < count ? load<T>(source + lane * rowBytes) : <T>0)
      }
      source += sizeof<T>()
      target += step
    }
  }
}

/** Rows of a tile at most: as many as the registers of the kernels hold. */
// @ts-ignore: decorator
@inline export const tileRows: usize = 6

/** Rows of every tile but the last. Narrow kernels hold four at most. */
// @ts-ignore: decorator
@inline export function tileHeight(rows: usize): usize {
  return max<usize>(1, min<usize>(rows, narrow ? 4 : tileRows))
}

/**
 * Packs `rows` rows of a left operand, from row `index` on: `count` elements of each, which become its elements from `first` on.
 * They are read at `from`; `stride` is the bytes from one row to the next.
 */
export function packRows<T>(
  to: usize, from: usize, stride: usize, index: usize, rows: usize, height: usize, depth: usize, first: usize, count: usize,
): void {
  const end = index + rows
  if (height == 1) {
    for (; index < end; index++) {
      copyElements<T>(to + (index * depth + first) * sizeof<T>(), from, count)
      from += stride
    }
    return
  }
  while (index < end) {
    const inTile = index % height
    let target = to + ((index - inTile) * depth + first * height + inTile) * sizeof<T>()
    let left = min(height - inTile, end - index)
    index += left
    if (sizeof<T>() == 4) {
      for (; left >= 4; left -= 4) {
        packFour<T>(target, from, stride, height, count)
        from += 4 * stride
        target += 4 * sizeof<T>()
      }
    }
    for (; left >= 2; left -= 2) {
      packTwo<T>(target, from, stride, height, count)
      from += 2 * stride
      target += 2 * sizeof<T>()
    }
    if (left == 1) {
      packOne<T>(target, from, height, count)
      from += stride
    }
  }
}

/** Four rows of f32 side by side, four elements of each at a time. */
function packFour<T>(to: usize, from: usize, stride: usize, height: usize, count: usize): void {
  const step = height * sizeof<T>()
  const end = from + (count & ~3) * sizeof<T>()
  while (from < end) {
    const a = v128.load(from)
    const b = v128.load(from + stride)
    const c = v128.load(from + 2 * stride)
    const d = v128.load(from + 3 * stride)
    storeTransposed(to, step, a, b, c, d)
    from += 16
    to += 4 * step
  }
  for (let row: usize = 0; row < 4; row++) packOne<T>(to + row * sizeof<T>(), from + row * stride, height, count & 3)
}

/** Two rows side by side, a vector of each at a time. */
function packTwo<T>(to: usize, from: usize, stride: usize, height: usize, count: usize): void {
  const step = height * sizeof<T>()
  const end = from + (count & ~(lanes<T>() - 1)) * sizeof<T>()
  while (from < end) {
    const a = v128.load(from)
    const b = v128.load(from + stride)
    if (sizeof<T>() == 4) {
      const low = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
      const high = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
      v128.store64_lane(to, low, 0)
      v128.store64_lane(to + step, low, 1)
      v128.store64_lane(to + 2 * step, high, 0)
      v128.store64_lane(to + 3 * step, high, 1)
    } else {
      v128.store(to, v128.shuffle<f64>(a, b, 0, 2))
      v128.store(to + step, v128.shuffle<f64>(a, b, 1, 3))
    }
    from += 16
    to += lanes<T>() * step
  }
  packOne<T>(to, from, height, count & (lanes<T>() - 1))
  packOne<T>(to + sizeof<T>(), from + stride, height, count & (lanes<T>() - 1))
}

function packOne<T>(to: usize, from: usize, height: usize, count: usize): void {
  const end = from + count * sizeof<T>()
  while (from < end) {
    store<T>(to, load<T>(from))
    from += sizeof<T>()
    to += height * sizeof<T>()
  }
}

/**
 * Packs the transpose of a row-major `(depth, columns)` as a left operand: its columns become rows.
 * @param stride the bytes from one row to the next
 */
export function packColumns<T>(to: usize, from: usize, stride: usize, depth: usize, columns: usize): void {
  const tileBytes = tileHeight(columns) * sizeof<T>()
  const end = from + columns * sizeof<T>()
  // What the last vector of a row brings too many, the next row or tile overwrites.
  for (; from + tileBytes < end; from += tileBytes) {
    for (let row = from; row < from + depth * stride; row += stride) {
      for (let at: usize = 0; at < tileBytes; at += 16) v128.store(to + at, v128.load(row + at))
      to += tileBytes
    }
  }
  for (; from < end; from += sizeof<T>()) {
    let target = to
    for (let row = from; row < from + depth * stride; row += stride) {
      store<T>(target, load<T>(row))
      target += tileBytes
    }
    to += sizeof<T>()
  }
}

/**
 * Packs the transpose of packed gate columns of a matrix `(depth, gates * units)` as blocks of panels: row
 * `gate * padded units + unit`, column k. Units are padded to whole vectors.
 */
export function packTransposed<T>(to: usize, from: usize, depth: usize, units: usize, gates: usize): void {
  const paddedUnits = paddedToLanes<T>(units)
  const rows = gates * paddedUnits
  const width = paddedToPanels<T>(depth)
  const columns = packedColumns<T>(units, gates)
  const blockWidth = blockPanels * panelWidth<T>()
  for (let column: usize = 0; column < rows; column += lanes<T>()) {
    const vector = column / lanes<T>()
    const row = (vector % gates) * paddedUnits + (vector / gates) * lanes<T>()
    const inBlock = column % blockWidth
    const step = min(blockWidth, columns - (column - inBlock)) * sizeof<T>()
    let source = from + ((column - inBlock) * depth + inBlock) * sizeof<T>()
    for (let first: usize = 0; first < width; first += blockWidth) {
      const count = min(blockWidth, width - first)
      const rowBytes = count * sizeof<T>()
      let target = to + first * rows * sizeof<T>() + row * rowBytes
      for (let k = first; k < first + count; k += lanes<T>()) {
        transpose<T>(target, rowBytes, source, step, depth > k ? depth - k : 0)
        source += lanes<T>() * step
        target += 16
      }
    }
  }
}

/** Transposes a square of vectors. Of those that are read, only the first `count` are there; the others are zero. */
// @ts-ignore: decorator
@inline export function transpose<T>(to: usize, toStep: usize, from: usize, step: usize, count: usize): void {
  const zero = i64x2.splat(0)
  const a = count > 0 ? v128.load(from) : zero
  const b = count > 1 ? v128.load(from + step) : zero
  if (sizeof<T>() == 8) {
    v128.store(to, v128.shuffle<f64>(a, b, 0, 2))
    v128.store(to + toStep, v128.shuffle<f64>(a, b, 1, 3))
    return
  }
  const c = count > 2 ? v128.load(from + 2 * step) : zero
  const d = count > 3 ? v128.load(from + 3 * step) : zero
  storeTransposed(to, toStep, a, b, c, d)
}

/** Stores four vectors of f32 as columns. */
// @ts-ignore: decorator
@inline export function storeTransposed(to: usize, step: usize, a: v128, b: v128, c: v128, d: v128): void {
  const abLow = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
  const cdLow = v128.shuffle<f32>(c, d, 0, 4, 1, 5)
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7)
  v128.store(to, v128.shuffle<f64>(abLow, cdLow, 0, 2))
  v128.store(to + step, v128.shuffle<f64>(abLow, cdLow, 1, 3))
  v128.store(to + 2 * step, v128.shuffle<f64>(abHigh, cdHigh, 0, 2))
  v128.store(to + 3 * step, v128.shuffle<f64>(abHigh, cdHigh, 1, 3))
}
