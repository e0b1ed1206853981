/**
 * The kernels for a tile of up to six rows by a block: `out = init + a b`.
 *
 * | operand | shape | layout |
 * |---|---|---|
 * | a | `(rows, depth)` | `[k][tile height]` |
 * | b | `(depth, panels * panel width)` | a block, `[k][block width]` |
 * | init, out | `(rows, panels * panel width)` | row-major, strides apart |
 *
 * Strides are in bytes.
 */
import { rowByBlock, rowByPanel } from './row'
import { plusPanel, runLength } from './sums'
import { loadSplat, madd, narrow, splat } from './vector'

/** Multiplies `rows` of a tile's `height` rows with a block, as many at a time as {@link piece} says. */
export function tileByBlock<T>(
  rows: usize, out: usize, outStride: usize, init: usize, initStride: usize,
  a: usize, height: usize, b: usize, panels: usize, depth: usize,
): void {
  do {
    const count = piece(rows)
    if (count == 1) rowByBlock<T>(out, init, a, height, b, panels, depth)
    else if (count == 2) twoRowsByBlock<T>(out, outStride, init, initStride, a, height, b, panels, depth)
    else {
      const bStep = panels * 32
      for (let at: usize = 0; at < bStep; at += 32) {
        if (count == 3) threeRowsByPanel<T>(out + at, outStride, init + at, initStride, a, height, b + at, bStep, depth)
        else if (count == 4) rows4<T>(out + at, outStride, init + at, initStride, a, height, b + at, bStep, depth)
        else rows6<T>(out + at, outStride, init + at, initStride, a, height, b + at, bStep, depth)
      }
    }
    out += count * outStride
    init += count * initStride
    a += count * sizeof<T>()
    rows -= count
  } while (rows != 0)
}

/** How many of the `rows` that are left a pass takes. Four and five rows are faster in two passes than in one, which has 8 or 10 sums. */
// @ts-ignore: decorator
@inline export function piece(rows: usize): usize {
  if (narrow) return rows >= 4 ? 4 : rows >= 2 ? 2 : 1
  return rows == 4 ? 2 : rows == 5 ? 3 : rows
}

function rows4<T>(out: usize, outStride: usize, init: usize, initStride: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize): void {
  rowsByPanel<T>(4, out, outStride, init, initStride, a, height, b, bStep, depth)
}
function rows6<T>(out: usize, outStride: usize, init: usize, initStride: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize): void {
  rowsByPanel<T>(6, out, outStride, init, initStride, a, height, b, bStep, depth)
}

/** The kernel for 4 or 6 rows. Its branches vanish when it is inlined. */
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
      const a1 = loadSplat<T>(a + sizeof<T>())
      c10 = madd<T>(a1, b0, c10); c11 = madd<T>(a1, b1, c11)
      const a2 = loadSplat<T>(a + 2 * sizeof<T>())
      c20 = madd<T>(a2, b0, c20); c21 = madd<T>(a2, b1, c21)
      const a3 = loadSplat<T>(a + 3 * sizeof<T>())
      c30 = madd<T>(a3, b0, c30); c31 = madd<T>(a3, b1, c31)
      if (rows == 6) {
        const a4 = loadSplat<T>(a + 4 * sizeof<T>())
        c40 = madd<T>(a4, b0, c40); c41 = madd<T>(a4, b1, c41)
        const a5 = loadSplat<T>(a + 5 * sizeof<T>())
        c50 = madd<T>(a5, b0, c50); c51 = madd<T>(a5, b1, c51)
      }
      a += aStep
      b += bStep
    } while (a < stop)
    let to = out, from = init
    plusPanel<T>(to, from, 0, c00, c01)
    to += outStride; from += initStride; plusPanel<T>(to, from, 0, c10, c11)
    to += outStride; from += initStride; plusPanel<T>(to, from, 0, c20, c21)
    to += outStride; from += initStride; plusPanel<T>(to, from, 0, c30, c31)
    if (rows == 6) {
      to += outStride; from += initStride; plusPanel<T>(to, from, 0, c40, c41)
      to += outStride; from += initStride; plusPanel<T>(to, from, 0, c50, c51)
    }
    init = out
    initStride = outStride
  } while (a < end)
}

/** Three rows by a panel. The even and the odd products of each sum are added separately: that makes 12 chains. */
function threeRowsByPanel<T>(
  out: usize, outStride: usize, init: usize, initStride: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize,
): void {
  const aStep = height * sizeof<T>()
  const end = a + depth * aStep
  const run = runLength(depth) * aStep
  do {
    let c00 = splat<T>(0.0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00
    let d00 = c00, d01 = c00, d10 = c00, d11 = c00, d20 = c00, d21 = c00
    const stop = min(end, a + run)
    while (true) {
      const b0 = v128.load(b), b1 = v128.load(b, 16)
      const a0 = loadSplat<T>(a)
      c00 = madd<T>(a0, b0, c00); c01 = madd<T>(a0, b1, c01)
      const a1 = loadSplat<T>(a + sizeof<T>())
      c10 = madd<T>(a1, b0, c10); c11 = madd<T>(a1, b1, c11)
      const a2 = loadSplat<T>(a + 2 * sizeof<T>())
      c20 = madd<T>(a2, b0, c20); c21 = madd<T>(a2, b1, c21)
      b += bStep
      if ((a += aStep) >= stop) break
      const e0 = v128.load(b), e1 = v128.load(b, 16)
      const x0 = loadSplat<T>(a)
      d00 = madd<T>(x0, e0, d00); d01 = madd<T>(x0, e1, d01)
      const x1 = loadSplat<T>(a + sizeof<T>())
      d10 = madd<T>(x1, e0, d10); d11 = madd<T>(x1, e1, d11)
      const x2 = loadSplat<T>(a + 2 * sizeof<T>())
      d20 = madd<T>(x2, e0, d20); d21 = madd<T>(x2, e1, d21)
      b += bStep
      if ((a += aStep) >= stop) break
    }
    let to = out, from = init
    plusPanel<T>(to, from, 0, v128.add<T>(c00, d00), v128.add<T>(c01, d01))
    to += outStride; from += initStride; plusPanel<T>(to, from, 0, v128.add<T>(c10, d10), v128.add<T>(c11, d11))
    to += outStride; from += initStride; plusPanel<T>(to, from, 0, v128.add<T>(c20, d20), v128.add<T>(c21, d21))
    init = out
    initStride = outStride
  } while (a < end)
}

function twoRowsByBlock<T>(
  out: usize, outStride: usize, init: usize, initStride: usize, a: usize, height: usize, b: usize, panels: usize, depth: usize,
): void {
  const bStep = panels * 32
  if (!narrow) {
    for (; panels >= 3; panels -= 3) {
      twoRowsByPanels3<T>(out, outStride, init, initStride, a, height, b, bStep, depth)
      out += 96
      init += 96
      b += 96
    }
  }
  for (; panels >= 2; panels -= 2) {
    twoRowsByPanels2<T>(out, outStride, init, initStride, a, height, b, bStep, depth)
    out += 64
    init += 64
    b += 64
  }
  if (panels == 1) {
    rowByPanel<T>(out, init, a, height, b, bStep, depth)
    rowByPanel<T>(out + outStride, init + initStride, a + sizeof<T>(), height, b, bStep, depth)
  }
}

function twoRowsByPanels2<T>(out: usize, outStride: usize, init: usize, initStride: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize): void {
  twoRowsByPanels<T>(2, out, outStride, init, initStride, a, height, b, bStep, depth)
}
function twoRowsByPanels3<T>(out: usize, outStride: usize, init: usize, initStride: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize): void {
  twoRowsByPanels<T>(3, out, outStride, init, initStride, a, height, b, bStep, depth)
}

/** The kernel for two rows by a constant number of neighbouring panels, 2 or 3. */
// @ts-ignore: decorator
@inline export function twoRowsByPanels<T>(
  panels: i32, out: usize, outStride: usize, init: usize, initStride: usize,
  a: usize, height: usize, b: usize, bStep: usize, depth: usize,
): void {
  const aStep = height * sizeof<T>()
  const end = a + depth * aStep
  const run = runLength(depth) * aStep
  do {
    let c00 = splat<T>(0.0), c01 = c00, c02 = c00, c03 = c00, c04 = c00, c05 = c00
    let c10 = c00, c11 = c00, c12 = c00, c13 = c00, c14 = c00, c15 = c00
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
      if (panels > 2) {
        const b4 = v128.load(b, 64)
        c04 = madd<T>(a0, b4, c04); c14 = madd<T>(a1, b4, c14)
        const b5 = v128.load(b, 80)
        c05 = madd<T>(a0, b5, c05); c15 = madd<T>(a1, b5, c15)
      }
      a += aStep
      b += bStep
    } while (a < stop)
    const to = out + outStride, from = init + initStride
    plusPanel<T>(out, init, 0, c00, c01); plusPanel<T>(out, init, 32, c02, c03)
    plusPanel<T>(to, from, 0, c10, c11); plusPanel<T>(to, from, 32, c12, c13)
    if (panels > 2) { plusPanel<T>(out, init, 64, c04, c05); plusPanel<T>(to, from, 64, c14, c15) }
    init = out
    initStride = outStride
  } while (a < end)
}
