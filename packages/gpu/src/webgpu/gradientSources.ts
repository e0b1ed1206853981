import type { RecurrentMode } from '@unroll/kernels'
import { gateCount } from '@unroll/kernels/spec'
import { ended, masks, overK, type Through, X, Y, zeroBehindEnd } from '../sourceParts.ts'

/**
 * The kernels that walk a sequence backward on WebGPU: every thread computes one number, thread x a column and y a row.
 *
 * | name | shape | content |
 * |---|---|---|
 * | d | `(N, W)` of a timestep, `(T*N, W)` of all | gradient of the gates, then what is passed to the timestep before |
 * | dh | `(N, P)` | gradient of the hidden state after a timestep |
 * | dm | `(N, H)` | gradient of that hidden state before the projection |
 * | y | `(T*N, D*P)` | gradient of the layer's output; row `at + y` |
 * | p, s, len | see sources.ts | p and s are of all timesteps |
 * | g | `(T*N, G*H)` | gates after their activations; for n of a GRU, `W_hn h + b_hn` |
 * | before | the same as s | states before each timestep |
 * | w | see packDirection, stacked | weights |
 *
 * Columns of d, in blocks of H:
 *
 * | mode | 0 | 1 | 2 | 3 | 4 |
 * |---|---|---|---|---|---|
 * | RNN | a | | | | |
 * | LSTM | i | f | g | o | c of the timestep before |
 * | GRU | r | z | q = `W_hn h + b_hn` | n | what passes to h of the timestep before |
 *
 * The first `G*H` columns are multiplied by `W_hh`. For `W_ih` they are the same, but n takes the place of q. The
 * equations are those of the reference engine's cellGradients.ts.
 */

/** `W` in the first table: how many columns d has. */
export function gradientColumns(mode: RecurrentMode, H: number): number {
  return gateCount(mode) === 1 ? H : 5 * H
}

/**
 * The states before each timestep, from those after each in `s`. The first are `first`; after the end of a sequence they
 * are 0.
 */
export function before(T: number, N: number, reversed: boolean, masked: boolean): string {
  const rows = (T - 1) * N
  return `function (s, first${masked ? ', len' : ''}) {
    ${zeroBehindEnd(masked, N, Y)}
    ${
      reversed
        ? `if (${Y} >= ${rows}) { return first[${Y} - ${rows}][${X}]; } return s[${Y} + ${N}][${X}];`
        : `if (${Y} < ${N}) { return first[${Y}][${X}]; } return s[${Y} - ${N}][${X}];`
    }
  }`
}

/** Copies x, with zeros after the end of each sequence. */
export function running(N: number): string {
  return `function (x, len) { ${zeroBehindEnd(true, N, Y)} return x[${Y}][${X}]; }`
}

/** g of all timesteps, from h before each, `(T*N, P)`. */
export function gates(mode: 'LSTM' | 'GRU', H: number, P: number): string {
  const pre = `sum + p[${Y}][${X}]`
  const activated =
    mode === 'LSTM'
      ? `if (${X} >= ${2 * H} && ${X} < ${3 * H}) { return tanhOf(${pre}); } return sigm(${pre});`
      : `if (${X} < ${2 * H}) { return sigm(${pre}); } return sum + w[${P}][${X}];`
  return `function (p, h, w) {
    let sum = 0.0;
    ${overK(P, (k) => `sum += h[${Y}][${k}] * w[${k}][${X}];`)}
    ${activated}
  }`
}

/** The gradient of the last hidden state: that of hn plus that of the output. */
export function lastHidden(column: number): string {
  return `function (dhn, y, at) { return dhn[${Y}][${X}] + y[at + ${Y}][${X} + ${column}]; }`
}

/**
 * The gradient of the hidden state before a timestep, from its d, plus that of the output there, if there is one. Where a
 * sequence has ended, dh is passed on.
 * @param column the first one of y to read; null if there is no output
 */
export function hiddenBefore(mode: RecurrentMode, H: number, masked: boolean, column: number | null): string {
  const output = column === null ? '' : ` + y[at + ${Y}][${X} + ${column}]`
  const direct = mode === 'GRU' ? ` + d[${Y}][${X} + ${4 * H}]` : ''
  const names = ['d', 'w', ...(masked ? ['dh', 'len', 't'] : []), ...(column === null ? [] : ['y', 'at'])]
  return `function (${names.join(', ')}) {
    ${ended(masked, `dh[${Y}][${X}]${output}`)}
    let sum = 0.0;
    ${overK(gateCount(mode) * H, (k) => `sum += d[${Y}][${k}] * w[${X}][${k}];`)}
    return sum${direct}${output};
  }`
}

/**
 * Source text that declares the block `b` of a column and its unit `j`. 0.5 is added before the division, so that
 * rounding cannot give the neighbouring block.
 */
function unit(H: number): string {
  return `const b = Math.floor((${X} + 0.5) / ${H}.0); const j = ${X} - b * ${H}.0;`
}

/**
 * d of an LSTM.
 * @param column where the gradient of c begins in `dc`, which is d of the next timestep or the gradient of cn
 */
export function lstmGradient(H: number, column: number, masked: boolean): string {
  return `function (g, before, s, dm, dc, at${masks(masked)}) {
    ${unit(H)}
    ${masked ? `if (t > len[${Y}][0] - 0.5) { if (b < 3.5) { return 0.0; } return dc[${Y}][j + ${column}]; }` : ''}
    const i = g[at + ${Y}][j];
    const f = g[at + ${Y}][j + ${H}];
    const u = g[at + ${Y}][j + ${2 * H}];
    const o = g[at + ${Y}][j + ${3 * H}];
    const q = tanhOf(s[at + ${Y}][j + ${H}]);
    const cell = dc[${Y}][j + ${column}] + dm[${Y}][j] * o * (1.0 - q * q);
    if (b < 0.5) { return cell * u * i * (1.0 - i); }
    if (b < 1.5) { return cell * before[at + ${Y}][j + ${H}] * f * (1.0 - f); }
    if (b < 2.5) { return cell * i * (1.0 - u * u); }
    if (b < 3.5) { return dm[${Y}][j] * q * o * (1.0 - o); }
    return cell * f;
  }`
}

/** d of a GRU. */
export function gruGradient(H: number, masked: boolean): string {
  return `function (p, g, before, dh, at${masks(masked)}) {
    ${unit(H)}
    ${ended(masked, '0.0')}
    const r = g[at + ${Y}][j];
    const z = g[at + ${Y}][j + ${H}];
    const q = g[at + ${Y}][j + ${2 * H}];
    const n = tanhOf(p[at + ${Y}][j + ${2 * H}] + r * q);
    const dn = dh[${Y}][j] * (1.0 - z) * (1.0 - n * n);
    if (b < 0.5) { return dn * q * r * (1.0 - r); }
    if (b < 1.5) { return dh[${Y}][j] * (before[at + ${Y}][j] - n) * z * (1.0 - z); }
    if (b < 2.5) { return dn * r; }
    if (b < 3.5) { return dn; }
    return dh[${Y}][j] * z;
  }`
}

/**
 * d of an RNN, from the states after each timestep: its derivative is `1 - h'^2`, or 1 where `h' > 0`. NaN stays NaN, as
 * in PyTorch.
 */
export function rnnGradient(mode: 'RNN_TANH' | 'RNN_RELU', masked: boolean): string {
  const through =
    mode === 'RNN_TANH'
      ? `return dh[${Y}][${X}] * (1.0 - h * h);`
      : `let d = dh[${Y}][${X}]; if (h <= 0.0) { d = 0.0; } return ifNan(h, dh[${Y}][${X}], d);`
  return `function (s, dh, at${masks(masked)}) {
    ${ended(masked, '0.0')}
    const h = s[at + ${Y}][${X}];
    ${through}
  }`
}

/** `(G*H, depth + 1)`: `d^T x`, a sum over all rows. The last column is the sum of d, which is the gradient of the bias. */
export function weightGradient(
  mode: RecurrentMode,
  through: Through,
  { H, depth, rows }: { readonly H: number; readonly depth: number; readonly rows: number },
): string {
  const skipped = mode === 'GRU' && through === 'input'
  return `function (d, x) {
    let c = ${Y};
    ${skipped ? `if (${Y} >= ${2 * H}) { c = ${Y} + ${H}; }` : ''}
    let sum = 0.0;
    if (${X} < ${depth}) {
      ${overK(rows, (k) => `sum += d[${k}][c] * x[${k}][${X}];`)}
      return sum;
    }
    ${overK(rows, (k) => `sum += d[${k}][c];`)}
    return sum;
  }`
}

/** `(P, H)`: `dh^T m`, a sum over all timesteps before the end of each sequence; m is the first H columns of s. */
export function projectionGradient(T: number, N: number, masked: boolean): string {
  const term = `sum += dh[t * ${N} + n][${Y}] * s[t * ${N} + n][${X}];`
  return `function (dh, s${masked ? ', len' : ''}) {
    let sum = 0.0;
    for (let t = 0; t < ${T}; t++) {
      for (let n = 0; n < ${N}; n++) { ${masked ? `if (t < len[n][0] - 0.5) { ${term} }` : term} }
    }
    return sum;
  }`
}

/**
 * `(T*N, K)`: `W_ih^T d`, added up over the directions, each of which has its own d and w.
 * @param N the number of sequences, if they end at different timesteps; else null
 */
export function inputGradient(mode: RecurrentMode, H: number, directions: number, N: number | null): string {
  const names = Array.from({ length: directions }, (_, i) => [`d${i}`, `w${i}`] as const)
  const terms = names.map(([d, w]) =>
    mode === 'GRU'
      ? overK(2 * H, (k) => `sum += ${d}[${Y}][${k}] * ${w}[${X}][${k}];`) +
        overK(H, (k) => `sum += ${d}[${Y}][${k} + ${3 * H}] * ${w}[${X}][${k} + ${2 * H}];`)
      : overK(gateCount(mode) * H, (k) => `sum += ${d}[${Y}][${k}] * ${w}[${X}][${k}];`),
  )
  return `function (${[...names.flat(), ...(N === null ? [] : ['len'])].join(', ')}) {
    ${zeroBehindEnd(N !== null, N ?? 0, Y)}
    let sum = 0.0; ${terms.join(' ')} return sum;
  }`
}
