/**
 * The kernels for a tile of up to six rows: `out = init + a b`, for one panel, or two rows by two panels.
 *
 * | operand | shape | layout |
 * |---|---|---|
 * | a | `(rows, depth)` | `[k][tile height]` |
 * | b | `(depth, panel width)` | `bStep` from k to k |
 * | init, out | `(rows, panel width)` | row-major, strides apart |
 *
 * Strides are in bytes.
 */
import { plusPanel, runLength } from './sums'
import { loadSplat, madd, splat } from './vector'

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
    plusPanel<T>(to, from, 0, c00, c01)
    if (rows > 1) { to += outStride; from += initStride; plusPanel<T>(to, from, 0, c10, c11) }
    if (rows > 2) { to += outStride; from += initStride; plusPanel<T>(to, from, 0, c20, c21) }
    if (rows > 3) { to += outStride; from += initStride; plusPanel<T>(to, from, 0, c30, c31) }
    if (rows > 4) { to += outStride; from += initStride; plusPanel<T>(to, from, 0, c40, c41) }
    if (rows > 5) { to += outStride; from += initStride; plusPanel<T>(to, from, 0, c50, c51) }
    init = out
    initStride = outStride
  } while (a < end)
}

/** Two rows by two neighbouring panels. */
export function twoRowsByTwoPanels<T>(
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
    plusPanel<T>(out, init, 0, c00, c01); plusPanel<T>(out, init, 32, c02, c03)
    const to = out + outStride, from = init + initStride
    plusPanel<T>(to, from, 0, c10, c11); plusPanel<T>(to, from, 32, c12, c13)
    init = out
    initStride = outStride
  } while (a < end)
}
