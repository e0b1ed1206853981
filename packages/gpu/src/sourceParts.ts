/** What kernels of all backends share. A thread computes column x of row y. */

export const X = 'this.thread.x'
export const Y = 'this.thread.y'

/** The last parameters of a kernel that looks at the lengths of sequences, `(N, 1)`, and at its timestep. */
export function masks(masked: boolean): string {
  return masked ? ', len, t' : ''
}

/** Source: gives `kept` where a sequence has ended. */
export function ended(masked: boolean, kept: string): string {
  return masked ? `if (t > len[${Y}][0] - 0.5) { return ${kept}; }` : ''
}

/**
 * Source: gives 0 in rows of all timesteps that lie behind the end of their sequence; `row` names the row. What stands there
 * meets gradients of zero, and zero times an infinity would be NaN.
 */
export function zeroBehindEnd(masked: boolean, N: number, row: string): string {
  return masked
    ? `const time = Math.floor((${row} + 0.5) / ${N}.0);
       if (time > len[${row} - time * ${N}.0][0] - 0.5) { return 0.0; }`
    : ''
}

/** Terms a turn of a loop has: a GPU then waits for eight values together, not for one after the other. */
const unroll = 8

/**
 * Source: the terms of a sum over k from 0 to `depth`, in order.
 * @param term of `k`, an expression; `i` makes names that it declares its own
 */
export function overK(depth: number, term: (k: string, i: number) => string): string {
  const inLoop = depth - (depth % unroll)
  const turn = Array.from({ length: unroll }, (_, i) => term(`k + ${i}`, i))
  const rest = Array.from({ length: depth - inLoop }, (_, i) => term(`${inLoop + i}`, unroll + i))
  return `${inLoop > 0 ? `for (let k = 0; k < ${inLoop}; k += ${unroll}) { ${turn.join(' ')} }` : ''} ${rest.join(' ')}`
}

/** Which products a gradient goes through: of `W_ih` with the input, or of `W_hh` with the state. */
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
