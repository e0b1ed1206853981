/**
 * Sums of products are made in runs, each from zero, and the runs then added up: begun with what is there already, small
 * terms would be rounded to its size. The processor hides what that costs.
 *
 * Every kernel holds as many sums at once as registers allow. A multiply-add takes four cycles, and two begin in each: fewer
 * than 8 sums leave it waiting. Of 16 registers 12 can hold sums, where a compiler loads a vector just before it uses
 * it; one more spills. Where all loads of a loop's body come first ({@link narrow}), sums and vectors loaded in a turn may be
 * 15 together: then 8 sums of four rows, but no more than 7 of a single row.
 *
 * Where a turn of a loop takes several values of k, a break may end it between them. The processor foresees it, and it
 * keeps the compiler from moving what comes after to what comes before, where it would not find registers for both.
 *
 * Loops test at their end: V8 up to 13.0 then keeps one sum less on the stack; later ones do not care.
 */

/**
 * Products of a run. The rounding errors of a sum grow with the length of the runs and with their number, so they are
 * least at about the root of the depth; but shorter runs cost time, and long sums have less error than PyTorch's as it is.
 */
// @ts-ignore: decorator
@inline export function runLength(depth: usize): usize {
  return depth >= 64 ? 32 : depth >= 32 ? 16 : 8
}

/** Stores `init + (left, right)`: a panel. Nothing is stored between the two loads, so that compilers may make one of both. */
// @ts-ignore: decorator
@inline export function plusPanel<T>(out: usize, init: usize, at: usize, left: v128, right: v128): void {
  const sumLeft = v128.add<T>(v128.load(init + at), left)
  const sumRight = v128.add<T>(v128.load(init + at, 16), right)
  v128.store(out + at, sumLeft)
  v128.store(out + at, sumRight, 16)
}
