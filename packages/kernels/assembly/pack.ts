/**
 * Layouts of the matrix kernels' operands.
 *
 * | what | layout | who writes it |
 * |---|---|---|
 * | weights | `[block][k][block width]`: the columns of a block of six panels side by side, the last block as wide as what is left, so that a kernel reads straight ahead | packPanels, once |
 * | gate columns | `[unit block][gate][lane]`: the gates of `lanes` neighbouring hidden units stand together | packPanels |
 * | left operand | `[tile][k][tile height]`: the rows of a tile side by side | packRow, each call |
 *
 * Columns beyond the last unit are zero, and so stay zero through every gate.
 */
import { copyElements, lanes, narrow, paddedToPanels, panelWidth } from './vector'

/** Panels of a block: a block has whole units of every kind of cell. */
export const blockPanels: usize = 6

/** Bytes from a block to the next. */
// @ts-ignore: decorator
@inline export function blockBytes(depth: usize): usize {
  return blockPanels * 32 * depth
}

/** Columns of packed gates: units padded to whole vectors, the whole to panels. */
// @ts-ignore: decorator
@inline export function packedColumns<T>(units: usize, gates: usize): usize {
  return paddedToPanels<T>(((units + lanes<T>() - 1) / lanes<T>()) * lanes<T>() * gates)
}

/**
 * Packs the matrix whose column `gate * units + unit` has its elements k = 0, 1, ... at
 * `from + column * columnStride + k * kStride` (strides in elements).
 */
export function packPanels<T>(
  to: usize, from: usize, depth: usize, units: usize, gates: usize, columnStride: usize, kStride: usize,
): void {
  const columns = packedColumns<T>(units, gates)
  const unitBlock = gates * lanes<T>()
  const blockWidth = blockPanels * panelWidth<T>()
  for (let column: usize = 0; column < columns; column++) {
    const gate = (column % unitBlock) / lanes<T>()
    const unit = (column / unitBlock) * lanes<T>() + (column % lanes<T>())
    const source = from + (gate * units + unit) * columnStride * sizeof<T>()
    const inBlock = column % blockWidth
    const first = column - inBlock
    const step = min(blockWidth, columns - first) * sizeof<T>()
    let target = to + (first * depth + inBlock) * sizeof<T>()
    for (let k: usize = 0; k < depth; k++) {
      store<T>(target, unit < units ? load<T>(source + k * kStride * sizeof<T>()) : <T>0)
      target += step
    }
  }
}

/** The tile height that splits `rows` evenly into tiles of at most 6, or 4: the most the kernel's registers hold. */
// @ts-ignore: decorator
@inline export function tileHeight(rows: usize): usize {
  const most: usize = narrow ? 4 : 6
  const tiles = (rows + most - 1) / most
  return tiles == 0 ? 1 : (rows + tiles - 1) / tiles
}

/** Packs one row of `depth` elements as row `index` of a left operand. */
// @ts-ignore: decorator
@inline export function packRow<T>(to: usize, from: usize, index: usize, height: usize, depth: usize): void {
  packSlice<T>(to, from, index, height, depth, 0, depth)
}

/** The same for `count` of the row's elements, from `first` on; `from` is where the first of them is. */
// @ts-ignore: decorator
@inline export function packSlice<T>(
  to: usize, from: usize, index: usize, height: usize, depth: usize, first: usize, count: usize,
): void {
  if (height == 1) {
    copyElements<T>(to + (index * depth + first) * sizeof<T>(), from, count)
    return
  }
  let target = to + ((index / height) * depth * height + first * height + (index % height)) * sizeof<T>()
  const end = from + count * sizeof<T>()
  while (from < end) {
    store<T>(target, load<T>(from))
    from += sizeof<T>()
    target += height * sizeof<T>()
  }
}
