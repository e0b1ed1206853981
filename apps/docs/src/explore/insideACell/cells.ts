/** The three cells by their equations, in plain loops: every number that the page shows, step by step. */

import { gateLetters, type RecurrentKind as Kind } from '@unroll/kernels/spec'

export type { RecurrentKind as Kind } from '@unroll/kernels/spec'

/** The weights of a layer's one direction, as PyTorch has them: G gates stacked, biases included. */
export interface CellWeights {
  readonly kind: Kind
  readonly inputSize: number
  readonly units: number
  /** `weight_ih` `(G*units, inputSize)` and `weight_hh` `(G*units, units)`, rows one after the other */
  readonly inputWeight: Float32Array
  readonly hiddenWeight: Float32Array
  /** `bias_ih` and `bias_hh` `(G*units)` */
  readonly inputBias: Float32Array
  readonly hiddenBias: Float32Array
}

/** What a cell computed of a sequence. */
export interface Trace {
  readonly kind: Kind
  readonly steps: number
  readonly units: number
  /** By letter of the equations: `(steps, units)` */
  readonly values: Readonly<Record<string, Float32Array>>
  /** `W_ih x + b_ih` and `W_hh h + b_hh` before anything is done to them: `(steps, G*units)` */
  readonly fromInput: Float32Array
  readonly fromPast: Float32Array
}

/** Letters of what a cell computes, in the order in which it does. */
export const letters = {
  RNN: ['a', 'u', 'h'],
  LSTM: ['i', 'f', 'g', 'o', 'c', 'h'],
  GRU: ['r', 'z', 'n', 'h'],
} as const satisfies Record<Kind, readonly string[]>

/**
 * Runs a cell over a sequence from a state of zeros.
 * @param inputs `(steps)` of `(inputSize)`
 */
export function traceCell(weights: CellWeights, inputs: readonly Float32Array[]): Trace {
  const { kind, units } = weights
  const steps = inputs.length
  const rows = gateLetters[kind].length * units
  const values: Record<string, Float32Array> = {}
  for (const letter of letters[kind]) values[letter] = new Float32Array(steps * units)
  const trace = {
    kind,
    steps,
    units,
    values,
    fromInput: new Float32Array(steps * rows),
    fromPast: new Float32Array(steps * rows),
  }
  const zeros = new Float32Array(units)
  const stateAt = (letter: string, step: number): Float32Array =>
    step < 0 ? zeros : (values[letter]?.subarray(step * units, (step + 1) * units) ?? zeros)

  for (const [step, x] of inputs.entries()) {
    const fromInput = trace.fromInput.subarray(step * rows, (step + 1) * rows)
    const fromPast = trace.fromPast.subarray(step * rows, (step + 1) * rows)
    addProduct(fromInput, weights.inputWeight, x, weights.inputBias)
    addProduct(fromPast, weights.hiddenWeight, stateAt('h', step - 1), weights.hiddenBias)
    for (let unit = 0; unit < units; unit++) {
      const before = { h: stateAt('h', step - 1)[unit] ?? 0, c: stateAt('c', step - 1)[unit] ?? 0 }
      const computed = unitOf[kind](
        (gate) => fromInput[gate * units + unit] ?? 0,
        (gate) => fromPast[gate * units + unit] ?? 0,
        before,
      )
      for (const [letter, value] of Object.entries(computed)) stateAt(letter, step)[unit] = value
    }
  }
  return trace
}

type Part = (gate: number) => number
type UnitStep = (x: Part, past: Part, before: { readonly h: number; readonly c: number }) => object

/** One unit's timestep: `x` and `past` are what comes to its gates from the input and from the last hidden state. */
const unitOf: Record<Kind, UnitStep> = {
  RNN(x, past) {
    const [a, u] = [x(0), past(0)]
    return { a, u, h: Math.tanh(a + u) }
  },
  LSTM(x, past, before) {
    const i = sigmoid(x(0) + past(0))
    const f = sigmoid(x(1) + past(1))
    const g = Math.tanh(x(2) + past(2))
    const o = sigmoid(x(3) + past(3))
    const c = f * before.c + i * g
    return { i, f, g, o, c, h: o * Math.tanh(c) }
  },
  GRU(x, past, before) {
    const r = sigmoid(x(0) + past(0))
    const z = sigmoid(x(1) + past(1))
    const n = Math.tanh(x(2) + r * past(2))
    return { r, z, n, h: (1 - z) * n + z * before.h }
  },
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value))
}

/** `result = weight @ vector + bias` */
export function addProduct(
  result: Float32Array,
  weight: Float32Array,
  vector: Float32Array,
  bias: Float32Array,
): void {
  for (let row = 0; row < result.length; row++) {
    let sum = bias[row] ?? 0
    for (let k = 0; k < vector.length; k++) sum += (weight[row * vector.length + k] ?? 0) * (vector[k] ?? 0)
    result[row] = sum
  }
}
