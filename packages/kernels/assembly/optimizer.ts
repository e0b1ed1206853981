/**
 * Steps of optimisers: a part of a parameter, of its gradient and of what the optimiser keeps, in one pass.
 *
 * | area | shape |
 * |---|---|
 * | p | `(count)`, the parameter; its new elements replace it |
 * | g | `(count)`, the gradient |
 * | all others | `(count)`, arrays that the optimiser keeps; their new elements replace them. 0 stands for none |
 *
 * Every area has room up to the next 16 bytes: what is there is computed too, and ignored.
 *
 * Scalars come in double precision and are rounded to the element type, as PyTorch does. Each multiply-add stands where
 * PyTorch has one, so that the relaxed build gives its bits. PyTorch divides by every divisor, and so do these.
 */
import { madd, nmadd, select, splat } from './vector'

/** `g = decay p + g`, or `decay p - g` if `negate`. Without a decay g keeps its bits. */
export function decayGradient<T>(p: usize, g: usize, count: usize, decay: f64, negate: bool): void {
  const end = p + count * sizeof<T>()
  const sign = negate ? splat<T>(-0.0) : splat<T>(0)
  const factor = splat<T>(decay)
  for (; p < end; p += 16) {
    const gradient = v128.xor(v128.load(g), sign)
    v128.store(g, decay == 0 ? gradient : madd<T>(v128.load(p), factor, gradient))
    g += 16
  }
}

/**
 * `b = momentum b + gain g`, or `b = g` the first time; `p -= lr d`, d being b, or `g + momentum b` if `nesterov`, or g
 * without b.
 */
export function sgd<T>(p: usize, g: usize, b: usize, count: usize, lr: f64, momentum: f64, gain: f64, nesterov: bool, first: bool): void {
  const end = p + count * sizeof<T>()
  const rate = splat<T>(-lr), mu = splat<T>(momentum), gains = splat<T>(gain)
  for (; p < end; p += 16) {
    let direction = v128.load(g)
    if (b != 0) {
      const buffer = first ? direction : madd<T>(direction, gains, v128.mul<T>(v128.load(b), mu))
      v128.store(b, buffer)
      direction = nesterov ? madd<T>(buffer, mu, direction) : buffer
      b += 16
    }
    v128.store(p, madd<T>(direction, rate, v128.load(p)))
    g += 16
  }
}

/** An Adam whose denominator never shrinks. */
class Amsgrad {}
class Plain {}

/**
 * `p *= keep`; `m += gain1 (g - m)`; `v = beta2 v + gain2 g²`; `p -= rate m / (sqrt(v) / correction + eps)`. With `top`,
 * which keeps the largest v until now, that takes the place of v under the root.
 */
export function adam<T>(
  p: usize, g: usize, m: usize, v: usize, top: usize, count: usize,
  keep: f64, gain1: f64, beta2: f64, gain2: f64, rate: f64, correction: f64, eps: f64,
): void {
  if (top == 0) adamWith<T, Plain>(p, g, m, v, top, count, keep, gain1, beta2, gain2, rate, correction, eps)
  else adamWith<T, Amsgrad>(p, g, m, v, top, count, keep, gain1, beta2, gain2, rate, correction, eps)
}

function adamWith<T, F>(
  p: usize, g: usize, m: usize, v: usize, top: usize, count: usize,
  keep: f64, gain1: f64, beta2: f64, gain2: f64, rate: f64, correction: f64, eps: f64,
): void {
  const end = p + count * sizeof<T>()
  const keeps = splat<T>(keep), beta2s = splat<T>(beta2), gain2s = splat<T>(gain2)
  const rates = splat<T>(-rate), corrections = splat<T>(correction), epsilons = splat<T>(eps)
  const isSmall = smallGains<T>(gain1), gain1s = lerpGains<T>(gain1)
  for (; p < end; p += 16) {
    const gradient = v128.load(g)
    const mean = lerp<T>(v128.load(m), gradient, gain1s, isSmall)
    const square = madd<T>(v128.mul<T>(gradient, gain2s), gradient, v128.mul<T>(v128.load(v), beta2s))
    v128.store(m, mean)
    v128.store(v, square)
    let largest = square
    if (idof<F>() == idof<Amsgrad>()) {
      largest = v128.max<T>(v128.load(top), square)
      v128.store(top, largest)
      top += 16
    }
    const denominator = v128.add<T>(v128.div<T>(v128.sqrt<T>(largest), corrections), epsilons)
    const change = v128.div<T>(v128.mul<T>(mean, rates), denominator)
    v128.store(p, v128.add<T>(v128.mul<T>(v128.load(p), keeps), change))
    g += 16
    m += 16
    v += 16
  }
}

/**
 * `v = alpha v + gain g²`; `p -= lr g / (sqrt(v) + eps)`. With `mean`, which becomes the mean of gradients, its square is
 * subtracted from v under the root. With `b`, it is `b = momentum b + g / (...)` and `p -= lr b`.
 */
export function rmsprop<T>(
  p: usize, g: usize, v: usize, mean: usize, b: usize, count: usize,
  lr: f64, alpha: f64, gain: f64, eps: f64, momentum: f64,
): void {
  const end = p + count * sizeof<T>()
  const rate = splat<T>(-lr), alphas = splat<T>(alpha), gains = splat<T>(gain), epsilons = splat<T>(eps), mu = splat<T>(momentum)
  const isSmall = smallGains<T>(gain), lerps = lerpGains<T>(gain)
  for (; p < end; p += 16) {
    const gradient = v128.load(g)
    const square = madd<T>(v128.mul<T>(gradient, gains), gradient, v128.mul<T>(v128.load(v), alphas))
    v128.store(v, square)
    let variance = square
    if (mean != 0) {
      const average = lerp<T>(v128.load(mean), gradient, lerps, isSmall)
      v128.store(mean, average)
      variance = nmadd<T>(average, average, square)
      mean += 16
    }
    const denominator = v128.add<T>(v128.sqrt<T>(variance), epsilons)
    const parameter = v128.load(p)
    if (b != 0) {
      const buffer = v128.add<T>(v128.mul<T>(v128.load(b), mu), v128.div<T>(gradient, denominator))
      v128.store(b, buffer)
      v128.store(p, madd<T>(buffer, rate, parameter))
      b += 16
    } else v128.store(p, v128.add<T>(parameter, v128.div<T>(v128.mul<T>(gradient, rate), denominator)))
    g += 16
    v += 16
  }
}

/** `sum += g²`; `p -= lr g / (sqrt(sum) + eps)`. */
export function adagrad<T>(p: usize, g: usize, sum: usize, count: usize, lr: f64, eps: f64): void {
  const end = p + count * sizeof<T>()
  const rate = splat<T>(-lr), epsilons = splat<T>(eps)
  for (; p < end; p += 16) {
    const gradient = v128.load(g)
    const total = madd<T>(gradient, gradient, v128.load(sum))
    v128.store(sum, total)
    const denominator = v128.add<T>(v128.sqrt<T>(total), epsilons)
    v128.store(p, v128.add<T>(v128.load(p), v128.div<T>(v128.mul<T>(gradient, rate), denominator)))
    g += 16
    sum += 16
  }
}

// PyTorch's lerp goes from the end that is nearer: `from + w (to - from)` if w < 1/2, else `to + (w - 1) (to - from)`.

/** @param isSmall the mask of {@link smallGains}, `gains` the factor of {@link lerpGains} */
// @ts-ignore: decorator
@inline export function lerp<T>(from: v128, to: v128, gains: v128, isSmall: v128): v128 {
  return madd<T>(v128.sub<T>(to, from), gains, select<T>(from, to, isSmall))
}

function smallGains<T>(gain: f64): v128 {
  return i32x4.splat(isSmallGain<T>(gain) ? -1 : 0)
}

function lerpGains<T>(gain: f64): v128 {
  const rounded = <T>gain
  return v128.splat<T>(isSmallGain<T>(gain) ? rounded : rounded - <T>1)
}

function isSmallGain<T>(gain: f64): bool {
  const rounded = <T>gain, half = <T>0.5
  return rounded < half
}
