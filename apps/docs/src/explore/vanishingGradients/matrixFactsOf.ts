import { elementsOf, type Tensor } from '@unroll/tensor'
import type { MatrixFacts } from './flows.ts'

/** @param matrix square, in float64 */
export function matrixFactsOf(matrix: Tensor): MatrixFacts {
  return {
    spectralRadius: spectralRadiusOf(matrix),
    largestSingular: Math.sqrt(spectralRadiusOf(matrix.t().matmul(matrix))),
    meanStretch: normOf(matrix) / Math.sqrt(matrix.size(0)),
  }
}

/** Gelfand's formula, the limit of `|M^k|^(1/k)`, for k = 2^20: the matrix is squared twenty times. */
function spectralRadiusOf(matrix: Tensor): number {
  const squarings = 20
  let power = matrix
  let log = 0
  for (let i = 0; ; i++) {
    const norm = normOf(power)
    log += Math.log(norm) / 2 ** i
    if (i === squarings) return Math.exp(log)
    const scaled = power.div(norm)
    power = scaled.matmul(scaled)
  }
}

function normOf(matrix: Tensor): number {
  return Math.hypot(...Array.from(elementsOf(matrix), Number))
}
