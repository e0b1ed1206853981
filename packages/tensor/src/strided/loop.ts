import { numelOf, type Strided } from './strided.ts'

/**
 * One run of elements: operand `k` has them at `offsets[k] + i * steps[k]`, `0 <= i < length`. The arrays are valid during the call
 * only.
 */
export type Row = (length: number, offsets: readonly number[], steps: readonly number[]) => void

/**
 * Walks operands of one common shape together, in row-major order, a run along the innermost dimension at a time.
 * Dimensions that lie behind each other in every operand are walked as one: contiguous operands are a single run.
 */
export function forEachRow(shape: readonly number[], operands: readonly Strided[], row: Row): void {
  if (shape.includes(0)) return
  const even = operands.map(({ strides }) => evenStep(shape, strides))
  if (!even.includes(null)) {
    // The most frequent case. It must be fast for few elements.
    row(numelOf(shape), operands.map(offsetOf), even.map(Number))
    return
  }
  const { sizes, strides } = collapse(shape, operands)
  const inner = sizes.length - 1
  const length = sizes[inner] ?? 1
  const steps = strides[inner] ?? operands.map(() => 0)
  const offsets = operands.map((operand) => operand.offset)
  const index = new Array<number>(Math.max(inner, 0)).fill(0)
  for (;;) {
    row(length, offsets, steps)
    let dim = inner - 1
    for (; dim >= 0; dim--) {
      const size = sizes[dim] ?? 1
      const done = (index[dim] ?? 0) + 1 === size
      index[dim] = done ? 0 : (index[dim] ?? 0) + 1
      const moves = done ? 1 - size : 1
      for (let k = 0; k < offsets.length; k++)
        offsets[k] = (offsets[k] ?? 0) + moves * (strides[dim]?.[k] ?? 0)
      if (!done) break
    }
    if (dim < 0) return
  }
}

function offsetOf({ offset }: Strided): number {
  return offset
}

/** The step between all elements: 1 if they are contiguous, 0 if all are the same element; else null. */
function evenStep(shape: readonly number[], strides: readonly number[]): number | null {
  let inRow = true
  let isOne = true
  let step = 1
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    const size = shape[dim] ?? 1
    if (size === 1) continue
    if (strides[dim] !== step) inRow = false
    if (strides[dim] !== 0) isOne = false
    step *= size
  }
  return inRow ? 1 : isOne ? 0 : null
}

/** `out[o + k*so] = f(a[i + k*si])` for `0 <= k < n`. */
export type UnaryLoop<Out, In = Out> = (
  n: number,
  out: Out,
  o: number,
  so: number,
  a: In,
  i: number,
  si: number,
) => void

/** `out[o + k*so] = f(a[i + k*si], b[j + k*sj])` for `0 <= k < n`. */
export type BinaryLoop<Out, In = Out> = (
  n: number,
  out: Out,
  o: number,
  so: number,
  a: In,
  i: number,
  si: number,
  b: In,
  j: number,
  sj: number,
) => void

/** A record and its memory, whose kind the caller has checked. */
export type Held<Data> = readonly [t: Strided, data: Data]

/** Runs `loop` over records of one shape. */
export function map<Out, In>(loop: UnaryLoop<Out, In>, [result, out]: Held<Out>, [x, a]: Held<In>): void {
  forEachRow(result.shape, [result, x], (n, at, by) => {
    loop(n, out, at[0] ?? 0, by[0] ?? 0, a, at[1] ?? 0, by[1] ?? 0)
  })
}

/** Runs `loop` over records of one shape. */
export function zip<Out, In>(
  loop: BinaryLoop<Out, In>,
  [result, out]: Held<Out>,
  [x, a]: Held<In>,
  [y, b]: Held<In>,
): void {
  forEachRow(result.shape, [result, x, y], (n, at, by) => {
    loop(n, out, at[0] ?? 0, by[0] ?? 0, a, at[1] ?? 0, by[1] ?? 0, b, at[2] ?? 0, by[2] ?? 0)
  })
}

/** The fewest dimensions that walk the same elements in the same order: sizes, and for each a stride per operand. */
function collapse(
  shape: readonly number[],
  operands: readonly Strided[],
): { sizes: number[]; strides: number[][] } {
  const sizes: number[] = []
  const strides: number[][] = []
  for (let dim = 0; dim < shape.length; dim++) {
    const size = shape[dim] ?? 1
    if (size === 1) continue
    const steps = operands.map((operand) => operand.strides[dim] ?? 0)
    const last = sizes.length - 1
    const outer = strides[last]
    if (outer?.every((stride, k) => stride === size * (steps[k] ?? 0))) {
      sizes[last] = (sizes[last] ?? 1) * size
      strides[last] = steps
    } else {
      sizes.push(size)
      strides.push(steps)
    }
  }
  return { sizes, strides }
}
