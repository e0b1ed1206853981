/**
 * Matrix products of packed operands (layouts in pack.ts): `out = init + a b`.
 *
 * | operand | shape | layout |
 * |---|---|---|
 * | a | `(rows, depth)` | `[tile][k][tile height]` |
 * | b | `(depth, panels * panel width)` | `[block][k][block width]`: a block is six panels, the last block what is left |
 * | init | `(rows, panels * panel width)`, `initStride` elements apart; 0 repeats one row, as of a bias | row-major |
 * | out | `(rows, panels * panel width)`, `outStride` elements apart; may be init, if the strides are equal | row-major |
 *
 * Depths are at least 1. The loops of a tile by a block are in tile.ts, those of a single row in row.ts.
 */
import { blockBytes, blockPanels } from './pack'
import { rowByBlock } from './row'
import { tileByBlock } from './tile'
import { panelBytes } from './vector'

/** This depth of a block, 24 kB, stays in the first-level cache while all tiles are multiplied with it. */
const chunkDepth: usize = 128

/** From so many rows on, touching a chunk of weights first costs nothing that could be measured. */
const manyRows: usize = 32

/** From so many bytes of weights on, touching pays for any number of rows: the second-level cache does not hold them. */
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

/** The same for one block. */
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
 * Brings an area into the first-level cache, line after line, which the processor foresees. The first tile alone would read
 * every third line, which it does not.
 */
// @ts-ignore: decorator
@inline export function touch(from: usize, bytes: usize): void {
  const end = from + bytes
  while (from < end) {
    load<u8>(from)
    from += 64
  }
}
