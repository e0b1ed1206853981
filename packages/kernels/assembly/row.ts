/**
 * The kernels for a single row: `out = init + a b`. Every weight is used once, so they are as fast as the caches deliver weights.
 *
 * | operand | shape | layout |
 * |---|---|---|
 * | a | `(1, depth)` | `[k][tile height]`: the row may be the last of its tile |
 * | b | `(depth, panels * panel width)` | a block, `[k][block width]` |
 * | init, out | `(1, panels * panel width)` | |
 */
import { blockPanels } from './pack'
import { plusPanel, runLength } from './sums'
import { loadSplat, madd, narrow, splat, splatLane } from './vector'

/** One row by a block. */
export function rowByBlock<T>(out: usize, init: usize, a: usize, height: usize, b: usize, panels: usize, depth: usize): void {
  const bStep = panels * 32
  if (!narrow && panels == blockPanels && height == 1) return rowBySixPanels<T>(out, init, a, b, depth)
  if (narrow) {
    // 6 sums and 7 loads fit in the registers.
    for (; panels >= 3; panels -= 3) {
      rowByPanels3<T>(out, init, a, height, b, bStep, depth)
      out += 96
      init += 96
      b += 96
    }
  }
  if (panels & 4) {
    rowByPanels4<T>(out, init, a, height, b, bStep, depth)
    out += 128
    init += 128
    b += 128
  }
  if (panels & 2) {
    rowByPanels2<T>(out, init, a, height, b, bStep, depth)
    out += 64
    init += 64
    b += 64
  }
  if (panels & 1) rowByPanel<T>(out, init, a, height, b, bStep, depth)
}

/** One row by a panel. */
export function rowByPanel<T>(out: usize, init: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize): void {
  rowByPanels<T>(1, out, init, a, height, b, bStep, depth)
}
function rowByPanels2<T>(out: usize, init: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize): void {
  rowByPanels<T>(2, out, init, a, height, b, bStep, depth)
}
function rowByPanels3<T>(out: usize, init: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize): void {
  rowByPanels<T>(3, out, init, a, height, b, bStep, depth)
}
function rowByPanels4<T>(out: usize, init: usize, a: usize, height: usize, b: usize, bStep: usize, depth: usize): void {
  rowByPanels<T>(4, out, init, a, height, b, bStep, depth)
}

/**
 * The kernel for a whole block and a row that is a tile of its own. Processors begin two loads in a cycle, and the weights
 * need nearly all of them, so the row's elements are loaded as vectors. The last vector may end after the row: left operands
 * have room for a tile of full height.
 */
function rowBySixPanels<T>(out: usize, init: usize, a: usize, b: usize, depth: usize): void {
  const end = a + depth * sizeof<T>()
  const run = runLength(depth) * sizeof<T>()
  do {
    let c0 = splat<T>(0.0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0, c8 = c0, c9 = c0, c10 = c0, c11 = c0
    const stop = min(end, a + run)
    while (true) {
      const xs = v128.load(a)
      let x = splatLane<T>(xs, 0)
      c0 = madd<T>(x, v128.load(b), c0); c1 = madd<T>(x, v128.load(b, 16), c1)
      c2 = madd<T>(x, v128.load(b, 32), c2); c3 = madd<T>(x, v128.load(b, 48), c3)
      c4 = madd<T>(x, v128.load(b, 64), c4); c5 = madd<T>(x, v128.load(b, 80), c5)
      c6 = madd<T>(x, v128.load(b, 96), c6); c7 = madd<T>(x, v128.load(b, 112), c7)
      c8 = madd<T>(x, v128.load(b, 128), c8); c9 = madd<T>(x, v128.load(b, 144), c9)
      c10 = madd<T>(x, v128.load(b, 160), c10); c11 = madd<T>(x, v128.load(b, 176), c11)
      b += 192
      if ((a += sizeof<T>()) >= stop) break
      x = splatLane<T>(xs, 1)
      c0 = madd<T>(x, v128.load(b), c0); c1 = madd<T>(x, v128.load(b, 16), c1)
      c2 = madd<T>(x, v128.load(b, 32), c2); c3 = madd<T>(x, v128.load(b, 48), c3)
      c4 = madd<T>(x, v128.load(b, 64), c4); c5 = madd<T>(x, v128.load(b, 80), c5)
      c6 = madd<T>(x, v128.load(b, 96), c6); c7 = madd<T>(x, v128.load(b, 112), c7)
      c8 = madd<T>(x, v128.load(b, 128), c8); c9 = madd<T>(x, v128.load(b, 144), c9)
      c10 = madd<T>(x, v128.load(b, 160), c10); c11 = madd<T>(x, v128.load(b, 176), c11)
      b += 192
      if (sizeof<T>() == 4) {
        if ((a += sizeof<T>()) >= stop) break
        x = splatLane<T>(xs, 2)
        c0 = madd<T>(x, v128.load(b), c0); c1 = madd<T>(x, v128.load(b, 16), c1)
        c2 = madd<T>(x, v128.load(b, 32), c2); c3 = madd<T>(x, v128.load(b, 48), c3)
        c4 = madd<T>(x, v128.load(b, 64), c4); c5 = madd<T>(x, v128.load(b, 80), c5)
        c6 = madd<T>(x, v128.load(b, 96), c6); c7 = madd<T>(x, v128.load(b, 112), c7)
        c8 = madd<T>(x, v128.load(b, 128), c8); c9 = madd<T>(x, v128.load(b, 144), c9)
        c10 = madd<T>(x, v128.load(b, 160), c10); c11 = madd<T>(x, v128.load(b, 176), c11)
        b += 192
        if ((a += sizeof<T>()) >= stop) break
        x = splatLane<T>(xs, 3)
        c0 = madd<T>(x, v128.load(b), c0); c1 = madd<T>(x, v128.load(b, 16), c1)
        c2 = madd<T>(x, v128.load(b, 32), c2); c3 = madd<T>(x, v128.load(b, 48), c3)
        c4 = madd<T>(x, v128.load(b, 64), c4); c5 = madd<T>(x, v128.load(b, 80), c5)
        c6 = madd<T>(x, v128.load(b, 96), c6); c7 = madd<T>(x, v128.load(b, 112), c7)
        c8 = madd<T>(x, v128.load(b, 128), c8); c9 = madd<T>(x, v128.load(b, 144), c9)
        c10 = madd<T>(x, v128.load(b, 160), c10); c11 = madd<T>(x, v128.load(b, 176), c11)
        b += 192
      }
      if ((a += sizeof<T>()) >= stop) break
    }
    plusPanel<T>(out, init, 0, c0, c1); plusPanel<T>(out, init, 32, c2, c3)
    plusPanel<T>(out, init, 64, c4, c5); plusPanel<T>(out, init, 96, c6, c7)
    plusPanel<T>(out, init, 128, c8, c9); plusPanel<T>(out, init, 160, c10, c11)
    init = out
  } while (a < end)
}

/** The kernel for a constant number of panels, 1 to 4. With 1 and 2 panels, each sum is kept in 4 and 2 parts: that makes 8 chains. */
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
      if (panels > 2) {
        c2 = madd<T>(x, v128.load(b, 32), c2); c3 = madd<T>(x, v128.load(b, 48), c3)
        c4 = madd<T>(x, v128.load(b, 64), c4); c5 = madd<T>(x, v128.load(b, 80), c5)
        if (panels > 3) { c6 = madd<T>(x, v128.load(b, 96), c6); c7 = madd<T>(x, v128.load(b, 112), c7) }
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
    if (panels < 3) {
      while (a < stop) {
        const x = loadSplat<T>(a)
        c0 = madd<T>(x, v128.load(b), c0); c1 = madd<T>(x, v128.load(b, 16), c1)
        if (panels == 2) { c2 = madd<T>(x, v128.load(b, 32), c2); c3 = madd<T>(x, v128.load(b, 48), c3) }
        a += aStep
        b += bStep
      }
    }
    if (panels > 2) {
      plusPanel<T>(out, init, 0, c0, c1); plusPanel<T>(out, init, 32, c2, c3)
      plusPanel<T>(out, init, 64, c4, c5)
      if (panels > 3) { plusPanel<T>(out, init, 96, c6, c7) }
    } else if (panels == 2) {
      plusPanel<T>(out, init, 0, v128.add<T>(c0, c4), v128.add<T>(c1, c5))
      plusPanel<T>(out, init, 32, v128.add<T>(c2, c6), v128.add<T>(c3, c7))
    } else {
      plusPanel<T>(out, init, 0, v128.add<T>(v128.add<T>(c0, c4), v128.add<T>(c2, c6)), v128.add<T>(v128.add<T>(c1, c5), v128.add<T>(c3, c7)))
    }
    init = out
  } while (a < end)
}
