import { arange, ones, type Tensor, tensor, zeros } from '../src/index.ts'

type Pair = () => [Tensor, Tensor]

const counted = (): Tensor => arange(6, { dtype: 'float32' }).reshape([2, 3])

/** Pairs that test libraries must find equal: same elements, shape, dtype and requiresGrad, in any memory layout. */
export const equalPairs: Record<string, Pair> = {
  'the same numbers': () => [tensor([1, 2]), tensor([1, 2])],
  'a transposed view and its copy': () => [counted().t(), counted().t().contiguous()],
  'a row and what is in it': () => [counted().at(1), tensor([3, 4, 5])],
  'a column and what is in it': () => [counted().select(1, 1), tensor([1, 4])],
  'an expanded view and its copy': () => [ones([1]).expand([2, 2]), ones([2, 2])],
  'what was changed in place and what was not': () => [zeros([2]).add_(1), ones([2])],
  scalars: () => [tensor(2.5), tensor([2.5]).at(0)],
  'tensors of no elements': () => [zeros([0, 3]), zeros([0, 3])],
  NaN: () => [tensor([Number.NaN]), tensor([Number.NaN])],
  bools: () => [tensor([true, false]), tensor([true, false])],
  'int64 beyond 2^53': () => [tensor([2n ** 60n + 1n]), tensor([2n ** 60n + 1n])],
  bfloat16: () => [ones([2], { dtype: 'bfloat16' }), tensor([1, 1], { dtype: 'bfloat16' })],
  'tensors that require gradients': () => [
    ones([2], { requiresGrad: true }),
    ones([2], { requiresGrad: true }),
  ],
}

export const unequalPairs: Record<string, Pair> = {
  'other numbers': () => [tensor([1, 2]), tensor([1, 3])],
  'other numbers in views of one memory': () => {
    const t = counted()
    return [t.at(0), t.at(1)]
  },
  'other scalars': () => [tensor(1), tensor(2)],
  'another shape': () => [tensor([1, 2]), tensor([[1, 2]])],
  'another shape of no elements': () => [zeros([0, 3]), zeros([3, 0])],
  'another dtype': () => [tensor([1, 0]), tensor([1, 0], { dtype: 'float64' })],
  'another dtype in the same memory': () => [
    tensor([1, 0], { dtype: 'uint8' }),
    tensor([1, 0], { dtype: 'bool' }),
  ],
  'a view and its transpose': () => [arange(4).reshape([2, 2]), arange(4).reshape([2, 2]).t()],
  'int64 beyond 2^53': () => [tensor([2n ** 60n + 1n]), tensor([2n ** 60n + 2n])],
  'what requires gradients and what does not': () => [ones([2], { requiresGrad: true }), ones([2])],
}
