import { Generator, randn, Tensor } from '@unroll/tensor'
import { expect, it } from 'vitest'
import { compareDraws, drawPlans, isDropout, titleOf } from '../src/draws.ts'
import { describeWithTorch } from './oracle.ts'

describeWithTorch('the same seed gives the same million draws', (oracle) => {
  for (const plan of drawPlans) {
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
