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

/** Packs a row-major `(depth, columns)` as panels: a row at a time, as it lies in memory. */
export function packRows<T>(to: usize, from: usize, depth: usize, columns: usize): void {
  const panelBytes = depth * panelWidth<T>() * sizeof<T>()
  for (let k: usize = 0; k < depth; k++) {
    let target = to + k * panelWidth<T>() * sizeof<T>()
    let column: usize = 0
    for (; column + panelWidth<T>() <= columns; column += panelWidth<T>()) {
      v128.store(target, v128.load(from))
      v128.store(target + 16, v128.load(from, 16))
      from += 32
      target += panelBytes
    }
    if (column == columns) continue
    memory.fill(target, 0, 32)
    copyElements<T>(target, from, columns - column)
    from += (columns - column) * sizeof<T>()
  }
}
