import { beforeAll, describe, expect, it } from 'vitest'
import { compareSnippets, type SnippetComparison } from '../src/compare.ts'

const expected = [
  ['RNNCell', 'RNNCell(10, 20)', { output: [6, 3, 20] }],
  [
    'RNN',
    'RNN(10, 100, num_layers=2, batch_first=True, bidirectional=True)',
    { output: [2, 5, 200], hn: [4, 2, 100] },
  ],
  ['LSTMCell', 'LSTMCell(10, 20)', { output: [2, 3, 20], cn: [3, 20] }],
  ['LSTM', 'LSTM(10, 20, num_layers=2)', { output: [5, 3, 20], hn: [2, 3, 20], cn: [2, 3, 20] }],
  ['GRUCell', 'GRUCell(10, 20)', { output: [6, 3, 20] }],
  ['GRU', 'GRU(10, 20, num_layers=2)', { output: [5, 3, 20], hn: [2, 3, 20] }],
] as const

describe.each(expected)('the snippet %s', (name, module, shapes) => {
  let comparison: SnippetComparison

  beforeAll(async () => {
    const found = (await compareSnippets()).find((one) => one.name === name)
    if (!found) throw new Error(`no snippet ${name}`)
    comparison = found
  })

  it("prints and shapes as PyTorch's", () => {
    expect(comparison).toMatchObject({ module, shapes })
  })

  it("draws PyTorch's very digits from the same seed", () => {
    expect(comparison.drawnDifference).toBe(0)
  })

  it("computes PyTorch's numbers", () => {
    expect(comparison.outputDifference).toBeLessThan(1e-6)
  })
})
