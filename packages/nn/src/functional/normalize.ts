import type { FloatArray } from '@unroll/kernels'

// `(x - mean) / sqrt(variance + eps) * weight + bias`, computed in double precision and rounded once.

/** What a normalisation multiplies and adds; null leaves it out. */
export interface Affine {
  readonly weight: FloatArray | null
  readonly bias: FloatArray | null
}

/**
 * Normalises rows by their own mean and variance; allocates nothing.
 * @param x `(rows, columns)`
 * @param affine each `(columns)`
 * @param out shaped as `x`
 */
export function normalizeRows(
  x: FloatArray,
  columns: number,
  eps: number,
  { weight, bias }: Affine,
  out: FloatArray,
): void {
  for (let start = 0; start < x.length; start += columns) {
    let sum = 0
    for (let k = 0; k < columns; k++) sum += x[start + k] ?? 0
    const mean = sum / columns
    let squares = 0
    for (let k = 0; k < columns; k++) {
      const difference = (x[start + k] ?? 0) - mean
      squares += difference * difference
    }
    const scale = 1 / Math.sqrt(squares / columns + eps)
    for (let k = 0; k < columns; k++) {
      out[start + k] = ((x[start + k] ?? 0) - mean) * scale * (weight?.[k] ?? 1) + (bias?.[k] ?? 0)
    }
  }
}

/** Mean and variance of every channel. */
export interface Moments {
  readonly mean: ArrayLike<number>
  /** Divided by the number of values, without Bessel's correction. */
  readonly variance: ArrayLike<number>
}

/** Mean and variance of each channel of `x` `(batch, channels, length)`. */
export function channelMoments(
  x: FloatArray,
  channels: number,
  length: number,
): { readonly mean: Float64Array; readonly variance: Float64Array } {
  const batch = x.length === 0 ? 0 : x.length / (channels * length)
  const count = batch * length
  const mean = new Float64Array(channels)
  const variance = new Float64Array(channels)
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0
    for (let n = 0; n < batch; n++) {
      const start = (n * channels + channel) * length
      for (let k = 0; k < length; k++) sum += x[start + k] ?? 0
    }
    const middle = sum / count
    let squares = 0
    for (let n = 0; n < batch; n++) {
      const start = (n * channels + channel) * length
      for (let k = 0; k < length; k++) {
        const difference = (x[start + k] ?? 0) - middle
        squares += difference * difference
      }
    }
    mean[channel] = middle
    variance[channel] = squares / count
  }
  return { mean, variance }
}

/** Normalises each channel of `x` `(batch, channels, length)` into `out`. */
export function normalizeChannels(
  x: FloatArray,
  channels: number,
  length: number,
  { mean, variance }: Moments,
  eps: number,
  { weight, bias }: Affine,
  out: FloatArray,
): void {
  if (length === 0) return
  for (let start = 0, channel = 0; start < x.length; start += length) {
    const scale = (weight?.[channel] ?? 1) / Math.sqrt((variance[channel] ?? 0) + eps)
    const shift = (bias?.[channel] ?? 0) - (mean[channel] ?? 0) * scale
    for (let k = 0; k < length; k++) out[start + k] = (x[start + k] ?? 0) * scale + shift
    channel = channel + 1 === channels ? 0 : channel + 1
  }
}
