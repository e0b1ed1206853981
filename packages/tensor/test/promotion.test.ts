import fixtures from '@unroll/oracle/fixtures/tensor_promotion.json'
import { expect, it } from 'vitest'
import { ones, promoteTypes, RuntimeError, type Tensor } from '../src/index.ts'
import { isDType } from './fixtures.ts'

it('dtypes of tensors with and without dimensions and of scalars meet as in PyTorch', () => {
  for (const { left, right, scalar, dims, result } of fixtures.cases) {
    const [leftDims = 0, rightDims = 0] = dims
    const other = right === undefined ? (scalar ?? 0) : onesOf(right, rightDims)
    const what = `${left} of ${leftDims} dims and ${right ?? scalar} of ${rightDims}`
    expect(onesOf(left, leftDims).add(other).dtype, what).toBe(result)
  }
})

it('the two 16-bit floats meet in float32 and take in every integer', () => {
  expect(promoteTypes('float16', 'bfloat16')).toBe('float32')
  expect(promoteTypes('int64', 'bfloat16')).toBe('bfloat16')
  expect(promoteTypes('float16', 'float64')).toBe('float64')
})

it.each(['float16', 'bfloat16'] as const)('arithmetic on %s is refused and tells the remedy', (dtype) => {
  const t = ones([2, 2], { dtype })
  const refused = [
    () => t.add(1),
    () => ones([2]).mul(t),
    () => t.exp(),
    () => t.eq(t),
    () => t.sum(),
    () => t.max(),
    () => t.argmin(0),
    () => t.matmul(t),
    () => t.softmax(0),
    () => t.uniform_(),
  ]
  for (const call of refused) {
    expect(call).toThrow(RuntimeError)
    expect(call).toThrow(/float32/)
  }
  expect(t.to('float32').add(1).toArray()).toEqual([
    [2, 2],
    [2, 2],
  ])
})

function onesOf(dtype: string, dims: number): Tensor {
  if (!isDType(dtype)) throw new TypeError(`fixture: unknown dtype ${dtype}`)
  return ones(new Array<number>(dims).fill(2), { dtype })
}
