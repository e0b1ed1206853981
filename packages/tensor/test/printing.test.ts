import fixtures from '@unroll/oracle/fixtures/tensor_printing.json'
import { expect, it } from 'vitest'
import { tensor } from '../src/index.ts'
import { toTensor } from './fixtures.ts'

it('every tensor prints as in PyTorch', () => {
  for (const { input, requiresGrad, text } of fixtures.cases) {
    const t = toTensor(input)
    t.requiresGrad = requiresGrad
    expect(String(t)).toBe(text)
  }
})

it('a tensor prints the same however it lies in memory', () => {
  const t = tensor([
    [1, 2.5, -3],
    [4, 5, 6],
  ])
  expect(String(t.t().contiguous().t())).toBe(String(t))
})

it("Node's console.log shows the same text", () => {
  const t = tensor([1, 2])
  const shown: unknown = Reflect.get(t, Symbol.for('nodejs.util.inspect.custom'))
  expect(typeof shown === 'function' && shown.call(t)).toBe('tensor([1., 2.])')
})
