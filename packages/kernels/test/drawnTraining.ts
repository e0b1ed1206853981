import type {
  DirectionGradients,
  DirectionWeights,
  FloatArray,
  FloatDType,
  OutputGradients,
  RecurrentGradients,
  RecurrentInput,
  RecurrentMode,
  RecurrentSpec,
  WantedGradients,
} from '@unroll/kernels'
import { sizesOf } from '@unroll/kernels/spec'
import { expect } from 'vitest'
import { randomCall, randomFloats, randomWeights } from './random.ts'

/** A recorded call and a way back, drawn at random. */
export interface DrawnTraining {
  readonly title: string
  readonly spec: RecurrentSpec
  readonly weights: readonly DirectionWeights[]
  readonly call: RecurrentInput
  readonly given: OutputGradients
  readonly wanted: WantedGradients
}

const modes: readonly RecurrentMode[] = ['RNN_TANH', 'RNN_RELU', 'LSTM', 'GRU']

/** @param longest timesteps at most, and `widest` units and sequences */
export function drawTraining(
  random: () => number,
  { longest, widest }: { readonly longest: number; readonly widest: number },
): DrawnTraining {
  const whole = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1))
  const maybe = (): boolean => random() < 0.5
  const mode = modes[whole(0, 3)] ?? 'LSTM'
  const hiddenSize = whole(1, widest)
  const spec: RecurrentSpec = {
    mode,
    dtype: maybe() ? 'float32' : 'float64',
    inputSize: whole(1, widest),
    hiddenSize,
    projSize: mode === 'LSTM' && maybe() ? whole(1, Math.max(1, hiddenSize - 1)) : 0,
    numLayers: whole(1, 3),
    bidirectional: maybe(),
  }
  const { D, P } = sizesOf(spec)
  const [T, N] = [whole(1, longest), whole(1, widest)]
  const batchFirst = random() < 0.3
  const batchSizes = new Array<number>(T).fill(N)
  if (!batchFirst && maybe()) for (let t = 1; t < T; t++) batchSizes[t] = whole(0, batchSizes[t - 1] ?? 0)
  const rows = batchSizes.reduce((sum, size) => sum + size, 0)
  const dropped = (spec.numLayers - 1) * rows * D * P
  const drawn = randomCall(random, spec, batchSizes)
  const call: RecurrentInput = {
    ...drawn,
    batchFirst,
    h0: maybe() ? drawn.h0 : null,
    c0: maybe() ? drawn.c0 : null,
    dropout: maybe() ? randomFloats(random, spec.dtype, dropped).map((v) => (v < 0 ? 0 : 2)) : null,
  }
  const states = spec.numLayers * D * N
  const maybeFloats = (length: number): FloatArray | null =>
    random() < 0.8 ? randomFloats(random, spec.dtype, length) : null
  const hasBias = random() < 0.8
  const flags = (): { readonly [weight in keyof DirectionWeights]?: boolean } => ({
    weightIh: maybe(),
    weightHh: maybe(),
    biasIh: maybe(),
    biasHh: maybe(),
    weightHr: maybe(),
  })
  const wantsAll = maybe()
  return {
    title: `${mode} ${spec.dtype} T ${T} N ${N} I ${spec.inputSize} H ${hiddenSize} P ${spec.projSize} L ${spec.numLayers} D ${D}${
      batchFirst ? ' batchFirst' : ''
    }${call.dropout ? ' dropout' : ''}${wantsAll ? '' : ' some wanted'}`,
    spec,
    weights: randomWeights(random, spec).map((w) => (hasBias ? w : { ...w, biasIh: null, biasHh: null })),
    call,
    given: {
      output: maybeFloats(rows * D * P),
      hn: maybeFloats(states * P),
      cn: mode === 'LSTM' ? maybeFloats(states * hiddenSize) : null,
    },
    wanted: wantsAll
      ? {}
      : {
          input: maybe(),
          h0: maybe(),
          c0: maybe(),
          weights: Array.from({ length: spec.numLayers * D }, () => (maybe() ? flags() : allUnwanted)),
        },
  }
}

const allUnwanted = { weightIh: false, weightHh: false, biasIh: false, biasHh: false, weightHr: false }

/**
 * Expects gradients to be those of an oracle: float32 within `1e-4 |want| + 2e-6 max |want|`, as PyTorch's float32 is of its
 * float64; float64 within 1e-9 of the largest.
 */
export function expectSameGradients(
  got: RecurrentGradients,
  want: RecurrentGradients,
  dtype: FloatDType,
): void {
  for (const kind of ['input', 'h0', 'c0'] as const) expectClose(got[kind], want[kind], dtype, kind)
  expect(got.weights.length).toBe(want.weights.length)
  got.weights.forEach((direction, index) => {
    for (const [kind, array] of Object.entries(direction) as [
      keyof DirectionGradients,
      FloatArray | null,
    ][]) {
      expectClose(array, want.weights[index]?.[kind] ?? null, dtype, `${kind} of direction ${index}`)
    }
  })
}

/** The same for one array, or null. */
export function expectClose(
  got: FloatArray | null,
  want: FloatArray | null,
  dtype: FloatDType,
  what: string,
): void {
  expect(got === null, what).toBe(want === null)
  let largest = 0
  for (const value of want ?? []) largest = Math.max(largest, Math.abs(value))
  const tolerance =
    dtype === 'float32' ? { rtol: 1e-4, atol: 2e-6 * largest } : { rtol: 0, atol: 1e-9 * largest }
  expect(got ?? [], what).toBeAllclose(want ?? [], tolerance)
}
