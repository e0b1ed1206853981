/**
 * Products with one packed matrix.
 *
 * | area | shape | layout |
 * |---|---|---|
 * | a | `(rows, depth)`; of a transposed product `(depth, rows)` | row-major |
 * | b | `(depth, columns)` | blocks of panels, see pack.ts; the columns in their own order, padded to whole panels |
 * | bias | `(padded columns)` | |
 * | tile | 6 rows of a; of a transposed product all of them, and room for a tile more | a left operand, see pack.ts |
 * | padded | `(6, padded columns)`; of a transposed product all rows | results, row-major; only used if columns are padded |
 * | out | `(rows, columns)` | row-major, without gaps |
 */
import { gemm } from './gemm'
import { blockPanels, packColumns, packRows, tileHeight } from './pack'
import { copyElements, paddedToLanes, paddedToPanels, panelWidth } from './vector'

/** `out = bias + a b`, one tile of a at a time. Several at a time, to use the first-level cache better, were no faster. */
export function matmul<T>(
  out: usize, a: usize, b: usize, bias: usize, tile: usize, padded: usize, rows: usize, depth: usize, columns: usize,
): void {
  const width = paddedToPanels<T>(columns)
  const height = tileHeight(rows)
  for (let row: usize = 0; row < rows; row += height) {
    const count = min(height, rows - row)
    if (depth == 0) {
      for (let i: usize = 0; i < count; i++) copyElements<T>(out + (row + i) * columns * sizeof<T>(), bias, columns)
      continue
    }
    packRows<T>(tile, a + row * depth * sizeof<T>(), depth * sizeof<T>(), 0, count, height, depth, 0, depth)
    const to = out + row * columns * sizeof<T>()
    gemm<T>(width == columns ? to : padded, width, bias, 0, tile, height, count, b, width / panelWidth<T>(), depth)
    if (width != columns) dropPadding<T>(to, padded, count, width, columns)
  }
}

/** `out = bias + a^T b`, all tiles at a time: columns are packed faster together. The depth is at least 1. */
export function matmulTransposed<T>(
  out: usize, a: usize, b: usize, bias: usize, tile: usize, padded: usize, rows: usize, depth: usize, columns: usize,
): void {
  const width = paddedToPanels<T>(columns)
  packColumns<T>(tile, a, rows * sizeof<T>(), depth, rows)
  gemm<T>(width == columns ? out : padded, width, bias, 0, tile, tileHeight(rows), rows, b, width / panelWidth<T>(), depth)
  if (width != columns) dropPadding<T>(out, padded, rows, width, columns)
}

function dropPadding<T>(to: usize, padded: usize, rows: usize, width: usize, columns: usize): void {
  for (let i: usize = 0; i < rows; i++) {
    copyElements<T>(to + i * columns * sizeof<T>(), padded + i * width * sizeof<T>(), columns)
  }
}

/** Packs a row-major `(depth, columns)` as blocks of panels. */
export function packMatrix<T>(to: usize, from: usize, depth: usize, columns: usize): void {
  for (let k: usize = 0; k < depth; k++) packMatrixRow<T>(to, from + k * columns * sizeof<T>(), k, depth, columns)
}

/** Packs row k of such a matrix. */
export function packMatrixRow<T>(to: usize, from: usize, k: usize, depth: usize, columns: usize): void {
  const width = paddedToPanels<T>(columns)
  const blockWidth = blockPanels * panelWidth<T>()
  for (let first: usize = 0; first < columns; first += blockWidth) {
    const bytes = min(blockWidth, width - first) * sizeof<T>()
    copyPadded<T>(to + first * depth * sizeof<T>() + k * bytes, from + first * sizeof<T>(), min(blockWidth, columns - first), bytes)
  }
}

/**
 * Packs the transpose of a matrix `(depth, gates * units)` as packTransposed does, but from its row-major transpose, as PyTorch stores
 * weights: that is no more than copying. Rows after the last unit are left as they are.
 */
export function packWeightRows<T>(to: usize, from: usize, depth: usize, units: usize, gates: usize): void {
  const paddedUnits = paddedToLanes<T>(units)
  for (let gate: usize = 0; gate < gates; gate++) {
    for (let unit: usize = 0; unit < units; unit++) {
      packMatrixRow<T>(to, from, gate * paddedUnits + unit, gates * paddedUnits, depth)
      from += depth * sizeof<T>()
    }
  }
}

/** Copies `count` elements, and fills the rest of `bytes` with zeros. */
// @ts-ignore: decorator
@inline export function copyPadded<T>(to: usize, from: usize, count: usize, bytes: usize): void {
  copyElements<T>(to, from, count)
  if (count * sizeof<T>() < bytes) memory.fill(to + count * sizeof<T>(), 0, bytes - count * sizeof<T>())
}

/** Moves what is wanted together: the first `bytes` bytes of the first `rows` rows of each of `blocks` blocks of `blockRows` rows. */
export function closeGaps(at: usize, blocks: usize, blockRows: usize, rows: usize, stride: usize, bytes: usize): void {
  let to = at
  for (let block: usize = 0; block < blocks; block++) {
    for (let row: usize = 0; row < rows; row++) {
      memory.copy(to, at + (block * blockRows + row) * stride, bytes)
      to += bytes
    }
  }
}
