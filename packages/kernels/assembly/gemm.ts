/**
 * Matrix products of packed operands (layouts in pack.ts): `out = init + a b`.
 *
 * | operand | shape | layout |
 * |---|---|---|
 * | a | `(rows, depth)` | `[tile][k][tile height]` |
 * | b | `(depth, panels * panel width)` | `[panel][k][panel width]` |
 * | init | a row a tile row, `initStride` elements apart; 0 repeats one row: a bias | row-major |
 * | out | `(rows, panels * panel width)`, `outStride` elements apart; may be init itself | row-major |
 *
 * Sums start at zero and meet `init` at the end: begun with it, hundreds of small terms would be rounded to its size.
 *
 * 12 accumulators (6 rows x 2 vectors) are what 16 registers leave room for; one more, or unrolling, spills. Fewer than
 * 8 independent chains do not hide the latency of the multiply-add, so a single row takes 4 panels at a time and two rows
 * take 2. (Three rows by 2 panels, 12 accumulators with 4 vectors of b, spilled: 27 GFLOP/s instead of 43.)
 */
import { loadSplat, madd, panelWidth, splat } from './vector'

/** `out = init + a b`. Every panel stays in the first-level cache while all tiles pass by. */
export function gemm<T>(
  out: usize, outStride: usize, init: usize, initStride: usize,
  a: usize, height: usize, rows: usize,
  b: usize, panels: usize, depth: usize,
): void {
  const panelBytes = depth * panelWidth<T>() * sizeof<T>()
  const tileBytes = depth * height * sizeof<T>()
  outStride *= sizeof<T>()
  initStride *= sizeof<T>()
  let panel: usize = 0
  if (rows == 1) {
    for (; panel + 4 <= panels; panel += 4) rowByFourPanels<T>(out + panel * 32, init + panel * 32, a, height, b + panel * panelBytes, panelBytes, depth)
  } else if (rows == 2) {
    for (; panel + 2 <= panels; panel += 2) twoRowsByTwoPanels<T>(out + panel * 32, outStride, init + panel * 32, initStride, a, height, b + panel * panelBytes, panelBytes, depth)
  }
  for (; panel < panels; panel++) {
    const bPanel = b + panel * panelBytes
    let tile = a
    let row: usize = 0
    let toRow = out + panel * 32
    let fromRow = init + panel * 32
    for (; row + height <= rows; row += height) {
      tileByPanel<T>(height, toRow, outStride, fromRow, initStride, tile, height, bPanel, depth)
      tile += tileBytes
      toRow += height * outStride
      fromRow += height * initStride
    }
    if (row < rows) tileByPanel<T>(rows - row, toRow, outStride, fromRow, initStride, tile, height, bPanel, depth)
  }
}

/** Strides from here on are in bytes. */
// @ts-ignore: decorator
@inline export function tileByPanel<T>(
  rows: usize, out: usize, outStride: usize, init: usize, initStride: usize,
  a: usize, height: usize, b: usize, depth: usize,
): void {
  switch (<i32>rows) {
    case 1: return rows1<T>(out, outStride, init, initStride, a, height, b, depth)
    case 2: return rows2<T>(out, outStride, init, initStride, a, height, b, depth)
    case 3: return rows3<T>(out, outStride, init, initStride, a, height, b, depth)
    case 4: return rows4<T>(out, outStride, init, initStride, a, height, b, depth)
    case 5: return rows5<T>(out, outStride, init, initStride, a, height, b, depth)
    default: return rows6<T>(out, outStride, init, initStride, a, height, b, depth)
  }
}

function rows1<T>(out: usize, outStride: usize, init: usize, initStride: usize, a: usize, height: usize, b: usize, depth: usize): void {
  rowsByPanel<T>(1, out, outStride, init, initStride, a, height, b, depth)
}
function rows2<T>(out: usize, outStride: usize, init: usize, initStride: usize, a: usize, height: usize, b: usize, depth: usize): void {
  rowsByPanel<T>(2, out, outStride, init, initStride, a, height, b, depth)
}
function rows3<T>(out: usize, outStride: usize, init: usize, initStride: usize, a: usize, height: usize, b: usize, depth: usize): void {
  rowsByPanel<T>(3, out, outStride, init, initStride, a, height, b, depth)
}
function rows4<T>(out: usize, outStride: usize, init: usize, initStride: usize, a: usize, height: usize, b: usize, depth: usize): void {
  rowsByPanel<T>(4, out, outStride, init, initStride, a, height, b, depth)
}
function rows5<T>(out: usize, outStride: usize, init: usize, initStride: usize, a: usize, height: usize, b: usize, depth: usize): void {
  rowsByPanel<T>(5, out, outStride, init, initStride, a, height, b, depth)
}
function rows6<T>(out: usize, outStride: usize, init: usize, initStride: usize, a: usize, height: usize, b: usize, depth: usize): void {
  rowsByPanel<T>(6, out, outStride, init, initStride, a, height, b, depth)
}

/** The kernel for a constant number of rows: the branches vanish when it is inlined. */
// @ts-ignore: decorator
@inline export function rowsByPanel<T>(
  rows: i32, out: usize, outStride: usize, init: usize, initStride: usize,
  a: usize, height: usize, b: usize, depth: usize,
): void {
  let c00 = splat<T>(0.0), c01 = c00
  let c10 = c00, c11 = c01, c20 = c00, c21 = c01, c30 = c00, c31 = c01, c40 = c00, c41 = c01, c50 = c00, c51 = c01
  const aStep = height * sizeof<T>()
  const end = b + depth * 32
  while (b < end) {
    const b0 = v128.load(b), b1 = v128.load(b, 16)
    const a0 = loadSplat<T>(a)
    c00 = madd<T>(a0, b0, c00); c01 = madd<T>(a0, b1, c01)
    if (rows > 1) { const a1 = loadSplat<T>(a + sizeof<T>()); c10 = madd<T>(a1, b0, c10); c11 = madd<T>(a1, b1, c11) }
    if (rows > 2) { const a2 = loadSplat<T>(a + 2 * sizeof<T>()); c20 = madd<T>(a2, b0, c20); c21 = madd<T>(a2, b1, c21) }
    if (rows > 3) { const a3 = loadSplat<T>(a + 3 * sizeof<T>()); c30 = madd<T>(a3, b0, c30); c31 = madd<T>(a3, b1, c31) }
    if (rows > 4) { const a4 = loadSplat<T>(a + 4 * sizeof<T>()); c40 = madd<T>(a4, b0, c40); c41 = madd<T>(a4, b1, c41) }
    if (rows > 5) { const a5 = loadSplat<T>(a + 5 * sizeof<T>()); c50 = madd<T>(a5, b0, c50); c51 = madd<T>(a5, b1, c51) }
    a += aStep
    b += 32
  }
  plus<T>(out, init, 0, c00); plus<T>(out, init, 16, c01)
  if (rows > 1) { out += outStride; init += initStride; plus<T>(out, init, 0, c10); plus<T>(out, init, 16, c11) }
  if (rows > 2) { out += outStride; init += initStride; plus<T>(out, init, 0, c20); plus<T>(out, init, 16, c21) }
  if (rows > 3) { out += outStride; init += initStride; plus<T>(out, init, 0, c30); plus<T>(out, init, 16, c31) }
  if (rows > 4) { out += outStride; init += initStride; plus<T>(out, init, 0, c40); plus<T>(out, init, 16, c41) }
  if (rows > 5) { out += outStride; init += initStride; plus<T>(out, init, 0, c50); plus<T>(out, init, 16, c51) }
}

/** Stores `init + sum`. */
// @ts-ignore: decorator
@inline export function plus<T>(out: usize, init: usize, at: usize, sum: v128): void {
  v128.store(out + at, v128.add<T>(v128.load(init + at), sum))
}

/** One row of the left operand by four neighbouring panels. */
function rowByFourPanels<T>(out: usize, init: usize, a: usize, height: usize, b0: usize, panelBytes: usize, depth: usize): void {
  let c0 = splat<T>(0.0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0
  let b1 = b0 + panelBytes, b2 = b1 + panelBytes, b3 = b2 + panelBytes
  const aStep = height * sizeof<T>()
  const end = b0 + depth * 32
  while (b0 < end) {
    const x = loadSplat<T>(a)
    c0 = madd<T>(x, v128.load(b0), c0); c1 = madd<T>(x, v128.load(b0, 16), c1)
    c2 = madd<T>(x, v128.load(b1), c2); c3 = madd<T>(x, v128.load(b1, 16), c3)
    c4 = madd<T>(x, v128.load(b2), c4); c5 = madd<T>(x, v128.load(b2, 16), c5)
    c6 = madd<T>(x, v128.load(b3), c6); c7 = madd<T>(x, v128.load(b3, 16), c7)
    a += aStep
    b0 += 32; b1 += 32; b2 += 32; b3 += 32
  }
  plus<T>(out, init, 0, c0)
  plus<T>(out, init, 16, c1)
  plus<T>(out, init, 32, c2)
  plus<T>(out, init, 48, c3)
  plus<T>(out, init, 64, c4)
  plus<T>(out, init, 80, c5)
  plus<T>(out, init, 96, c6)
  plus<T>(out, init, 112, c7)
}

/** Two rows by two neighbouring panels. */
function twoRowsByTwoPanels<T>(
  out: usize, outStride: usize, init: usize, initStride: usize,
  a: usize, height: usize, b0: usize, panelBytes: usize, depth: usize,
): void {
  let c00 = splat<T>(0.0), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00
  let b1 = b0 + panelBytes
  const aStep = height * sizeof<T>()
  const end = b0 + depth * 32
  while (b0 < end) {
    const a0 = loadSplat<T>(a), a1 = loadSplat<T>(a + sizeof<T>())
    const v0 = v128.load(b0)
    c00 = madd<T>(a0, v0, c00); c10 = madd<T>(a1, v0, c10)
    const v1 = v128.load(b0, 16)
    c01 = madd<T>(a0, v1, c01); c11 = madd<T>(a1, v1, c11)
    const v2 = v128.load(b1)
    c02 = madd<T>(a0, v2, c02); c12 = madd<T>(a1, v2, c12)
    const v3 = v128.load(b1, 16)
    c03 = madd<T>(a0, v3, c03); c13 = madd<T>(a1, v3, c13)
    a += aStep
    b0 += 32
    b1 += 32
  }
  plus<T>(out, init, 0, c00)
  plus<T>(out, init, 16, c01)
  plus<T>(out, init, 32, c02)
  plus<T>(out, init, 48, c03)
  out += outStride
  init += initStride
  plus<T>(out, init, 0, c10)
  plus<T>(out, init, 16, c11)
  plus<T>(out, init, 32, c12)
  plus<T>(out, init, 48, c13)
}
