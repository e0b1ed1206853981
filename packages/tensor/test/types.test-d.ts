import { expectTypeOf } from 'vitest'
import { type DType, ones, randn, type Tensor, tensor, zeros } from '../src/index.ts'

const t = zeros([2, 3])

expectTypeOf(t.shape).toEqualTypeOf<readonly number[]>()
expectTypeOf(t.item()).toEqualTypeOf<number>()
expectTypeOf(t.dtype).toEqualTypeOf<DType>()
expectTypeOf(t.max()).toEqualTypeOf<Tensor>()
expectTypeOf(t.max(0)).toEqualTypeOf<[values: Tensor, indices: Tensor]>()
expectTypeOf(t.add_(1)).toEqualTypeOf<Tensor>()
expectTypeOf([...t]).toEqualTypeOf<Tensor[]>()

// Elements, scalars and dtypes are checked by the compiler.
tensor([[1, 2], [3]])
tensor([1n, true])
t.add(2n)
  .mul(true)
  .div(ones([3]))
// @ts-expect-error no such dtype
zeros([2], { dtype: 'float' })
zeros(2, 3)
zeros(2, 3, { dtype: 'int8' })
zeros([2, 3], null)
t.view(3, 2).permute(1, 0).reshape([-1]).expand(2, -1)
// @ts-expect-error sizes are numbers
zeros('2')
// @ts-expect-error options come last
zeros({ dtype: 'int8' }, 2)
// @ts-expect-error at least one size is required
zeros()
// @ts-expect-error text is not an element
tensor(['1'])
// @ts-expect-error text is not an operand
t.add('1')
// @ts-expect-error shapes are read-only
t.shape[0] = 1
// @ts-expect-error keepdim needs a dim
t.max(undefined, true)
randn([2], { dtype: 'float64', requiresGrad: true })
