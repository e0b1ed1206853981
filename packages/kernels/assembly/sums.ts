/**
 * Sums of products are made in runs. Each run begins at zero, and the runs are then added up. A sum that went on from what
 * is there already would round small terms to the size of that. The processor hides the cost.
 *
 * Every kernel holds as many sums at once as the registers allow. A multiply-add takes four cycles, and two begin in each cycle,
 * so fewer than 8 sums leave the processor waiting. There are 16 registers. Where a compiler loads a vector just before it
 * uses it, 12 can hold sums; a thirteenth sum goes to the stack. Where all loads of a loop's body come first ({@link narrow}),
 * sums and the vectors loaded in a turn may be 15 together: 8 sums for four rows, but no more than 7 for a single row.
 *
 * Where a turn of a loop takes several values of k, a break between them may end it. The processor predicts it. The break also
 * keeps the compiler from moving instructions up across it, where they would need more registers than there are.
 *
 * Loops test at their end: V8 up to 13.0 then keeps one sum less on the stack. Later versions do the same either way.
 */

/**
 * How many products a run has. The rounding error of a sum grows with the length of the runs and with their number, so it is
 * smallest where runs are about as long as the root of the depth. But shorter runs cost time, and long sums are more exact than
 * PyTorch's already.
 */
// @ts-ignore: decorator
@inline export function runLength(depth: usize): usize {
  return depth >= 64 ? 32 : depth >= 32 ? 16 : 8
}

/** Stores the panel `init + (left, right)`. Nothing is stored between the two loads, so a compiler may join them. */
// @ts-ignore: decorator
@inline export function plusPanel<T>(out: usize, init: usize, at: usize, left: v128, right: v128): void {
  const sumLeft = v128.add<T>(v128.load(init + at), left)
  const sumRight = v128.add<T>(v128.load(init + at, 16), right)
  v128.store(out + at, sumLeft)
  v128.store(out + at, sumRight, 16)
}
