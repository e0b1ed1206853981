import type { Tensor } from '@unroll/tensor'

/** Windows over sequences. */
export interface Pooling {
  /** Number of positions of a sequence. */
  readonly length: number
  readonly kernelSize: number
  readonly stride: number
  readonly padding: number
  readonly dilation: number
  /** Number of windows. */
  readonly outLength: number
}

/** Memory of a tensor. */
type Elements = Tensor['data']

/**
 * The position of the largest element of each window, in its sequence. Of equal elements the first counts, of NaNs the
 * last. A window that is all padding gets -1.
 * @param x `(sequences, length)`
 * @returns `(sequences, outLength)`
 */
export function maxPositions(
  x: Elements,
  { length, kernelSize, stride, padding, dilation, outLength }: Pooling,
): Int32Array {
  const sequences = length === 0 ? 0 : x.length / length
  const positions = new Int32Array(sequences * outLength)
  for (let sequence = 0, at = 0; sequence < sequences; sequence++) {
    const from = sequence * length
    for (let window = 0; window < outLength; window++) {
      let p = window * stride - padding
      const end = Math.min(p + dilation * (kernelSize - 1) + 1, length)
      while (p < 0) p += dilation
      let best = p
      let largest = x[from + p] ?? 0
      for (p += dilation; p < end; p += dilation) {
        const value = x[from + p] ?? 0
        if (value > largest || Number.isNaN(value)) {
          largest = value
          best = p
        }
      }
      positions[at++] = best < length ? best : -1
    }
  }
  return positions
}

/**
 * Copies the elements at the given positions of their sequences.
 * @param x `(sequences, length)`
 * @param positions `(sequences, outLength)`
 * @param out shaped as `positions`, with the element type of `x`
 */
export function takePositions(
  x: Elements,
  length: number,
  positions: Int32Array,
  outLength: number,
  out: Elements,
): void {
  if (isNumbers(x) && isNumbers(out)) take(x, length, positions, outLength, out, 0)
  else if (!isNumbers(x) && !isNumbers(out)) take(x, length, positions, outLength, out, 0n)
}

type Bigints = BigInt64Array | BigUint64Array

function isNumbers(elements: Elements): elements is Exclude<Elements, Bigints> {
  return !(elements instanceof BigInt64Array || elements instanceof BigUint64Array)
}

function take<T>(
  x: { readonly [index: number]: T },
  length: number,
  positions: Int32Array,
  outLength: number,
  out: { [index: number]: T },
  zero: T,
): void {
  let at = 0
  for (let start = 0; at < positions.length; start += length) {
    for (let k = 0; k < outLength; k++) {
      out[at] = x[start + (positions[at] ?? 0)] ?? zero
      at++
    }
  }
}
