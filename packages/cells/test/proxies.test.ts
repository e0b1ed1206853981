import { manualSeed, noGrad, randn } from '@unroll/tensor'
import { nestedProxy } from '@unroll/testing'
import { expect, it } from 'vitest'
import { GRUCell, LSTMCell, RNNCell } from '../src/index.ts'
import { describeEngines, step } from './fixtures.ts'

const makers = {
  RNNCell: () => new RNNCell(3, 4),
  LSTMCell: () => new LSTMCell(3, 4),
  GRUCell: () => new GRUCell(3, 4),
}

describeEngines((engine) => {
  it.each(Object.entries(makers))('%s runs inside a proxy that hands out proxies', async (_, make) => {
    const cell = make().to(engine)
    const proxy = nestedProxy(cell)
    const x = randn([2, 3])
    const want = step(cell, x, null).map((t) => t.toArray())
    expect(step(proxy, x, null).map((t) => t.toArray())).toEqual(want)
    expect(step(proxy, nestedProxy(x), null).map((t) => t.toArray())).toEqual(want)
    const later = await proxy.forwardAsync(x)
    expect([later].flat().map((t) => t.toArray())).toEqual(want)
    noGrad(() => proxy.weight_ih.zero_())
    expect(step(cell, x, null).map((t) => t.toArray())).not.toEqual(want)
    proxy.dispose()
  })

  it.each(Object.entries(makers))('%s is equal to one of the same weights', (_, make) => {
    manualSeed(1)
    const a = make().to(engine)
    manualSeed(1)
    const b = make()
    step(a, randn([2, 3]), null)
    expect(a).toEqual(b)
    expect(make()).not.toEqual(a)
    a.dispose()
  })
})

it.each([
  ['LSTMCell', LSTMCell, new LSTMCell(3, 4)],
  ['GRUCell', GRUCell, new GRUCell(3, 4)],
] as const)('%s is made of a state dict that was cloned', (_, kind, cell) => {
  const plain = Object.fromEntries(cell.stateDict())
  const x = randn([2, 3])
  const want = step(cell, x, null).map(String)
  for (const state of [
    structuredClone(cell.stateDict()),
    structuredClone(plain),
    JSON.parse(JSON.stringify(plain)),
  ]) {
    expect(step(kind.fromStateDict(state), x, null).map(String)).toEqual(want)
  }
})
