import { GRUCell, LSTMCell, RNNCell } from '@unroll/cells'
import { type HostEngine, reference, setDefaultEngine } from '@unroll/kernels'
import { randn } from '@unroll/tensor'
import { refusing } from '@unroll/testing'
import { afterEach, expect, it } from 'vitest'

afterEach(() => setDefaultEngine(null))

it.each([
  ['RNNCell', () => new RNNCell(3, 4, { nonlinearity: 'relu' })],
  ['LSTMCell', () => new LSTMCell(3, 4)],
  ['GRUCell', () => new GRUCell(3, 4, { bias: false })],
] as const)('%s computes on the engine it was moved to, and asks no other', async (_, make) => {
  const { object, asked } = refusing<HostEngine>(reference)
  setDefaultEngine(object)
  const cell = make().to(reference)
  for (const x of [randn([2, 3]), randn([3])]) {
    asked.length = 0
    expect(cell.forward(x)).toBeDefined()
    await cell.forwardAsync(x)
    expect(asked).toEqual([])
    expect(() => make().forward(x)).toThrow('refused')
  }
})
