import type { FloatArray } from '@unroll/kernels'

/** How a sequence goes on beyond its ends. */
export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular'

/**
 * For each position of a padded sequence, the position of the sequence that stands there; -1 for a zero.
 * @param length of the sequence; the modes but `zeros` take paddings no longer than they can fill
 */
export function paddedPositions(mode: PaddingMode, length: number, left: number, right: number): Int32Array {
  return Int32Array.from({ length: left + length + right }, (_, index) => {
    const at = index - left
    if (at >= 0 && at < length) return at
    switch (mode) {
      case 'zeros':
        return -1
      case 'reflect':
        return at < 0 ? -at : 2 * (length - 1) - at
      case 'replicate':
        return at < 0 ? 0 : length - 1
      default:
        return at < 0 ? at + length : at - length
    }
  })
}

/**
 * Some channels of one sequence, as they stand side by side at each padded position: `(positions, count)`.
 * @param x `(channels, length)` from element `start` on
 * @param out the first `positions * count` elements are written
 */
export function gatherChannels(
  x: FloatArray,
  start: number,
  length: number,
  count: number,
  positions: Int32Array,
  out: FloatArray,
): void {
  for (let channel = 0; channel < count; channel++) {
    const from = start + channel * length
    for (let p = 0; p < positions.length; p++) {
      const at = positions[p] ?? -1
      out[p * count + channel] = at < 0 ? 0 : (x[from + at] ?? 0)
    }
  }
}
