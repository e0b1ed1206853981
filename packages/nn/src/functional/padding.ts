import type { FloatArray } from '@unroll/kernels'

/** How a sequence continues beyond its ends. */
export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular'

/**
 * For each position of a padded sequence, the position in the sequence that it is taken from; -1 for a zero.
 * @param length of the sequence; in all modes but `zeros` it has to be long enough to fill the padding
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
 * Copies `count` channels of one sequence, side by side for each padded position: `(positions, count)`.
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
