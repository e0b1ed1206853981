/**
 * From the gradient of a timestep's new states to that of its gates, for the units of one sequence. The equations are the
 * derivatives of those in gates.ts; `d` is the gradient of h', `da` that of a gate before its activation.
 *
 * | operand | layout |
 * |---|---|
 * | tape | `[unit block][value][lane]`, see call.ts |
 * | d, dc, c, h, full, direct | units side by side |
 * | da | `[gate][unit]`: `section` bytes from gate to gate, units padded to whole vectors, where the gradients are zero |
 */
import { tanh } from './math'
import { lanes, madd, nmadd, splat } from './vector'

/**
 * `da_o = d tanh(c') o (1 - o)`, `dc' += d o (1 - tanh(c')^2)`, `da_i = dc' g i (1 - i)`, `da_f = dc' c f (1 - f)`,
 * `da_g = dc' i (1 - g^2)`, `dc = dc' f`.
 * @param c the cell states before the timestep, in vectors `cStep` bytes apart
 * @param full where `o tanh(c')` is stored; 0 if it is not needed
 */
export function lstmGradient<T>(units: usize, tape: usize, c: usize, cStep: usize, d: usize, dc: usize, da: usize, section: usize, full: usize): void {
  const one = splat<T>(1.0)
  const end = units * sizeof<T>()
  let at: usize = 0
  do {
    const i = v128.load(tape), f = v128.load(tape, 16), g = v128.load(tape, 32), o = v128.load(tape, 48)
    const t = tanh<T>(v128.load(tape, 64))
    const dO = v128.mul<T>(v128.load(d + at), o)
    const dCell = madd<T>(dO, nmadd<T>(t, t, one), v128.load(dc + at))
    const dI = v128.mul<T>(dCell, i)
    const dF = v128.mul<T>(dCell, f)
    v128.store(dc + at, dF)
    const to = da + at
    v128.store(to, v128.mul<T>(v128.mul<T>(dI, g), v128.sub<T>(one, i)))
    v128.store(to + section, v128.mul<T>(v128.mul<T>(dF, v128.load(c)), v128.sub<T>(one, f)))
    v128.store(to + 2 * section, v128.mul<T>(dI, nmadd<T>(g, g, one)))
    v128.store(to + 3 * section, v128.mul<T>(v128.mul<T>(dO, t), v128.sub<T>(one, o)))
    if (full != 0) v128.store(full + at, v128.mul<T>(o, t))
    tape += 80
    c += cStep
    at += 16
  } while (at < end)
}

/**
 * `da_n = d (1 - z) (1 - n^2)`, `da_z = d (h - n) z (1 - z)`, `da_r = da_n q r (1 - r)` with `q = W_hn h + b_hn`, `dq = da_n r`,
 * and `d z` goes to h directly.
 */
export function gruGradient<T>(units: usize, tape: usize, h: usize, d: usize, direct: usize, da: usize, section: usize): void {
  const one = splat<T>(1.0)
  const end = units * sizeof<T>()
  let at: usize = 0
  do {
    const r = v128.load(tape), z = v128.load(tape, 16), n = v128.load(tape, 32), q = v128.load(tape, 48)
    const dNew = v128.load(d + at)
    const dZ = v128.mul<T>(dNew, z)
    const notZ = v128.sub<T>(one, z)
    const dN = v128.mul<T>(v128.mul<T>(dNew, notZ), nmadd<T>(n, n, one))
    const dQ = v128.mul<T>(dN, r)
    v128.store(direct + at, dZ)
    const to = da + at
    v128.store(to, v128.mul<T>(v128.mul<T>(dQ, q), v128.sub<T>(one, r)))
    v128.store(to + section, v128.mul<T>(v128.mul<T>(dZ, notZ), v128.sub<T>(v128.load(h + at), n)))
    v128.store(to + 2 * section, dN)
    v128.store(to + 3 * section, dQ)
    tape += 64
    at += 16
  } while (at < end)
}

/** `da = d (1 - h'^2)` of tanh, `da = d` of relu where not `h' <= 0`, else 0. `h` is h', which may end within a vector. */
export function rnnGradient<T>(relu: bool, units: usize, h: usize, d: usize, da: usize): void {
  const one = splat<T>(1.0)
  const end = units * sizeof<T>()
  const vectorEnd = (units & ~(lanes<T>() - 1)) * sizeof<T>()
  let at: usize = 0
  for (; at < vectorEnd; at += 16) {
    const state = v128.load(h + at)
    const slope = relu ? v128.andnot(one, v128.le<T>(state, v128.xor(state, state))) : nmadd<T>(state, state, one)
    v128.store(da + at, v128.mul<T>(v128.load(d + at), slope))
  }
  if (at < end) v128.store(da + at, i64x2.splat(0))
  for (; at < end; at += sizeof<T>()) {
    const state = load<T>(h + at)
    const slope: T = relu ? (state <= <T>0 ? <T>0 : <T>1) : <T>1 - state * state
    store<T>(da + at, load<T>(d + at) * slope)
  }
}
