/** Parts of kernel sources that all backends share. A thread computes column x of row y. */

export const X = 'this.thread.x'
export const Y = 'this.thread.y'

/** The last parameters of a kernel if sequences end at different timesteps: their lengths `(N, 1)`, and its timestep. */
export function masks(masked: boolean): string {
  return masked ? ', len, t' : ''
}

/** Source text that returns `kept` if the sequence has ended. */
export function ended(masked: boolean, kept: string): string {
  return masked ? `if (t > len[${Y}][0] - 0.5) { return ${kept}; }` : ''
}

/**
 * Source text that returns 0 if `row`, of all timesteps, is after the end of its sequence. What is there will be
 * multiplied by gradients of zero, and zero times infinity would be NaN.
 */
export function zeroBehindEnd(masked: boolean, N: number, row: string): string {
  return masked
    ? `const time = Math.floor((${row} + 0.5) / ${N}.0);
       if (time > len[${row} - time * ${N}.0][0] - 0.5) { return 0.0; }`
    : ''
}

/** How many terms a loop adds in one turn: a GPU then reads eight values at once, and not one after the other. */
const unroll = 8

/**
 * Source text that adds the terms of a sum over k from 0 to `depth`, in order.
 * @param term the source of one term; `k` is an expression, `i` a number for the names that a term declares
 */
export function overK(depth: number, term: (k: string, i: number) => string): string {
  const inLoop = depth - (depth % unroll)
  const turn = Array.from({ length: unroll }, (_, i) => term(`k + ${i}`, i))
  const rest = Array.from({ length: depth - inLoop }, (_, i) => term(`${inLoop + i}`, unroll + i))
  return `${inLoop > 0 ? `for (let k = 0; k < ${inLoop}; k += ${unroll}) { ${turn.join(' ')} }` : ''} ${rest.join(' ')}`
}

/** The product that a gradient goes through: that of `W_ih` and the input, or of `W_hh` and the state. */
export type Through = 'input' | 'hidden'

/** `a * b`, element by element. */
export const multiply: string = `function (a, b) { return a[${Y}][${X}] * b[${Y}][${X}]; }`

/** `dm = W_hr^T dh`: w `(H, P)` */
export function projectBack(P: number): string {
  return `function (dh, w) {
    let sum = 0.0;
    ${overK(P, (k) => `sum += dh[${Y}][${k}] * w[${X}][${k}];`)}
    return sum;
  }`
}
