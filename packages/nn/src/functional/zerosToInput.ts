import { type Tensor, zerosLike } from '@unroll/tensor'
import { record } from '@unroll/tensor/layers'

/**
 * Records that a gradient was computed from `input`, on which it depends in steps only. As in PyTorch, zeros go back to the input when
 * the gradient is derived again.
 * @param name as `gradFn` shows it
 * @param gradient of the input
 */
export function zerosToInput(name: string, gradient: Tensor, input: Tensor): Tensor {
  const result = gradient.detach()
  record(name, [gradient, input], [result], ({ wants }) => ([again]) => [
    again,
    wants(1) && again && zerosLike(again),
  ])
  return result
}
