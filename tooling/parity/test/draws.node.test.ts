import { orthogonal_ } from '@unroll/nn'
import { empty, Generator, manualSeed, randn, Tensor } from '@unroll/tensor'
import { some } from '@unroll/testing/full'
import { expect, it } from 'vitest'
import { compareDraws, drawPlans, isDropout, titleOf } from '../src/draws.ts'
import { describeWithTorch } from './oracle.ts'

describeWithTorch('the same seed gives the same million draws', (oracle) => {
  for (const plan of some(drawPlans, 24)) {
    const elsewhere = isDropout(plan) && !oracle.drawsDropoutItself
    it.skipIf(elsewhere)(
      `${titleOf(plan)}${elsewhere ? ': PyTorch draws it through MKL here' : ''}`,
      async () => {
        const { failure, count } = await compareDraws(oracle, plan, 7)
        expect(failure).toBeNull()
        if (plan.tolerance === null) expect(count).toBeGreaterThanOrEqual(1e6)
      },
      60_000,
    )
  }
})

describeWithTorch("a generator's state", (oracle) => {
  it("is PyTorch's, byte by byte where it matters, and goes on from PyTorch's", async () => {
    const plan = { op: 'randn', dtype: 'float32', shape: [5], args: [], options: {}, repeat: 1, seed: 3 }
    const { state } = await oracle.ask('draws', { ...plan, state: null })
    if (!(state instanceof Tensor)) throw new TypeError('expected a state')
    const bytes = Uint8Array.from(state.data, Number)
    const ours = new Generator().manualSeed(3)
    randn([5], { generator: ours })
    const theirs = new Generator().setState(bytes)
    // Five draws leave half a pair over: it has to come along.
    expect(Buffer.from(ours.getState()).equals(Buffer.from(bytes))).toBe(true)
    expect(randn([4], { generator: theirs }).toArray()).toEqual(randn([4], { generator: ours }).toArray())
  })
})

// LAPACK's order of summation depends on processor, library and number of threads, and with it the last digits: PyTorch
// has no digits of its own here to be equal to. What can be held is that nobody is nearer to the exact result.
describeWithTorch('orthogonal_', (oracle) => {
  it.each([[[20, 20]], [[64, 64]], [[128, 64]], [[64, 200]], [[256, 256]]])(
    "of %j is as near to the exact decomposition of its draws as PyTorch's, with one thread or with two",
    async (shape) => {
      const { exact, of1, of2 } = await oracle.ask('orthogonal', { shape, seed: 0 })
      if (![exact, of1, of2].every((value) => value instanceof Tensor))
        throw new TypeError('expected tensors')
      const distance = (tensor: Tensor): number =>
        Number(
          tensor
            .to('float64')
            .sub(exact as Tensor)
            .pow(2)
            .mean()
            .sqrt()
            .item(),
        )
      manualSeed(0)
      const ours = distance(orthogonal_(empty(shape)))
      expect(ours).toBeLessThanOrEqual(distance(of1 as Tensor))
      expect(ours).toBeLessThanOrEqual(distance(of2 as Tensor))
    },
  )
})
