import type { Tensor } from '@unroll/tensor'

/** Windows over sequences. */
export interface Pooling {
  /** Positions of a sequence. */
  readonly length: number
  readonly kernelSize: number
  readonly stride: number
  readonly padding: number
  readonly dilation: number
  /** Windows. */
  readonly outLength: number
}

/** Memory whose elements can be compared. */
type Elements = Tensor['data']

/**
 * Where in its sequence the largest element of each window stands: the first of equals, the last NaN; -1 of a window whose
 * elements are all padding.
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
