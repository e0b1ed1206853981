import type { FloatDType } from '@unroll/kernels'
import { empty, type Tensor } from '@unroll/tensor'

/**
 * Factors for outputs in training: 0 with probability `p`, else `1 / (1 - p)`. They are drawn from the default
 * generator in row-major order, as in PyTorch. `p = 1` draws nothing.
 */
export function dropoutFactors(p: number, shape: readonly number[], dtype: FloatDType): Tensor {
  const factors = empty(shape, { dtype })
  if (p === 1) return factors.zero_()
  // PyTorch divides in the dtype.
  const scale = dtype === 'float32' ? Math.fround(1 / Math.fround(1 - p)) : 1 / (1 - p)
  return factors.bernoulli_(1 - p).mul_(scale)
}
