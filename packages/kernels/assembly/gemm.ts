/**
 * Matrix products of packed operands (layouts in pack.ts): `out = init + a b`.
 *
 * | operand | shape | layout |
 * |---|---|---|
 * | a | `(rows, depth)` | `[tile][k][tile height]` |
 * | b | `(depth, panels * panel width)` | `[block][k][block width]`: a block is six panels, the last one what is left |
 * | init | a row a tile row, `initStride` elements apart; 0 repeats one row: a bias | row-major |
 * | out | `(rows, panels * panel width)`, `outStride` elements apart; not init itself | row-major |
 *
 * Depths are at least 1. What a tile does within a block is in tile.ts and, of a single row, in row.ts.
 */
import { blockBytes, blockPanels } from './pack'
import { rowByBlock } from './row'
import { tileByBlock } from './tile'
import { panelBytes } from './vector'

/** Depth of a block that stays in the first-level cache while all tiles pass by: 24 kB. */
const chunkDepth: usize = 128

/** Rows from which touching a chunk of weights costs nothing that shows ... */
const manyRows: usize = 32

/** ... and bytes of weights from which it pays for any number of rows: the second-level cache does not hold them. */
const largeMatrix: usize = 1 << 20

/** `out = init + a b` */
export function gemm<T>(
  out: usize, outStride: usize, init: usize, initStride: usize,
  a: usize, height: usize, rows: usize,
  b: usize, panels: usize, depth: usize,
): void {
  const touches = rows >= manyRows || panels * panelBytes * depth > largeMatrix
  for (let panel: usize = 0; panel < panels; panel += blockPanels) {
    gemmBlock<T>(out + panel * panelBytes, outStride, init + panel * panelBytes, initStride, a, height, rows, b, min(blockPanels, panels - panel), depth, touches)
    b += blockBytes(depth)
  }
}

/** The same for one block, whose weights several rows may find in the first-level cache. */
function gemmBlock<T>(
  out: usize, outStride: usize, init: usize, initStride: usize,
  a: usize, height: usize, rows: usize,
  b: usize, panels: usize, depth: usize, touches: bool,
): void {
  if (rows == 1) rowByBlock<T>(out, init, a, height, b, panels, depth)
  else tilesByBlock<T>(out, outStride * sizeof<T>(), init, initStride * sizeof<T>(), a, height, rows, b, panels, depth, touches)
}

// Strides from here on are in bytes.

function tilesByBlock<T>(
  out: usize, outStride: usize, init: usize, initStride: usize,
  a: usize, height: usize, rows: usize, b: usize, panels: usize, depth: usize, touches: bool,
): void {
  const bStep = panels * panelBytes
  const tileBytes = depth * height * sizeof<T>()
  let k: usize = 0
  do {
    const chunk = min(chunkDepth, depth - k)
    if (touches) touch(b, chunk * bStep)
    let tile = a + k * height * sizeof<T>()
    let toRow = out
    let fromRow = init
    for (let row: usize = 0; row < rows; row += height) {
      tileByBlock<T>(min(height, rows - row), toRow, outStride, fromRow, initStride, tile, height, b, panels, chunk)
      tile += tileBytes
      toRow += height * outStride
      fromRow += height * initStride
    }
    init = out
    initStride = outStride
    b += chunk * bStep
    k += chunk
  } while (k < depth)
}

/**
 * Brings an area into the first-level cache, line after line as the processor foresees it: the first tile would ask for
 * every third line.
 */
// @ts-ignore: decorator
@inline export function touch(from: usize, bytes: usize): void {
  const end = from + bytes
  while (from < end) {
    load<u8>(from)
    from += 64
  }
}
