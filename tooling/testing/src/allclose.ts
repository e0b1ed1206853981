/** Numbers of any array; those of a tensor are read from its `data`. */
export type Comparable =
  | ArrayLike<number | bigint>
  | { readonly shape: readonly number[]; readonly data: ArrayLike<number | bigint> }

/** `|got - want| <= atol + rtol * |want|`, PyTorch's own rule. */
export interface Tolerance {
  readonly rtol?: number
  readonly atol?: number
}

/** PyTorch's defaults for float32 and ours for float64. */
export const tolerances: Readonly<Record<'float32' | 'float64', Required<Tolerance>>> = {
  float32: { rtol: 1.3e-6, atol: 1e-5 },
  float64: { rtol: 1e-7, atol: 1e-7 },
}

export interface Allclose {
  readonly pass: boolean
  /** What differs first and most, for a person. */
  readonly message: string
}

/** Compares element by element; NaN equals NaN, infinities equal themselves only. */
export function allclose(got: Comparable, want: Comparable, tolerance: Tolerance = {}): Allclose {
  const { rtol, atol } = { ...tolerances.float32, ...tolerance }
  const shapes = [got, want].map((side) => ('shape' in side ? `(${side.shape.join(', ')})` : null))
  if (shapes[0] && shapes[1] && shapes[0] !== shapes[1]) {
    return { pass: false, message: `expected shape ${shapes[1]}, got ${shapes[0]}` }
  }
  const [a, b] = [elements(got), elements(want)]
  if (a.length !== b.length) return { pass: false, message: `expected ${b.length} elements, got ${a.length}` }
  let first = -1
  let wrong = 0
  let maxError = 0
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [Number(a[i]), Number(b[i])]
    if (Object.is(x, y) || x === y) continue
    const error = Math.abs(x - y)
    if (!(error <= maxError)) maxError = error
    if (error <= atol + rtol * Math.abs(y) && Number.isFinite(y)) continue
    if (first < 0) first = i
    wrong++
  }
  if (wrong === 0)
    return { pass: true, message: `all ${a.length} elements within rtol ${rtol}, atol ${atol}` }
  return {
    pass: false,
    message:
      `${wrong} of ${a.length} elements differ by more than rtol ${rtol}, atol ${atol}: ` +
      `first at index ${first}: got ${a[first]}, want ${b[first]}; max error ${maxError}`,
  }
}

function elements(side: Comparable): ArrayLike<number | bigint> {
  return 'data' in side ? side.data : side
}
