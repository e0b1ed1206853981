import type { Tensor } from '@unroll/tensor'

/** The mean of `-log softmax(scores)` at the targets: scores `(N, C)`, targets `(N)`. */
export function crossEntropy(scores: Tensor, targets: Tensor): Tensor {
  return scores.logSoftmax(1).gather(1, targets.unsqueeze(1)).mean().neg()
}
