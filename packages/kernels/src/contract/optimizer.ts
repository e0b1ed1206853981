import type { FloatArray, FloatDType } from './recurrent.ts'

/**
 * An array that an optimiser keeps from step to step, such as the mean of a parameter's gradients. It lives in the engine's own
 * memory, where steps change it in place. It begins as zeros.
 */
export interface Moment {
  readonly dtype: FloatDType
  readonly length: number
  /** Bytes that the engine holds for it. */
  readonly byteLength: number
  /** True if a new one would be in better memory, for example after `setNumThreads`. It still works. */
  readonly stale: boolean
  /** True after {@link Moment.dispose}. */
  readonly disposed: boolean
  /** A copy of the elements. */
  read(): FloatArray
  /** Copies `elements` into it. */
  write(elements: FloatArray): void
  /** Frees the memory. Using the moment afterwards throws; disposing twice does nothing. */
  dispose(): void
  [Symbol.dispose](): void
}

/**
 * What every rule takes. All arrays and moments of a step have the same dtype and length. Scalars are in double precision; the
 * engine rounds them to the dtype, as PyTorch does.
 */
export interface OptimizerStep {
  /** `p`: changed in place. */
  readonly parameter: FloatArray
  /** `g`: left alone. It must not share memory with `parameter`. */
  readonly gradient: FloatArray
  /** `g = -g`, before anything else. */
  readonly maximize: boolean
  /** Then `g += weightDecay p`. */
  readonly weightDecay: number
}

/** `p -= lr d`. The direction `d` is g, or with a buffer b, or `g + momentum b` if `nesterov`. */
export interface SgdStep extends OptimizerStep {
  readonly lr: number
  readonly momentum: number
  readonly dampening: number
  readonly nesterov: boolean
  /** `b = momentum b + (1 - dampening) g`; null without momentum. */
  readonly buffer: Moment | null
  /** `b = g`: this is the first step. */
  readonly isFirst: boolean
}

/** `p = keep p - rate m / (sqrt(v) / correction + eps)` */
export interface AdamStep extends OptimizerStep {
  /** 1, or `1 - lr weightDecay` if the decay is decoupled from the gradient. */
  readonly keep: number
  readonly beta1: number
  readonly beta2: number
  /** `lr / (1 - beta1^t)` at step t = 1, 2, ... */
  readonly rate: number
  /** `sqrt(1 - beta2^t)` */
  readonly correction: number
  readonly eps: number
  /** `m += (1 - beta1) (g - m)` */
  readonly expAvg: Moment
  /** `v = beta2 v + (1 - beta2) g²` */
  readonly expAvgSq: Moment
  /** The largest v until now, which takes its place under the root; null without amsgrad. */
  readonly maxExpAvgSq: Moment | null
}

/** `p -= lr d`. The direction `d` is `g / (sqrt(v) + eps)`, or with a buffer b. */
export interface RmspropStep extends OptimizerStep {
  readonly lr: number
  readonly alpha: number
  readonly eps: number
  readonly momentum: number
  /** `v = alpha v + (1 - alpha) g²` */
  readonly squareAvg: Moment
  /** `a += (1 - alpha) (g - a)`, whose square is subtracted from v under the root; null if it is not centered. */
  readonly gradAvg: Moment | null
  /** `b = momentum b + g / (sqrt(v) + eps)`; null without momentum. */
  readonly buffer: Moment | null
}

/** `p -= lr g / (sqrt(sum) + eps)` */
export interface AdagradStep extends OptimizerStep {
  readonly lr: number
  readonly eps: number
  /** `sum += g²` */
  readonly sum: Moment
}

/**
 * The optimisers' part of an engine. Each rule changes one parameter in one pass over it, its gradient and its moments.
 *
 * @throws RangeError on arrays or moments of other lengths, TypeError on another dtype or moments of another engine, Error on
 * disposed ones
 */
export interface HostOptimizers {
  /** A moment of zeros. */
  moment(dtype: FloatDType, length: number): Moment
  sgd(step: SgdStep): void
  adam(step: AdamStep): void
  rmsprop(step: RmspropStep): void
  adagrad(step: AdagradStep): void
}
