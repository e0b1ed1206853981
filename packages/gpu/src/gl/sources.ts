import { ended, masks, X, Y } from '../sourceParts.ts'
import { address, type Grid, locate } from './grid.ts'

/**
 * The kernels of the WebGL backends: every thread computes one texel.
 *
 * | name | texel | content |
 * |---|---|---|
 * | p | 4: gates of a unit; RNN 1 | the inputs' share of the gates, with the biases; a timestep begins at row `py`, column `px` |
 * | w | as p | weights, interleaved: see packDirection |
 * | s | LSTM 2: h, c of a unit; else 1: h | states `(N, H)`; h is that before a projection |
 * | h | 1 | projected hidden state `(N, P)` |
 * | len | 1 | `(N, 1)`, the length of each sequence, if they differ; from timestep `len` on its state stays the same |
 *
 * A texel of several numbers is read into a constant first, because gpu.js does not understand `p[y][x][0]`.
 */

/** Copies values from the host into a texture. */
export function upload(grid: Grid): string {
  return `function (v) { ${locate(grid)} return v[r][c]; }`
}

/** The same as {@link upload}, with four numbers in a texel. */
export const upload4: string = `function (v) {
  const at = ${X} * 4;
  return [v[${Y}][at], v[${Y}][at + 1], v[${Y}][at + 2], v[${Y}][at + 3]];
}`

/** The same as {@link upload}, with h and c in a texel. */
export const upload2: string = `function (h, c) { return [h[${Y}][${X}], c[${Y}][${X}]]; }`

export const zeros: string = 'function () { return 0.0; }'

/** The same as {@link zeros}, with two numbers in a texel. */
export const zeros2: string = 'function () { return [0.0, 0.0]; }'

/** The second number of each texel. */
export const second: string = `function (s) { const v = s[${Y}][${X}]; return v[1]; }`

/** The order of the input's rows: null if by time, like the result's; sizes if it is batch-major. */
type RowOrder = { readonly T: number; readonly N: number } | null

function inputRow(order: RowOrder): string {
  return order
    ? `const t = Math.floor((at + r + 0.5) / ${order.N}.0);
       const row = (at + r - t * ${order.N}.0) * ${order.T}.0 + t;`
    : 'const row = at + r;'
}

/** `x W + b` for the rows of x from `at` on; w is `(depth + 1, columns)`. */
export function affine(depth: number, x: Grid, out: Grid, order: RowOrder): string {
  return `function (x, w, at) {
    ${locate(out)} ${inputRow(order)} ${address(x, 'row')}
    let sum = 0.0;
    for (let k = 0; k < ${depth}; k++) { sum += x[ry][rx + k] * w[k][c]; }
    return sum + w[${depth}][c];
  }`
}

/** The same as {@link affine}, for four gates at once. */
export function affine4(depth: number, x: Grid, out: Grid, order: RowOrder): string {
  return `function (x, w, at) {
    ${locate(out)} ${inputRow(order)} ${address(x, 'row')}
    let s0 = 0.0; let s1 = 0.0; let s2 = 0.0; let s3 = 0.0;
    for (let k = 0; k < ${depth}; k++) {
      const q = x[ry][rx + k];
      const v = w[k][c];
      s0 += q * v[0]; s1 += q * v[1]; s2 += q * v[2]; s3 += q * v[3];
    }
    const bias = w[${depth}][c];
    return [s0 + bias[0], s1 + bias[1], s2 + bias[2], s3 + bias[3]];
  }`
}

/** All four gates, `c' = f * c + i * g`, `h' = o * tanh(c')`. */
export function lstmStep(P: number, projected: boolean, masked: boolean): string {
  const state = projected ? `const q = h[${Y}][k];` : `const hk = s[${Y}][k]; const q = hk[0];`
  return `function (p, s, w, py, px${projected ? ', h' : ''}${masks(masked)}) {
    const old = s[${Y}][${X}];
    ${ended(masked, '[old[0], old[1]]')}
    let i = 0.0; let f = 0.0; let g = 0.0; let o = 0.0;
    for (let k = 0; k < ${P}; k++) {
      ${state}
      const v = w[k][${X}];
      i += q * v[0]; f += q * v[1]; g += q * v[2]; o += q * v[3];
    }
    const x = p[py + ${Y}][px + ${X}];
    const next = sigm(f + x[1]) * old[1] + sigm(i + x[0]) * tanhOf(g + x[2]);
    return [sigm(o + x[3]) * tanhOf(next), next];
  }`
}

/** `h' = W_hr h`: w `(H, P)` */
export function project(H: number, masked: boolean): string {
  return `function (s, h, w${masks(masked)}) {
    ${ended(masked, `h[${Y}][${X}]`)}
    let sum = 0.0;
    for (let k = 0; k < ${H}; k++) { const v = s[${Y}][k]; sum += v[0] * w[k][${X}]; }
    return sum;
  }`
}

/** `n = tanh(p_n + r * (W_hn h + b_hn))`, `h' = (h - n) * z + n` */
export function gruStep(P: number, masked: boolean): string {
  return `function (p, s, w, py, px${masks(masked)}) {
    const old = s[${Y}][${X}];
    ${ended(masked, 'old')}
    let r = 0.0; let z = 0.0; let n = 0.0;
    for (let k = 0; k < ${P}; k++) {
      const q = s[${Y}][k];
      const v = w[k][${X}];
      r += q * v[0]; z += q * v[1]; n += q * v[2];
    }
    const x = p[py + ${Y}][px + ${X}];
    const bias = w[${P}][${X}];
    const next = tanhOf(x[2] + sigm(r + x[0]) * (n + bias[2]));
    return (old - next) * sigm(z + x[1]) + next;
  }`
}

/** `h' = act(p + W_hh h)` */
export function rnnStep(mode: 'RNN_TANH' | 'RNN_RELU', P: number, masked: boolean): string {
  const activate = mode === 'RNN_TANH' ? 'tanhOf' : 'relu'
  return `function (p, s, w, py, px${masks(masked)}) {
    ${ended(masked, `s[${Y}][${X}]`)}
    let sum = 0.0;
    for (let k = 0; k < ${P}; k++) { sum += s[${Y}][k] * w[k][${X}]; }
    return ${activate}(sum + p[py + ${Y}][px + ${X}]);
  }`
}

/** The rows of a table that an index names. */
export function lookUp(table: Grid, index: Grid, out: Grid): string {
  return `function (table, index) {
    ${locate(out)} ${address(index, 'r', 'i')}
    const row = index[iy][ix];
    ${address(table, 'row')}
    return table[ry][rx + c];
  }`
}

/** The largest element of each row, and the sum of `exp(x - largest)`. */
export function rowStatistics(x: Grid, out: Grid): string {
  return `function (x) {
    ${locate(out)} ${address(x, 'r')}
    let most = x[ry][rx];
    for (let k = 1; k < ${x.columns}; k++) { most = Math.max(most, x[ry][rx + k]); }
    if (c < 0.5) { return most; }
    let sum = 0.0;
    for (let k = 0; k < ${x.columns}; k++) { sum += expOf(x[ry][rx + k] - most); }
    return sum;
  }`
}

/** `exp(x - largest) / sum`; the result has the grid of x. */
export function normalize(statistics: Grid, out: Grid): string {
  return `function (x, s) {
    ${locate(out)} ${address(statistics, 'r')}
    return expOf(x[${Y}][${X}] - s[ry][rx]) / s[ry][rx + 1];
  }`
}
