import { ended, masks, overK, X, Y } from '../sourceParts.ts'

/**
 * The kernels of the WebGPU backend: every thread computes one number, thread x a column and y a row.
 *
 * | name | shape | content |
 * |---|---|---|
 * | p | `(rows, G*H)` | the inputs' share of the gates, with the biases; a timestep begins at row `at` |
 * | h | `(N, P)` in its first P columns | hidden state |
 * | w | see packDirection, stacked | weights |
 * | s | LSTM `(N, 2*H)` h and c side by side; else h | states |
 * | r | `(shares * N, G*H)` | partial sums of `W_hh h`, if they are shared out among threads |
 * | len | `(N, 1)` | the length of each sequence, if they differ; from timestep `len` on its state stays the same |
 *
 * Sums begin at zero and the bias is added last, which loses fewer digits of small terms. All loop bounds are numbers in
 * the source: gpu.js ends a loop after 1000 turns if its bound is an argument.
 */

/** Source text that declares `sum`, the sum of `left(k) * right(k)` over k from 0 to `depth`. */
function sum(depth: number, left: (k: string) => string, right: (k: string) => string): string {
  return `let sum = 0.0; ${overK(depth, (k) => `sum += ${left(k)} * ${right(k)};`)}`
}

/**
 * `x W + b`; w is `(depth + 1, columns)`. Reads the rows of x from `at` on.
 * @param batchMajor sizes, if x is batch-major: then its rows of the same timesteps are read
 */
export function affine(depth: number, batchMajor: { readonly T: number; readonly N: number } | null): string {
  const row = batchMajor
    ? `const t = Math.floor((at + ${Y} + 0.5) / ${batchMajor.N}.0);
       const row = (at + ${Y} - t * ${batchMajor.N}.0) * ${batchMajor.T}.0 + t;`
    : `const row = at + ${Y};`
  return `function (x, w, at) {
    ${row}
    ${sum(
      depth,
      (k) => `x[row][${k}]`,
      (k) => `w[${k}][${X}]`,
    )}
    return sum + w[${depth}][${X}];
  }`
}

/** How the products of a timestep are shared out among threads: the number of shares, and of sequences. */
export interface Shares {
  readonly count: number
  readonly N: number
}

/**
 * Partial sums of `W_hh h`. Row `b * N + n` is the sum over those k of sequence n whose remainder by the number of shares
 * is `b`; the kernel of the timestep adds these up. With few threads and long sums a GPU is mostly idle, and more threads
 * with shorter sums are faster, though they take another launch.
 */
export function shareOut(depth: number, { count, N }: Shares): string {
  const all = Math.floor(depth / count)
  const rest = depth % count
  const last = `${all * count} + b`
  return `function (s, w) {
    const b = Math.floor((${Y} + 0.5) / ${N}.0);
    const n = ${Y} - b * ${N}.0;
    ${sum(
      all,
      (k) => `s[n][(${k}) * ${count} + b]`,
      (k) => `w[(${k}) * ${count} + b][${X}]`,
    )}
    ${rest > 0 ? `if (b < ${rest}.0 - 0.5) { sum += s[n][${last}] * w[${last}][${X}]; }` : ''}
    return sum;
  }`
}

/**
 * Source text that declares sums by name. Each is row Y of `state` times a column of w, or is added up from the shares in
 * r.
 * @param sums the column of each sum
 */
function gateSums(
  sums: Readonly<Record<string, string>>,
  depth: number,
  state: string,
  shares: Shares | null,
): string {
  const entries = Object.entries(sums)
  if (shares !== null) {
    const rows = Array.from({ length: shares.count }, (_, b) => `${Y} + ${b * shares.N}`)
    return entries
      .map(([name, at]) => `const ${name} = ${rows.map((row) => `r[${row}][${at}]`).join(' + ')};`)
      .join(' ')
  }
  const zero = entries.map(([name]) => `let ${name} = 0.0;`)
  const terms = overK(
    depth,
    (k, i) =>
      `const q${i} = ${state}[${Y}][${k}]; ${entries.map(([name, at]) => `${name} += q${i} * w[${k}][${at}];`).join(' ')}`,
  )
  return `${zero.join(' ')} ${terms}`
}

/**
 * All four gates, `c' = f * c + i * g`, `h' = o * tanh(c')`. Columns of the result below H are h', the others c'. The
 * thread of each computes all gates of its unit. That computes them twice, but saves a launch, and hardly reads more:
 * each h that is read serves four gates.
 */
export function lstmStep(
  H: number,
  P: number,
  {
    isProjected,
    masked,
    shares,
  }: { readonly isProjected: boolean; readonly masked: boolean; readonly shares: Shares | null },
): string {
  const products = shares ? 'r' : isProjected ? 'w, h' : 'w'
  const columns = { i: 'j', f: `j + ${H}`, g: `j + ${2 * H}`, o: `j + ${3 * H}` }
  return `function (p, s, at, ${products}${masks(masked)}) {
    ${ended(masked, `s[${Y}][${X}]`)}
    let j = ${X};
    if (${X} >= ${H}) { j = ${X} - ${H}; }
    ${gateSums(columns, P, isProjected ? 'h' : 's', shares)}
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
    ${sum(
      H,
      (k) => `s[${Y}][${k}]`,
      (k) => `w[${k}][${X}]`,
    )}
    return sum;
  }`
}

/** `n = tanh(p_n + r * (W_hn h + b_hn))`, `h' = (h - n) * z + n` */
export function gruStep(H: number, masked: boolean, shares: Shares | null): string {
  const columns = { reset: X, update: `${X} + ${H}`, candidate: `${X} + ${2 * H}` }
  return `function (p, h, at, w${shares ? ', r' : ''}${masks(masked)}) {
    ${ended(masked, `h[${Y}][${X}]`)}
    ${gateSums(columns, H, 'h', shares)}
    const row = at + ${Y};
    const state = candidate + w[${H}][${X} + ${2 * H}];
    const next = tanhOf(p[row][${X} + ${2 * H}] + sigm(reset + p[row][${X}]) * state);
    return (h[${Y}][${X}] - next) * sigm(update + p[row][${X} + ${H}]) + next;
  }`
}

/** `h' = act(p + W_hh h)` */
export function rnnStep(
  mode: 'RNN_TANH' | 'RNN_RELU',
  H: number,
  masked: boolean,
  shares: Shares | null,
): string {
  const activate = mode === 'RNN_TANH' ? 'tanhOf' : 'relu'
  return `function (p, h, at, ${shares ? 'r' : 'w'}${masks(masked)}) {
    ${ended(masked, `h[${Y}][${X}]`)}
    ${gateSums({ sum: X }, H, 'h', shares)}
    return ${activate}(sum + p[at + ${Y}][${X}]);
  }`
}

/** Puts matrices one below the other; `rows` are their numbers of rows. */
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

/** The first `P` columns of a and b, side by side. */
export function beside(P: number): string {
  return `function (a, b) { if (${X} < ${P}) { return a[${Y}][${X}]; } return b[${Y}][${X} - ${P}]; }`
}

/** The rows of a table that an index names. */
export const lookUp: string = `function (table, index) { const row = index[${Y}][0]; return table[row][${X}]; }`

/** The largest element of each row, and the sum of `exp(x - largest)`. */
export function rowStatistics(columns: number): string {
  return `function (x) {
    let most = x[${Y}][0];
    for (let k = 1; k < ${columns}; k++) { most = Math.max(most, x[${Y}][k]); }
    if (${X} < 1) { return most; }
    let sum = 0.0;
    for (let k = 0; k < ${columns}; k++) { sum += expOf(x[${Y}][k] - most); }
    return sum;
  }`
}

/** `exp(x - largest) / sum` */
export const normalize: string = `function (x, s) { return expOf(x[${Y}][${X}] - s[${Y}][0]) / s[${Y}][1]; }`
