import { ended, masks, X, Y } from '../sourceParts.ts'

/**
 * The kernels of the WebGPU backend: every thread computes one number, thread x a column and y a row.
 *
 * | name | shape | content |
 * |---|---|---|
 * | p | `(rows, G*H)` | inputs' share of the gates, biases included; row `at + y` |
 * | h | `(N, P)` in its first P columns | hidden state |
 * | w | see packDirection, stacked | weights |
 * | s | LSTM `(N, 2*H)` h and c side by side; else h | states |
 * | len | `(N, 1)` | timesteps of each sequence, where they differ: it keeps its state from timestep `len` on |
 *
 * Sums begin at zero and get the bias at the end, which loses less of small terms. All loop bounds are written out:
 * gpu.js ends a loop whose bound is an argument after 1000 turns.
 */

/** `sum over k < depth of left[k] * right[k]`, named `sum`. */
function sum(depth: number, left: string, right: string): string {
  return `let sum = 0.0; for (let k = 0; k < ${depth}; k++) { sum += ${left} * ${right}; }`
}

/** `x W + b`: w `(depth + 1, columns)`. Rows of x from `at` on, or of a batch-major x those of the same timesteps. */
export function affine(depth: number, batchMajor: { readonly T: number; readonly N: number } | null): string {
  const row = batchMajor
    ? `const t = Math.floor((at + ${Y} + 0.5) / ${batchMajor.N}.0);
       const row = (at + ${Y} - t * ${batchMajor.N}.0) * ${batchMajor.T}.0 + t;`
    : `const row = at + ${Y};`
  return `function (x, w, at) {
    ${row}
    ${sum(depth, 'x[row][k]', `w[k][${X}]`)}
    return sum + w[${depth}][${X}];
  }`
}

/**
 * All four gates, `c' = f * c + i * g`, `h' = o * tanh(c')`: columns of s below H give h', the others c'. Both sum the
 * products, which saves a launch for the gates; as each h that is read serves four of them, hardly more is read than there.
 */
export function lstmStep(H: number, P: number, projected: boolean, masked: boolean): string {
  const state = projected ? 'h' : 's'
  return `function (p, s, w, at${projected ? ', h' : ''}${masks(masked)}) {
    ${ended(masked, `s[${Y}][${X}]`)}
    let j = ${X};
    if (${X} >= ${H}) { j = ${X} - ${H}; }
    let i = 0.0; let f = 0.0; let g = 0.0; let o = 0.0;
    for (let k = 0; k < ${P}; k++) {
      const q = ${state}[${Y}][k];
      i += q * w[k][j]; f += q * w[k][j + ${H}]; g += q * w[k][j + ${2 * H}]; o += q * w[k][j + ${3 * H}];
    }
    const row = at + ${Y};
    const c = sigm(f + p[row][j + ${H}]) * s[${Y}][j + ${H}] + sigm(i + p[row][j]) * tanhOf(g + p[row][j + ${2 * H}]);
    if (${X} >= ${H}) { return c; }
    return sigm(o + p[row][j + ${3 * H}]) * tanhOf(c);
  }`
}

/** `h' = W_hr h`: w `(H, P)` */
export function project(H: number, masked: boolean): string {
  return `function (s, h, w${masks(masked)}) {
    ${ended(masked, `h[${Y}][${X}]`)}
    ${sum(H, `s[${Y}][k]`, `w[k][${X}]`)}
    return sum;
  }`
}

/** `n = tanh(p_n + r * (W_hn h + b_hn))`, `h' = (h - n) * z + n` */
export function gruStep(H: number, masked: boolean): string {
  return `function (p, h, w, at${masks(masked)}) {
    ${ended(masked, `h[${Y}][${X}]`)}
    let r = 0.0; let z = 0.0; let n = 0.0;
    for (let k = 0; k < ${H}; k++) {
      const q = h[${Y}][k];
      r += q * w[k][${X}]; z += q * w[k][${X} + ${H}]; n += q * w[k][${X} + ${2 * H}];
    }
    const row = at + ${Y};
    const next = tanhOf(p[row][${X} + ${2 * H}] + sigm(r + p[row][${X}]) * (n + w[${H}][${X} + ${2 * H}]));
    return (h[${Y}][${X}] - next) * sigm(z + p[row][${X} + ${H}]) + next;
  }`
}

/** `h' = act(p + W_hh h)` */
export function rnnStep(mode: 'RNN_TANH' | 'RNN_RELU', H: number, masked: boolean): string {
  const activated = mode === 'RNN_TANH' ? 'return tanhOf(a);' : 'if (a < 0.0) { return 0.0; } return a;'
  return `function (p, h, w, at${masks(masked)}) {
    ${ended(masked, `h[${Y}][${X}]`)}
    ${sum(H, `h[${Y}][k]`, `w[k][${X}]`)}
    const a = sum + p[at + ${Y}][${X}];
    ${activated}
  }`
}

/** Matrices one below the other, by their numbers of rows. */
export function below(rows: readonly number[]): string {
  const names = rows.map((_, i) => `m${i}`)
  let end = 0
  const parts = rows.map((count, i) => {
    const start = end
    end += count
    const value = `${names[i]}[${Y} - ${start}][${X}]`
    return i === rows.length - 1 ? `return ${value};` : `if (${Y} < ${end}) { return ${value}; }`
  })
  return `function (${names.join(', ')}) { ${parts.join(' ')} }`
}

/** The first `P` columns of a and of b side by side. */
export function beside(P: number): string {
  return `function (a, b) { if (${X} < ${P}) { return a[${Y}][${X}]; } return b[${Y}][${X} - ${P}]; }`
}

/** Rows of a table by index. */
export const lookUp: string = `function (table, index) { const row = index[${Y}][0]; return table[row][${X}]; }`

/** Of each row the largest element, and the sum of `exp(x - largest)`. */
export function rowStatistics(columns: number): string {
  return `function (x) {
    let most = x[${Y}][0];
    for (let k = 1; k < ${columns}; k++) { most = Math.max(most, x[${Y}][k]); }
    if (${X} < 1) { return most; }
    let sum = 0.0;
    for (let k = 0; k < ${columns}; k++) { sum += Math.exp(x[${Y}][k] - most); }
    return sum;
  }`
}

/** `exp(x - largest) / sum` */
export const normalize: string = `function (x, s) { return Math.exp(x[${Y}][${X}] - s[${Y}][0]) / s[${Y}][1]; }`
