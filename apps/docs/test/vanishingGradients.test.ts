import { elementsOf, noGrad, type Tensor, tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { factorOf, stepsUntilVanished } from '../src/explore/vanishingGradients/flows.ts'
import { drawLayers, flowsOf } from '../src/explore/vanishingGradients/flowsOf.ts'
import { matrixFactsOf } from '../src/explore/vanishingGradients/matrixFactsOf.ts'
import { defaults, presets, type Settings } from '../src/explore/vanishingGradients/settings.ts'
import { powerOfTen, shown } from '../src/explore/vanishingGradients/shown.ts'

const settings = { ...defaults, length: 20 }
const cases = Object.entries(presets).map(
  ([name, preset]) => [name, { ...settings, ...preset }] as const satisfies [string, Settings],
)

const normOf = (of: Tensor | null): number => Math.hypot(...Array.from(elementsOf(of ?? tensor([])), Number))

/** Norms of the gradients of a state, by the fused kernels, which compute the rest of the sequence from it. */
function byKernels(kind: 'RNN' | 'LSTM' | 'GRU', of: Settings, timestep: number) {
  const { rnn, lstm, gru, x } = drawLayers(of)
  const past = x.narrow(0, 0, timestep + 1)
  const future = x.narrow(0, timestep + 1, of.length - timestep - 1)
  const start = (state: Tensor): Tensor => {
    const leaf = state.detach()
    leaf.requiresGrad = true
    return leaf
  }
  if (kind === 'LSTM') {
    const [, [hn, cn]] = noGrad(() => lstm.forward(past))
    const [h, c] = [start(hn), start(cn)]
    lstm.forward(future, [h, c])[1][0].sum().backward()
    if (h.grad === null || c.grad === null) throw new Error('expected gradients')
    // The states are apart here. In the layer h is o tanh(c), so the gradient of c has a part that comes through it.
    const tanh = cn.tanh()
    const through = h.grad.mul(hn.div(tanh)).mul(tanh.pow(2).neg().add(1))
    return { h: normOf(h.grad), c: normOf(c.grad.add(through)) }
  }
  const layer = kind === 'RNN' ? rnn : gru
  const h = start(noGrad(() => layer.forward(past))[1])
  layer.forward(future, h)[1].sum().backward()
  return { h: normOf(h.grad), c: null }
}

describe.each(cases)('with the weights of the button "%s"', (_, of) => {
  const flows = flowsOf(of)

  it.each(['RNN', 'LSTM', 'GRU'] as const)(
    'the gradients of the %s are those that its kernels compute from a state on',
    (kind) => {
      const { hidden, cell } = flows[kind]
      const late = of.length - 2
      for (const timestep of [0, 9, late]) {
        const { h, c } = byKernels(kind, of, timestep)
        // The last gradient is that of a sum: 1 for each of 32 units.
        expect(h / Math.sqrt(32) / (hidden[timestep] ?? 0)).toBeCloseTo(1, 9)
        if (cell === null || c === null) continue
        const share = (cell[timestep] ?? 0) / (cell[late] ?? 0)
        expect(c / (byKernels(kind, of, late).c ?? 0) / share).toBeCloseTo(1, 9)
      }
    },
  )
})

it('a shorter sequence is the end of a longer one: the curves of small weights stay where they are', () => {
  const [long, short] = [flowsOf({ ...defaults, length: 60 }), flowsOf({ ...defaults, length: 30 })]
  const gap = (short.RNN.hidden[20] ?? 0) / (long.RNN.hidden[50] ?? 0)
  expect(gap).toBeCloseTo(1, 4)
})

it("what the page says of PyTorch's weights holds for other seeds, too", () => {
  for (const seed of [1, 2, 3]) {
    const { RNN, LSTM, GRU, matrix } = flowsOf({ ...defaults, seed })
    for (const { hidden } of [RNN, LSTM, GRU]) {
      expect(stepsUntilVanished(hidden)).toBeGreaterThan(8)
      expect(stepsUntilVanished(hidden)).toBeLessThan(17)
    }
    expect(factorOf(RNN.theory)).toBeCloseTo(factorOf(RNN.hidden), 1)
    expect(LSTM.kept).toBeCloseTo(0.5, 1)
    // The bound would let the gradient grow.
    expect(matrix.largestSingular).toBeGreaterThan(1)
  }
})

it('an orthogonal matrix has the radius, the norm and the stretch 1; another one three figures', () => {
  const { matrix } = flowsOf({ ...settings, isOrthogonal: true })
  for (const value of Object.values(matrix)) expect(value).toBeCloseTo(1, 5)
  const { spectralRadius, largestSingular, meanStretch } = matrixFactsOf(
    tensor([0, 4, 1, 0], { shape: [2, 2], dtype: 'float64' }),
  )
  expect(spectralRadius).toBeCloseTo(2, 5)
  expect(largestSingular).toBeCloseTo(4, 5)
  expect(meanStretch).toBeCloseTo(Math.sqrt(17 / 2), 5)
})

it('numbers are shown with two digits, those far from 1 with a power of ten', () => {
  expect([1, 0.54, 24.2, 0.0004, 3.1e13].map(shown)).toEqual([
    '1.0',
    '0.54',
    '24',
    '4.0\u00a0×\u00a010⁻⁴',
    '3.1\u00a0×\u00a010¹³',
  ])
  expect([0, -12].map(powerOfTen)).toEqual(['1', '10⁻¹²'])
})
