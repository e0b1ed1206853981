import type { FloatArray } from '@unroll/kernels'
import { allocateLike } from './floats.ts'
import type { Moments } from './normalize.ts'

// Gradients of `y = n * weight + bias`, `n = (x - mean) * scale`, `scale = 1 / sqrt(variance + eps)`, in double precision and
// rounded once. With `g` the gradient of `y`, and `gw = g * weight`:
//
//   x        scale * (gw - mean(gw) - n * mean(gw * n)); scale * gw if the moments are given ones
//   weight   sum(g * n)
//   bias     sum(g)

/** Gradients, of the shapes of what they are for. */
export interface NormalizeGradients {
  readonly x: FloatArray
  readonly weight: FloatArray
  readonly bias: FloatArray
}

/**
 * The gradients of `normalizeRows`.
 * @param x `(rows, columns)`
 * @param weight `(columns)`
 * @param g the gradient of the result, shaped as `x`
 */
export function rowGradients(
  x: FloatArray,
  columns: number,
  eps: number,
  weight: FloatArray | null,
  g: FloatArray,
): NormalizeGradients {
  const out = allocateLike(x, x.length)
  const [ofWeight, ofBias] = [new Float64Array(columns), new Float64Array(columns)]
  for (let start = 0; start < x.length; start += columns) {
    let sum = 0
    for (let k = 0; k < columns; k++) sum += x[start + k] ?? 0
    const mean = sum / columns
    let squares = 0
    for (let k = 0; k < columns; k++) squares += ((x[start + k] ?? 0) - mean) ** 2
    const scale = 1 / Math.sqrt(squares / columns + eps)
    let [sumOfGw, sumOfGwn] = [0, 0]
    for (let k = 0; k < columns; k++) {
      const n = ((x[start + k] ?? 0) - mean) * scale
      const slope = g[start + k] ?? 0
      const gw = slope * (weight?.[k] ?? 1)
      sumOfGw += gw
      sumOfGwn += gw * n
      ofWeight[k] = (ofWeight[k] ?? 0) + slope * n
      ofBias[k] = (ofBias[k] ?? 0) + slope
    }
    const [meanOfGw, meanOfGwn] = [sumOfGw / columns, sumOfGwn / columns]
    for (let k = 0; k < columns; k++) {
      const n = ((x[start + k] ?? 0) - mean) * scale
      out[start + k] = scale * ((g[start + k] ?? 0) * (weight?.[k] ?? 1) - meanOfGw - n * meanOfGwn)
    }
  }
  return { x: out, weight: like(x, ofWeight), bias: like(x, ofBias) }
}

/**
 * The gradients of `normalizeChannels`.
 * @param x `(batch, channels, length)`
 * @param moments of the channels
 * @param areGiven whether the moments do not depend on `x`
 * @param weight `(channels)`
 * @param g the gradient of the result, shaped as `x`
 */
export function channelGradients(
  x: FloatArray,
  channels: number,
  length: number,
  { mean, variance }: Moments,
  areGiven: boolean,
  eps: number,
  weight: FloatArray | null,
  g: FloatArray,
): NormalizeGradients {
  const out = allocateLike(x, x.length)
  const [ofWeight, ofBias] = [new Float64Array(channels), new Float64Array(channels)]
  const step = channels * length
  const count = x.length / channels
  for (let channel = 0; channel < channels && step > 0; channel++) {
    const middle = mean[channel] ?? 0
    const scale = 1 / Math.sqrt((variance[channel] ?? 0) + eps)
    let [sumOfG, sumOfGn] = [0, 0]
    for (let start = channel * length; start < x.length; start += step) {
      for (let k = start; k < start + length; k++) {
        const slope = g[k] ?? 0
        sumOfG += slope
        sumOfGn += slope * ((x[k] ?? 0) - middle) * scale
      }
    }
    ofWeight[channel] = sumOfGn
    ofBias[channel] = sumOfG
    const factor = scale * (weight?.[channel] ?? 1)
    const [meanOfG, meanOfGn] = [sumOfG / count, sumOfGn / count]
    for (let start = channel * length; start < x.length; start += step) {
      for (let k = start; k < start + length; k++) {
        const slope = g[k] ?? 0
        // Given moments leave `x` out: it may be infinite.
        out[k] = factor * (areGiven ? slope : slope - meanOfG - ((x[k] ?? 0) - middle) * scale * meanOfGn)
      }
    }
  }
  return { x: out, weight: like(x, ofWeight), bias: like(x, ofBias) }
}

function like(x: FloatArray, values: Float64Array): FloatArray {
  return x instanceof Float32Array ? Float32Array.from(values) : values
}
