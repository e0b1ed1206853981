import type { RecurrentMode } from '@unroll/kernels'
import { ended, masks, type Through, X, Y, zeroBehindEnd } from '../sourceParts.ts'
import { address, type Grid, locate } from './grid.ts'

/**
 * The kernels that walk a sequence backward on WebGL: every thread computes one texel.
 *
 * | name | texel | content |
 * |---|---|---|
 * | d | 4, RNN 1 | gradient of the gates: `(N, H)` of a timestep, `(T*N, H)` of all |
 * | dh | 1 | `(N, P)`, gradient of the hidden state after a timestep |
 * | dm | 1 | `(N, H)`, gradient of that hidden state before the projection |
 * | dc | 1 | `(N, H)`, gradient of the cell state after a timestep |
 * | y | 1 | gradient of the layer's output; a timestep begins at row `yy`, column `yx` |
 * | g | 4 | `(T*N, H)`, gates after their activations; a timestep begins at row `gy`, column `gx` |
 * | s | 2 | `(T*N, H)`, h before a projection, and c, after each timestep |
 * | b | 1 | `(T*N, H)`, c before each timestep; for a GRU, h |
 * | w, p, len | see sources.ts | |
 *
 * The four numbers of g and d are i, f, g, o of an LSTM; r, z, `q = W_hn h + b_hn`, n of a GRU, whose r, z, q are
 * multiplied by
 * `W_hh`, and r, z, n by `W_ih`. The equations are those of the reference engine's cellGradients.ts.
 */

export const zeros4: string = 'function () { return [0.0, 0.0, 0.0, 0.0]; }'

/**
 * The states before each timestep, from those after each in `s`. The first are `first`; after the end of a sequence they
 * are 0.
 * @param channel which number of a texel of s to read; null if it has one
 * @param from the first column of s to read
 */
export function before(
  {
    s,
    out,
    from,
    channel,
  }: { readonly s: Grid; readonly out: Grid; readonly from: number; readonly channel: 0 | 1 | null },
  reversed: boolean,
  masked: boolean,
): string {
  const { rows, block: N } = out
  const [isFirst, firstRow, row] = reversed
    ? [`r > ${rows - N}.0 - 0.5`, `r - ${rows - N}.0`, `r + ${N}.0`]
    : [`r < ${N}.0 - 0.5`, 'r', `r - ${N}.0`]
  const read =
    channel === null
      ? `return s[ey][ex + c + ${from}.0];`
      : `const v = s[ey][ex + c + ${from}.0]; return v[${channel}];`
  return `function (s, first${masked ? ', len' : ''}) {
    ${locate(out)} ${zeroBehindEnd(masked, N, 'r')}
    if (${isFirst}) { const at = ${firstRow}; return first[at][c]; }
    const earlier = ${row};
    ${address(s, 'earlier', 'e')}
    ${read}
  }`
}

/** Copies x, with zeros after the end of each sequence. */
export function running(x: Grid): string {
  return `function (x, len) { ${locate(x)} ${zeroBehindEnd(true, x.block, 'r')} return x[${Y}][${X}]; }`
}

/** g of all timesteps, from h before each, `(T*N, P)`. p and the result have the same grid. */
export function gates(mode: 'LSTM' | 'GRU', P: number, h: Grid, out: Grid): string {
  return `function (p, h, w) {
    ${locate(out)} ${address(h, 'r', 'h')}
    let s0 = 0.0; let s1 = 0.0; let s2 = 0.0; let s3 = 0.0;
    for (let k = 0; k < ${P}; k++) {
      const q = h[hy][hx + k];
      const v = w[k][c];
      s0 += q * v[0]; s1 += q * v[1]; s2 += q * v[2]; s3 += q * v[3];
    }
    const x = p[${Y}][${X}];
    ${
      mode === 'LSTM'
        ? 'return [sigm(s0 + x[0]), sigm(s1 + x[1]), tanhOf(s2 + x[2]), sigm(s3 + x[3])];'
        : `const bias = w[${P}][c];
           const first = sigm(s0 + x[0]);
           const state = s2 + bias[2];
           return [first, sigm(s1 + x[1]), state, tanhOf(x[2] + first * state)];`
    }
  }`
}

/** The gradient of the last hidden state: that of hn plus that of the output. */
export const lastHidden: string = `function (dhn, y, yy, yx) { return dhn[${Y}][${X}] + y[yy + ${Y}][yx + ${X}]; }`

/** Source text that adds the products of the gates of unit k in `d` and `w` to `sum`. */
function term(mode: RecurrentMode, through: Through, d: string, w: string): string {
  if (mode === 'RNN_TANH' || mode === 'RNN_RELU') return `sum += ${d} * ${w};`
  const last =
    mode === 'GRU' ? (through === 'input' ? 'u[3] * v[2]' : 'u[2] * v[2]') : 'u[2] * v[2] + u[3] * v[3]'
  return `const u = ${d}; const v = ${w}; sum += u[0] * v[0] + u[1] * v[1] + ${last};`
}

/**
 * The gradient of the hidden state before a timestep, from its d, plus that of the output there, if there is one. Where a
 * sequence has ended, dh is passed on.
 */
export function hiddenBefore(mode: RecurrentMode, H: number, masked: boolean, withOutput: boolean): string {
  const output = withOutput ? ` + y[yy + ${Y}][yx + ${X}]` : ''
  const isGru = mode === 'GRU'
  const names = [
    ...['d', 'w'],
    ...(masked || isGru ? ['dh'] : []),
    ...(isGru ? ['g', 'gy', 'gx'] : []),
    ...(masked ? ['len', 't'] : []),
    ...(withOutput ? ['y', 'yy', 'yx'] : []),
  ]
  return `function (${names.join(', ')}) {
    ${ended(masked, `dh[${Y}][${X}]${output}`)}
    let sum = 0.0;
    for (let k = 0; k < ${H}; k++) { ${term(mode, 'hidden', `d[${Y}][k]`, `w[${X}][k]`)} }
    ${isGru ? `const gate = g[gy + ${Y}][gx + ${X}]; sum += dh[${Y}][${X}] * gate[1];` : ''}
    return sum${output};
  }`
}

/** Source text that declares `q = tanh(c')` and `cell`, the gradient of c': through h' and from the next timestep. */
const cellGradient = `
    const gate = g[gy + ${Y}][gx + ${X}];
    const state = s[gy + ${Y}][gx + ${X}];
    const q = tanhOf(state[1]);
    const cell = dc[${Y}][${X}] + dm[${Y}][${X}] * gate[3] * (1.0 - q * q);`

/** d of an LSTM. */
export function lstmGradient(masked: boolean): string {
  return `function (g, s, dm, dc, b, gy, gx${masks(masked)}) {
    ${ended(masked, '[0.0, 0.0, 0.0, 0.0]')}
    ${cellGradient}
    const old = b[gy + ${Y}][gx + ${X}];
    return [
      cell * gate[2] * gate[0] * (1.0 - gate[0]),
      cell * old * gate[1] * (1.0 - gate[1]),
      cell * gate[0] * (1.0 - gate[2] * gate[2]),
      dm[${Y}][${X}] * q * gate[3] * (1.0 - gate[3])
    ];
  }`
}

/** dc of the timestep before. */
export function cellBefore(masked: boolean): string {
  return `function (g, s, dm, dc, gy, gx${masks(masked)}) {
    ${ended(masked, `dc[${Y}][${X}]`)}
    ${cellGradient}
    return cell * gate[1];
  }`
}

/** d of a GRU. */
export function gruGradient(masked: boolean): string {
  return `function (g, b, dh, gy, gx${masks(masked)}) {
    ${ended(masked, '[0.0, 0.0, 0.0, 0.0]')}
    const gate = g[gy + ${Y}][gx + ${X}];
    const old = b[gy + ${Y}][gx + ${X}];
    const dn = dh[${Y}][${X}] * (1.0 - gate[1]) * (1.0 - gate[3] * gate[3]);
    return [
      dn * gate[2] * gate[0] * (1.0 - gate[0]),
      dh[${Y}][${X}] * (old - gate[3]) * gate[1] * (1.0 - gate[1]),
      dn * gate[0],
      dn
    ];
  }`
}

/**
 * d of an RNN, from the states after each timestep: its derivative is `1 - h'^2`, or 1 where `h' > 0`. NaN stays NaN, as
 * in PyTorch.
 */
export function rnnGradient(mode: 'RNN_TANH' | 'RNN_RELU', masked: boolean): string {
  const through =
    mode === 'RNN_TANH'
      ? `return dh[${Y}][${X}] * (1.0 - state * state);`
      : `let d = dh[${Y}][${X}]; if (state <= 0.0) { d = 0.0; } return ifNan(state, dh[${Y}][${X}], d);`
  return `function (h, dh, gy, gx${masks(masked)}) {
    ${ended(masked, '0.0')}
    const state = h[gy + ${Y}][gx + ${X}];
    ${through}
  }`
}

/** `(G*H, depth + 1)`: `d^T x`, a sum over all rows. The last column is the sum of d, which is the gradient of the bias. */
export function weightGradient(
  mode: RecurrentMode,
  through: Through,
  { d, x, out }: { readonly d: Grid; readonly x: Grid; readonly out: Grid },
): string {
  const depth = out.columns - 1
  const H = d.columns
  const isRnn = mode === 'RNN_TANH' || mode === 'RNN_RELU'
  const third = mode === 'GRU' && through === 'input' ? 'v[3]' : 'v[2]'
  const value = isRnn
    ? 'const e = d[dy][dx + j];'
    : `const v = d[dy][dx + j];
       let e = v[0];
       if (gate > 0.5) { e = v[1]; }
       if (gate > 1.5) { e = ${third}; }
       if (gate > 2.5) { e = v[3]; }`
  const read = `${address(d, 'k', 'd')} ${value}`
  return `function (d, x) {
    ${locate(out)}
    const gate = Math.floor((r + 0.5) / ${H}.0);
    const j = r - gate * ${H}.0;
    let sum = 0.0;
    if (c < ${depth}.0 - 0.5) {
      for (let k = 0; k < ${d.rows}; k++) { ${read} ${address(x, 'k', 'x')} sum += e * x[xy][xx + c]; }
      return sum;
    }
    for (let k = 0; k < ${d.rows}; k++) { ${read} sum += e; }
    return sum;
  }`
}

/** `(P, H)`: `dh^T m`, a sum over all timesteps before the end of each sequence; m is the first number of s. */
export function projectionGradient(
  { dh, s, out }: { readonly dh: Grid; readonly s: Grid; readonly out: Grid },
  masked: boolean,
): string {
  const { rows, block: N } = s
  const add = 'sum += dh[hy][hx + r] * v[0];'
  return `function (dh, s${masked ? ', len' : ''}) {
    ${locate(out)}
    let sum = 0.0;
    for (let t = 0; t < ${rows / N}; t++) {
      for (let n = 0; n < ${N}; n++) {
        const row = t * ${N} + n;
        ${address(dh, 'row', 'h')} ${address(s, 'row', 's')}
        const v = s[sy][sx + c];
        ${masked ? `if (t < len[n][0] - 0.5) { ${add} }` : add}
      }
    }
    return sum;
  }`
}

/** `(T*N, K)`: `W_ih^T d`, added up over the directions, each of which has its own d and w. */
export function inputGradient(
  mode: RecurrentMode,
  directions: number,
  { d, out }: { readonly d: Grid; readonly out: Grid },
  masked: boolean,
): string {
  const names = Array.from({ length: directions }, (_, i) => [`d${i}`, `w${i}`] as const)
  const loops = names.map(
    ([own, w]) =>
      `for (let k = 0; k < ${d.columns}; k++) { ${term(mode, 'input', `${own}[ry][rx + k]`, `${w}[c][k]`)} }`,
  )
  return `function (${[...names.flat(), ...(masked ? ['len'] : [])].join(', ')}) {
    ${locate(out)} ${zeroBehindEnd(masked, out.block, 'r')} ${address(d, 'r')}
    let sum = 0.0;
    ${loops.join(' ')}
    return sum;
  }`
}
