import { orthogonal_ } from '@unroll/nn'
import { GRU, LSTM, RNN } from '@unroll/sequence'
import { elementsOf, manualSeed, noGrad, randn, type Tensor } from '@unroll/tensor'
import type { Curve, Flow, Flows } from './flows.ts'
import { matrixFactsOf } from './matrixFactsOf.ts'
import { longest, type Settings } from './settings.ts'

const inputSize = 8
const hiddenSize = 32

/** Computes forward and backward, and measures the gradients. */
export function flowsOf(settings: Settings): Flows {
  const { rnn, lstm, gru, x } = drawLayers(settings)
  const matrix = matrixFactsOf(rnn.getParameter('weight_hh_l0').detach())
  return {
    RNN: flowOfRnn(rnn, x, matrix.meanStretch),
    LSTM: flowOfLstm(lstm, x),
    GRU: flowOfGru(gru, x),
    matrix,
    engine: rnn.engine.name,
  }
}

/** Three layers with the weights of the settings, and what they read. In float64: in float32 a gradient below 1e-45 is 0. */
export function drawLayers({ length, scale, gateBias, isOrthogonal, seed }: Settings) {
  const dtype = 'float64'
  manualSeed(seed)
  const rnn = new RNN(inputSize, hiddenSize, { dtype })
  const lstm = new LSTM(inputSize, hiddenSize, { dtype })
  const gru = new GRU(inputSize, hiddenSize, { dtype })
  // A shorter sequence is the end of a longer one, so the curves stay where they are while the length changes.
  const x = randn([longest, 1, inputSize], { dtype }).narrow(0, longest - length, length)
  if (isOrthogonal) orthogonal_(rnn.getParameter('weight_hh_l0'))
  noGrad(() => {
    for (const layer of [rnn, lstm, gru]) layer.getParameter('weight_hh_l0').mul_(scale)
    // Both gates are the second ones.
    for (const layer of [lstm, gru]) {
      layer.getParameter('bias_ih_l0').narrow(0, hiddenSize, hiddenSize).add_(gateBias)
    }
  })
  return { rnn, lstm, gru, x }
}

function flowOfRnn(rnn: RNN, x: Tensor, meanStretch: number): Flow {
  const { steps } = rnn.trace(x)
  const states = steps.map(({ h }) => h)
  const gradients = gradientsOf(states)
  // tanh' is 1 - tanh^2, and tanh is the state.
  const slopes = states.map((h) => rootMeanSquare(numbersOf(h).map((value) => 1 - value * value)))
  const theory = Array<number>(slopes.length).fill(1)
  for (let t = theory.length - 2; t >= 0; t--) {
    theory[t] = (theory[t + 1] ?? 0) * meanStretch * (slopes[t + 1] ?? 0)
  }
  return { hidden: curveOf(gradients), cell: null, theory, kept: rootMeanSquare(slopes.slice(1)) }
}

function flowOfLstm(lstm: LSTM, x: Tensor): Flow {
  const { steps } = lstm.trace(x)
  const hidden = gradientsOf(steps.map(({ h }) => h))
  const cell = steps.map(({ c }) => gradientOf(c))
  return { hidden: curveOf(hidden), cell: curveOf(cell), ...alone(steps, 'f', cell) }
}

function flowOfGru(gru: GRU, x: Tensor): Flow {
  const { steps } = gru.trace(x)
  const hidden = gradientsOf(steps.map(({ h }) => h))
  return { hidden: curveOf(hidden), cell: null, ...alone(steps, 'z', hidden) }
}

/** Calls backward from the sum of the last state, and gives the gradient of each. */
function gradientsOf(states: readonly Tensor[]): readonly number[][] {
  states.at(-1)?.sum().backward()
  return states.map(gradientOf)
}

/** What of the last gradient a gate alone lets through, unit by unit: `g * f_T * f_(T-1) * ...`. */
function alone(
  steps: readonly { readonly gates: Readonly<Record<string, Tensor>> }[],
  gate: string,
  gradients: readonly number[][],
): { readonly theory: Curve; readonly kept: number } {
  const gates = steps.map(({ gates: { [gate]: values } }) => numbersOf(values))
  let through: readonly number[] = gradients.at(-1) ?? []
  const passed = [through]
  for (const values of gates.slice(1).reverse()) {
    through = through.map((value, unit) => value * (values[unit] ?? 0))
    passed.unshift(through)
  }
  const all = gates.slice(1).flat()
  return { theory: curveOf(passed), kept: all.reduce((sum, value) => sum + value, 0) / all.length }
}

/** Norms as shares of the last. */
function curveOf(gradients: readonly (readonly number[])[]): Curve {
  const norms = gradients.map((gradient) => Math.hypot(...gradient))
  const last = norms.at(-1) ?? 1
  return norms.map((norm) => norm / last)
}

function gradientOf(state: Tensor | null): number[] {
  return numbersOf(state?.grad)
}

function numbersOf(of: Tensor | null | undefined): number[] {
  if (!of) throw new TypeError('vanishingGradients: expected a tensor')
  return Array.from(elementsOf(of), Number)
}

function rootMeanSquare(values: readonly number[]): number {
  return Math.hypot(...values) / Math.sqrt(values.length)
}
