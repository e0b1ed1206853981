/**
 * Products with one packed matrix.
 *
 * | area | shape | layout |
 * |---|---|---|
 * | a | `(rows, depth)` | row-major |
 * | b | `(depth, columns)` | panels, pack.ts; the columns in their own order, padded to whole panels |
 * | bias | `(padded columns)` | |
 * | tile | 6 rows of a | a left operand, pack.ts |
 * | padded | `(6, padded columns)` | the results of a tile, row-major; not used where no column is padding |
 * | out | `(rows, columns)` | row-major, without gaps |
 */
import { gemm } from './gemm'
import { packRow, tileHeight } from './pack'
import { copyElements, paddedToPanels, panelWidth } from './vector'

/** `out = bias + a b` */
export function matmul<T>(
  out: usize, a: usize, b: usize, bias: usize, tile: usize, padded: usize, rows: usize, depth: usize, columns: usize,
): void {
  const width = paddedToPanels<T>(columns)
  const height = tileHeight(rows)
  for (let row: usize = 0; row < rows; row += height) {
    const count = min(height, rows - row)
    for (let i: usize = 0; i < count; i++) packRow<T>(tile, a + (row + i) * depth * sizeof<T>(), i, height, depth)
    const to = out + row * columns * sizeof<T>()
    gemm<T>(width == columns ? to : padded, width, bias, 0, tile, height, count, b, width / panelWidth<T>(), depth)
    if (width == columns) continue
    for (let i: usize = 0; i < count; i++) {
      copyElements<T>(to + i * columns * sizeof<T>(), padded + i * width * sizeof<T>(), columns)
    }
  }
}

/** Rows packed together: each panel gets a few cache lines at a time, from as many places as a cache set has room for. */
const rowsAtOnce: usize = 8

/** Packs a row-major `(depth, columns)` as panels. */
export function packRows<T>(to: usize, from: usize, depth: usize, columns: usize): void {
  const rowBytes = columns * sizeof<T>()
  const panelBytes = depth * 32
  for (let k: usize = 0; k < depth; k += rowsAtOnce) {
    const rows = min(rowsAtOnce, depth - k)
    let target = to + k * 32
    for (let column: usize = 0; column < columns; column += panelWidth<T>()) {
      packBlock<T>(target, from + column * sizeof<T>(), rowBytes, rows, min(panelWidth<T>(), columns - column))
      target += panelBytes
    }
    from += rows * rowBytes
  }
}

/** `rows` times `columns` of a panel's width, zeros beyond them. */
// @ts-ignore: decorator
@inline function packBlock<T>(to: usize, from: usize, rowBytes: usize, rows: usize, columns: usize): void {
  const end = to + rows * 32
  for (; to < end; to += 32) {
    if (columns == panelWidth<T>()) {
      v128.store(to, v128.load(from))
      v128.store(to, v128.load(from, 16), 16)
    } else {
      memory.fill(to, 0, 32)
      copyElements<T>(to, from, columns)
    }
    from += rowBytes
  }
}
