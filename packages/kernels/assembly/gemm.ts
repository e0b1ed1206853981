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
 * 12 accumulators are what 16 registers leave room for: 6 rows x a panel of 2 vectors, or one row x a block of 12
 * vectors; one more, or unrolling, spills. Fewer than 8 independent chains do not hide the latency of the multiply-add.
 *
 * Products are summed in runs, each from zero, and the runs then added up: begun with what is there already,
 * small terms would be rounded to its size. The processor hides what that costs.
 *
 * Depths are at least 1. Loops test at their end: V8 12 (Node 22) then keeps one accumulator less on the stack and is half
 * as fast again; later ones do not care.
 */
import { loadSplat, madd, panelWidth, splat } from './vector'

/** Panels of a block: a block has whole units of every kind of cell, see pack.ts. */
export const blockPanels: usize = 6

/**
 * Products of a run. The rounding errors of a sum grow with the length of the runs and with their number, so they are
 * least at about the root of the depth; but shorter runs cost time, and long sums have less error than PyTorch's as it is.
 */
// @ts-ignore: decorator
@inline export function runLength(depth: usize): usize {
  return depth >= 64 ? 32 : depth >= 32 ? 16 : 8
}

/** Depth of a block that stays in the first-level cache while all tiles pass by: 24 kB. */
const chunkDepth: usize = 128

/** Rows from which touching a chunk of weights costs nothing that shows. */
const manyRows: usize = 32

/** Bytes from a block to the next. */
// @ts-ignore: decorator
@inline export function blockBytes(depth: usize): usize {
  return blockPanels * 32 * depth
}

/** `out = init + a b` */
export function gemm<T>(
  out: usize, outStride: usize, init: usize, initStride: usize,
  a: usize, height: usize, rows: usize,
  b: usize, panels: usize, depth: usize,
): void {
  for (let panel: usize = 0; panel < panels; panel += blockPanels) {
    gemmBlock<T>(out + panel * 32, outStride, init + panel * 32, initStride, a, height, rows, b, min(blockPanels, panels - panel), depth)
    b += blockBytes(depth)
  }
}

/** The same for one block. */
export function gemmBlock<T>(
  out: usize, outStride: usize, init: usize, initStride: usize,
  a: usize, height: usize, rows: usize,
  b: usize, panels: usize, depth: usize,
): void {
  if (rows == 1) rowByBlock<T>(out, init, a, height, b, panels, depth)
  else tilesByBlock<T>(out, outStride * sizeof<T>(), init, initStride * sizeof<T>(), a, height, rows, b, panels, depth)
}

// Strides from here on are in bytes.

function tilesByBlock<T>(
  out: usize, outStride: usize, init: usize, initStride: usize,
  a: usize, height: usize, rows: usize, b: usize, panels: usize, depth: usize,
): void {
  const bStep = panels * 32
  const tileBytes = depth * height * sizeof<T>()
  let k: usize = 0
  do {
    const chunk = min(chunkDepth, depth - k)
    if (rows >= manyRows) touch(b, chunk * bStep)
    let tile = a + k * height * sizeof<T>()
    let toRow = out
    let fromRow = init
    for (let row: usize = 0; row < rows; row += height) {
      const count = min(height, rows - row)
      let panel: usize = 0
      if (count == 2) {
        for (; panel + 2 <= panels; panel += 2) {
          twoRowsByTwoPanels<T>(toRow + panel * 32, outStride, fromRow + panel * 32, initStride, tile, height, b + panel * 32, bStep, chunk)
        }
      }
      for (; panel < panels; panel++) {
        tileByPanel<T>(count, toRow + panel * 32, outStride, fromRow + panel * 32, initStride, tile, height, b + panel * 32, bStep, chunk)
      }
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
 * every third line. Worth its while for weights beyond the second-level cache, and little beside many rows.
 */
// @ts-ignore: decorator
@inline export function touch(from: usize, bytes: usize): void {
  const end = from + bytes
  while (from < end) {
    load<u8>(from)
    from += 64
  }
}

// @ts-ignore: decorator
@inline export function tileByPanel<T>(
  rows: usize, out: usize, outStride: usize, init: usize, initStride: usize,
  a: usize, height: usize, b: usize, bStep: usize, depth: usize,
): void {
  switch (<i32>rows) {
    case 1: return rows1<T>(out, outStride, init, initStride, a, height, b, bStep, depth)
    case 2: return rows2<T>(out, outStride, init, initStride, a, height, b, bStep, depth)
    case 3: return rows3<T>(out, outStride, init, initStride, a, height, b, bStep, depth)
    case 4: return rows4<T>(out, outStride, init, initStride, a, height, b, bStep, depth)
    case 5: return rows5<T>(out, outStride, init, initStride, a, height, b, bStep, depth)
    default: return rows6<T>(out, outStride, init, initStride, a, height, b, bStep, depth)
  }
}

function rows1<T>(out: usize, outStride: usize, init: usize, initStride: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize): void {
  rowsByPanel<T>(1, out, outStride, init, initStride, a, height, b, bStep, depth)
}
function rows2<T>(out: usize, outStride: usize, init: usize, initStride: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize): void {
  rowsByPanel<T>(2, out, outStride, init, initStride, a, height, b, bStep, depth)
}
function rows3<T>(out: usize, outStride: usize, init: usize, initStride: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize): void {
  rowsByPanel<T>(3, out, outStride, init, initStride, a, height, b, bStep, depth)
}
function rows4<T>(out: usize, outStride: usize, init: usize, initStride: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize): void {
  rowsByPanel<T>(4, out, outStride, init, initStride, a, height, b, bStep, depth)
}
function rows5<T>(out: usize, outStride: usize, init: usize, initStride: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize): void {
  rowsByPanel<T>(5, out, outStride, init, initStride, a, height, b, bStep, depth)
}
function rows6<T>(out: usize, outStride: usize, init: usize, initStride: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize): void {
  rowsByPanel<T>(6, out, outStride, init, initStride, a, height, b, bStep, depth)
}

/** The kernel for a constant number of rows: the branches vanish when it is inlined. */
// @ts-ignore: decorator
@inline export function rowsByPanel<T>(
  rows: i32, out: usize, outStride: usize, init: usize, initStride: usize,
  a: usize, height: usize, b: usize, bStep: usize, depth: usize,
): void {
  const aStep = height * sizeof<T>()
  const end = a + depth * aStep
  const run = runLength(depth) * aStep
  do {
    let c00 = splat<T>(0.0), c01 = c00
    let c10 = c00, c11 = c01, c20 = c00, c21 = c01, c30 = c00, c31 = c01, c40 = c00, c41 = c01, c50 = c00, c51 = c01
    const stop = min(end, a + run)
    do {
      const b0 = v128.load(b), b1 = v128.load(b, 16)
      const a0 = loadSplat<T>(a)
      c00 = madd<T>(a0, b0, c00); c01 = madd<T>(a0, b1, c01)
      if (rows > 1) { const a1 = loadSplat<T>(a + sizeof<T>()); c10 = madd<T>(a1, b0, c10); c11 = madd<T>(a1, b1, c11) }
      if (rows > 2) { const a2 = loadSplat<T>(a + 2 * sizeof<T>()); c20 = madd<T>(a2, b0, c20); c21 = madd<T>(a2, b1, c21) }
      if (rows > 3) { const a3 = loadSplat<T>(a + 3 * sizeof<T>()); c30 = madd<T>(a3, b0, c30); c31 = madd<T>(a3, b1, c31) }
      if (rows > 4) { const a4 = loadSplat<T>(a + 4 * sizeof<T>()); c40 = madd<T>(a4, b0, c40); c41 = madd<T>(a4, b1, c41) }
      if (rows > 5) { const a5 = loadSplat<T>(a + 5 * sizeof<T>()); c50 = madd<T>(a5, b0, c50); c51 = madd<T>(a5, b1, c51) }
      a += aStep
      b += bStep
    } while (a < stop)
    let to = out, from = init
    plus<T>(to, from, 0, c00); plus<T>(to, from, 16, c01)
    if (rows > 1) { to += outStride; from += initStride; plus<T>(to, from, 0, c10); plus<T>(to, from, 16, c11) }
    if (rows > 2) { to += outStride; from += initStride; plus<T>(to, from, 0, c20); plus<T>(to, from, 16, c21) }
    if (rows > 3) { to += outStride; from += initStride; plus<T>(to, from, 0, c30); plus<T>(to, from, 16, c31) }
    if (rows > 4) { to += outStride; from += initStride; plus<T>(to, from, 0, c40); plus<T>(to, from, 16, c41) }
    if (rows > 5) { to += outStride; from += initStride; plus<T>(to, from, 0, c50); plus<T>(to, from, 16, c51) }
    init = out
    initStride = outStride
  } while (a < end)
}

/** Stores `init + sum`. */
// @ts-ignore: decorator
@inline export function plus<T>(out: usize, init: usize, at: usize, sum: v128): void {
  v128.store(out + at, v128.add<T>(v128.load(init + at), sum))
}

/** Two rows by two neighbouring panels. */
function twoRowsByTwoPanels<T>(
  out: usize, outStride: usize, init: usize, initStride: usize,
  a: usize, height: usize, b: usize, bStep: usize, depth: usize,
): void {
  const aStep = height * sizeof<T>()
  const end = a + depth * aStep
  const run = runLength(depth) * aStep
  do {
    let c00 = splat<T>(0.0), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00
    const stop = min(end, a + run)
    do {
      const a0 = loadSplat<T>(a), a1 = loadSplat<T>(a + sizeof<T>())
      const b0 = v128.load(b)
      c00 = madd<T>(a0, b0, c00); c10 = madd<T>(a1, b0, c10)
      const b1 = v128.load(b, 16)
      c01 = madd<T>(a0, b1, c01); c11 = madd<T>(a1, b1, c11)
      const b2 = v128.load(b, 32)
      c02 = madd<T>(a0, b2, c02); c12 = madd<T>(a1, b2, c12)
      const b3 = v128.load(b, 48)
      c03 = madd<T>(a0, b3, c03); c13 = madd<T>(a1, b3, c13)
      a += aStep
      b += bStep
    } while (a < stop)
    plus<T>(out, init, 0, c00); plus<T>(out, init, 16, c01); plus<T>(out, init, 32, c02); plus<T>(out, init, 48, c03)
    const to = out + outStride, from = init + initStride
    plus<T>(to, from, 0, c10); plus<T>(to, from, 16, c11); plus<T>(to, from, 32, c12); plus<T>(to, from, 48, c13)
    init = out
    initStride = outStride
  } while (a < end)
}

/** One row by a block. */
function rowByBlock<T>(out: usize, init: usize, a: usize, height: usize, b: usize, panels: usize, depth: usize): void {
  const bStep = panels * 32
  if (panels == blockPanels) return rowBySixPanels<T>(out, init, a, height, b, depth)
  let at: usize = 0
  if (panels >= 4) {
    rowByPanels4<T>(out, init, a, height, b, bStep, depth)
    at = 128
  }
  if (panels & 2) {
    rowByPanels2<T>(out + at, init + at, a, height, b + at, bStep, depth)
    at += 64
  }
  if (panels & 1) rowByPanels1<T>(out + at, init + at, a, height, b + at, bStep, depth)
}

function rowByPanels1<T>(out: usize, init: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize): void {
  rowByPanels<T>(1, out, init, a, height, b, bStep, depth)
}
function rowByPanels2<T>(out: usize, init: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize): void {
  rowByPanels<T>(2, out, init, a, height, b, bStep, depth)
}
function rowByPanels4<T>(out: usize, init: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize): void {
  rowByPanels<T>(4, out, init, a, height, b, bStep, depth)
}

function rowBySixPanels<T>(out: usize, init: usize, a: usize, height: usize, b: usize, depth: usize): void {
  const aStep = height * sizeof<T>()
  const end = a + depth * aStep
  const run = runLength(depth) * aStep
  do {
    let c0 = splat<T>(0.0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0, c8 = c0, c9 = c0, c10 = c0, c11 = c0
    const stop = min(end, a + run)
    do {
      const x = loadSplat<T>(a)
      c0 = madd<T>(x, v128.load(b), c0); c1 = madd<T>(x, v128.load(b, 16), c1)
      c2 = madd<T>(x, v128.load(b, 32), c2); c3 = madd<T>(x, v128.load(b, 48), c3)
      c4 = madd<T>(x, v128.load(b, 64), c4); c5 = madd<T>(x, v128.load(b, 80), c5)
      c6 = madd<T>(x, v128.load(b, 96), c6); c7 = madd<T>(x, v128.load(b, 112), c7)
      c8 = madd<T>(x, v128.load(b, 128), c8); c9 = madd<T>(x, v128.load(b, 144), c9)
      c10 = madd<T>(x, v128.load(b, 160), c10); c11 = madd<T>(x, v128.load(b, 176), c11)
      a += aStep
      b += 192
    } while (a < stop)
    plus<T>(out, init, 0, c0); plus<T>(out, init, 16, c1); plus<T>(out, init, 32, c2); plus<T>(out, init, 48, c3)
    plus<T>(out, init, 64, c4); plus<T>(out, init, 80, c5); plus<T>(out, init, 96, c6); plus<T>(out, init, 112, c7)
    plus<T>(out, init, 128, c8); plus<T>(out, init, 144, c9); plus<T>(out, init, 160, c10); plus<T>(out, init, 176, c11)
    init = out
  } while (a < end)
}

/** The kernel for a constant number of panels, 1, 2 or 4: always 8 chains, by 4, 2 or 1 products of each sum at a time. */
// @ts-ignore: decorator
@inline export function rowByPanels<T>(
  panels: i32, out: usize, init: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize,
): void {
  const aStep = height * sizeof<T>()
  const atOnce: usize = 4 / panels
  const end = a + depth * aStep
  const run = runLength(depth) * aStep
  do {
    let c0 = splat<T>(0.0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0
    const stop = min(end, a + run)
    if (a + (atOnce - 1) * aStep < stop) do {
      const x = loadSplat<T>(a)
      c0 = madd<T>(x, v128.load(b), c0); c1 = madd<T>(x, v128.load(b, 16), c1)
      if (panels == 4) {
        c2 = madd<T>(x, v128.load(b, 32), c2); c3 = madd<T>(x, v128.load(b, 48), c3)
        c4 = madd<T>(x, v128.load(b, 64), c4); c5 = madd<T>(x, v128.load(b, 80), c5)
        c6 = madd<T>(x, v128.load(b, 96), c6); c7 = madd<T>(x, v128.load(b, 112), c7)
      } else if (panels == 2) {
        c2 = madd<T>(x, v128.load(b, 32), c2); c3 = madd<T>(x, v128.load(b, 48), c3)
        const next = b + bStep
        const y = loadSplat<T>(a + aStep)
        c4 = madd<T>(y, v128.load(next), c4); c5 = madd<T>(y, v128.load(next, 16), c5)
        c6 = madd<T>(y, v128.load(next, 32), c6); c7 = madd<T>(y, v128.load(next, 48), c7)
      } else {
        const second = b + bStep, third = second + bStep, fourth = third + bStep
        const y = loadSplat<T>(a + aStep)
        c2 = madd<T>(y, v128.load(second), c2); c3 = madd<T>(y, v128.load(second, 16), c3)
        const z = loadSplat<T>(a + 2 * aStep)
        c4 = madd<T>(z, v128.load(third), c4); c5 = madd<T>(z, v128.load(third, 16), c5)
        const w = loadSplat<T>(a + 3 * aStep)
        c6 = madd<T>(w, v128.load(fourth), c6); c7 = madd<T>(w, v128.load(fourth, 16), c7)
      }
      a += atOnce * aStep
      b += atOnce * bStep
    } while (a + (atOnce - 1) * aStep < stop)
    if (panels < 4) {
      while (a < stop) {
        const x = loadSplat<T>(a)
        c0 = madd<T>(x, v128.load(b), c0); c1 = madd<T>(x, v128.load(b, 16), c1)
        if (panels == 2) { c2 = madd<T>(x, v128.load(b, 32), c2); c3 = madd<T>(x, v128.load(b, 48), c3) }
        a += aStep
        b += bStep
      }
    }
    if (panels == 4) {
      plus<T>(out, init, 0, c0); plus<T>(out, init, 16, c1); plus<T>(out, init, 32, c2); plus<T>(out, init, 48, c3)
      plus<T>(out, init, 64, c4); plus<T>(out, init, 80, c5); plus<T>(out, init, 96, c6); plus<T>(out, init, 112, c7)
    } else if (panels == 2) {
      plus<T>(out, init, 0, v128.add<T>(c0, c4)); plus<T>(out, init, 16, v128.add<T>(c1, c5))
      plus<T>(out, init, 32, v128.add<T>(c2, c6)); plus<T>(out, init, 48, v128.add<T>(c3, c7))
    } else {
      plus<T>(out, init, 0, v128.add<T>(v128.add<T>(c0, c4), v128.add<T>(c2, c6)))
      plus<T>(out, init, 16, v128.add<T>(v128.add<T>(c1, c5), v128.add<T>(c3, c7)))
    }
    init = out
  } while (a < end)
}
