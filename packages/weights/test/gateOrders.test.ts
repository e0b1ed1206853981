import { arange, type Tensor, tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { describe as describeWeights, fromKeras, fromOnnx, type RecurrentKind } from '../src/index.ts'

/** The gates' codes in the order of a framework's documentation, two rows each, three columns; as (rows, columns). */
function coded(gates: string, columns: number, offset = 0): Tensor {
  const rows = [...gates].flatMap((gate) => [0, 1].map((row) => gate.charCodeAt(0) * 10 + row + offset))
  return tensor(rows.map((row) => Array.from({ length: columns }, () => row)))
}

/** What stands in the rows. */
function gatesOf(weight: Tensor | undefined, offset = 0): string {
  const first = weight?.ndim === 2 ? weight.select(1, 0) : weight
  const codes = [...(first?.data ?? [])].map((code) => Number(code) - offset)
  for (const [i, code] of codes.entries()) expect(code % 10).toBe(i % 2)
  return codes.map((code) => String.fromCharCode(Math.floor(code / 10))).join('')
}

// From the documentation of each: gates in the framework's order, and in PyTorch's.
const keras: readonly [RecurrentKind, string, string][] = [
  ['LSTM', 'ifgo', 'iiffggoo'],
  ['GRU', 'zrn', 'rrzznn'],
  ['RNN', 'h', 'hh'],
]
const onnx: readonly [RecurrentKind, string, string][] = [
  ['LSTM', 'iofg', 'iiffggoo'],
  ['GRU', 'zrn', 'rrzznn'],
  ['RNN', 'h', 'hh'],
]

describe('fromKeras', () => {
  it.each(keras)('%s: gates %s become %s', (kind, order, want) => {
    const column = coded(order, 1).select(1, 0)
    const bias =
      kind === 'GRU'
        ? tensor([[...column.data].map(Number), [...column.data].map((code) => Number(code) + 5000)])
        : column
    const weights = fromKeras(kind, {
      kernel: coded(order, 3).t(),
      recurrentKernel: coded(order, 2).t(),
      bias,
    })
    expect(gatesOf(weights.get('weight_ih_l0'))).toBe(want)
    expect(gatesOf(weights.get('weight_hh_l0'))).toBe(want)
    expect(gatesOf(weights.get('bias_ih_l0'))).toBe(want)
    if (kind === 'GRU') expect(gatesOf(weights.get('bias_hh_l0'), 5000)).toBe(want)
    else expect(Math.max(...[...(weights.get('bias_hh_l0')?.data ?? [1])].map(Number))).toBe(0)
    expect(describeWeights(weights)).toMatchObject([{ kind, inputSize: 3, hiddenSize: 2, bias: true }])
  })

  it('refuses a GRU without reset_after, whose equations PyTorch lacks', () => {
    const weights = { kernel: coded('zrn', 3).t(), recurrentKernel: coded('zrn', 2).t(), bias: arange(6) }
    expect(() => fromKeras('GRU', weights)).toThrow(/expected a GRU with reset_after/)
  })

  it('refuses shapes that do not fit', () => {
    expect(() =>
      fromKeras('LSTM', { kernel: coded('zrn', 3).t(), recurrentKernel: coded('zrn', 2).t() }),
    ).toThrow(RangeError)
  })

  it('places layers and directions', () => {
    const weights = fromKeras(
      'RNN',
      { kernel: coded('h', 3).t(), recurrentKernel: coded('h', 2).t() },
      { layer: 1, reverse: true },
    )
    expect([...weights.keys()]).toEqual(['weight_ih_l1_reverse', 'weight_hh_l1_reverse'])
  })
})

describe('fromOnnx', () => {
  it.each(onnx)('%s: gates %s become %s, in both directions', (kind, order, want) => {
    const rows = 2 * order.length
    const both = (forward: Tensor, backward: Tensor): Tensor =>
      tensor([...forward.data, ...backward.data].map(Number), { shape: [2, ...forward.shape] })
    const W = both(coded(order, 3), coded(order, 3, 5000))
    const R = both(coded(order, 2), coded(order, 2, 5000))
    const column = [...coded(order, 1).select(1, 0).data].map(Number)
    const bias = [...column, ...column.map((code) => code + 2000)]
    const B = tensor([bias, bias.map((code) => code + 5000)])
    const weights = fromOnnx(kind, { W, R, B })
    expect(rows).toBe(want.length)
    expect(gatesOf(weights.get('weight_ih_l0'))).toBe(want)
    expect(gatesOf(weights.get('weight_hh_l0_reverse'), 5000)).toBe(want)
    expect(gatesOf(weights.get('bias_ih_l0_reverse'), 5000)).toBe(want)
    expect(gatesOf(weights.get('bias_hh_l0'), 2000)).toBe(want)
    expect(describeWeights(weights)).toMatchObject([
      { kind, bidirectional: true, inputSize: 3, hiddenSize: 2 },
    ])
  })
})
