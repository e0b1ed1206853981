import type {
  DirectionWeights,
  OutputGradients,
  RecurrentGradients,
  RecurrentInput,
  RecurrentMode,
  RecurrentSpec,
} from '@unroll/kernels'
import { decodeArray, type EncodedArray } from '@unroll/testing'
import { expect } from 'vitest'

type Encoded = Readonly<Record<string, EncodedArray | undefined>>

/** A case of fixtures/gradients.json. */
export interface GradientFixture {
  readonly module: string
  readonly inputSize: number
  readonly hiddenSize: number
  readonly options: {
    readonly numLayers?: number
    readonly batchFirst?: boolean
    readonly bidirectional?: boolean
    readonly projSize?: number
    readonly nonlinearity?: string
  }
  readonly weights: Encoded
  readonly batchSizes: readonly number[]
  readonly input: EncodedArray
  readonly hx: readonly EncodedArray[] | null
  readonly dropout: EncodedArray | null
  readonly given: { readonly [K in keyof OutputGradients]: EncodedArray | null }
  readonly gradients: {
    readonly input: EncodedArray
    readonly hx: readonly EncodedArray[]
    readonly weights: Encoded
  }
}

/** A call, gradients of its results, and what PyTorch's autograd made of them. */
export interface GradientCall {
  readonly spec: RecurrentSpec
  readonly weights: readonly DirectionWeights[]
  readonly call: RecurrentInput
  readonly given: OutputGradients
  readonly want: RecurrentGradients
}

/** Rounded to float32, which is what a GPU computes in; most cases are float64. */
export function gradientCall(fixture: GradientFixture): GradientCall {
  const { options, given, gradients } = fixture
  const spec: RecurrentSpec = {
    mode: modeOf(fixture),
    dtype: 'float32',
    inputSize: fixture.inputSize,
    hiddenSize: fixture.hiddenSize,
    projSize: options.projSize ?? 0,
    numLayers: options.numLayers ?? 1,
    bidirectional: options.bidirectional ?? false,
  }
  const [h0, c0] = fixture.hx ?? []
  const [dh0, dc0] = gradients.hx
  return {
    spec,
    weights: directions(spec, fixture.weights),
    call: {
      input: required(fixture.input),
      batchSizes: Int32Array.from(fixture.batchSizes),
      batchFirst: options.batchFirst ?? false,
      h0: floats(h0),
      c0: floats(c0),
      dropout: floats(fixture.dropout),
    },
    given: { output: floats(given.output), hn: floats(given.hn), cn: floats(given.cn) },
    want: {
      input: required(gradients.input),
      h0: required(dh0),
      c0: floats(dc0),
      weights: directions(spec, gradients.weights),
    },
  }
}

/** Every array of `got` must be close to that of `want`, or both null. */
export function expectGradients(
  got: RecurrentGradients,
  want: RecurrentGradients,
  tolerance: { readonly rtol: number; readonly atol: number },
  what: string,
): void {
  for (const kind of ['input', 'h0', 'c0'] as const) {
    expect(got[kind] === null, `${what}: ${kind}`).toBe(want[kind] === null)
    expect(got[kind] ?? [], `${what}: ${kind}`).toBeAllclose(want[kind] ?? [], tolerance)
  }
  expect(got.weights.length).toBe(want.weights.length)
  got.weights.forEach((own, index) => {
    for (const kind of ['weightIh', 'weightHh', 'biasIh', 'biasHh', 'weightHr'] as const) {
      const wanted = want.weights[index]?.[kind] ?? null
      const name = `${what}: ${kind} of direction ${index}`
      expect(own[kind] === null, name).toBe(wanted === null)
      expect(own[kind] ?? [], name).toBeAllclose(wanted ?? [], tolerance)
    }
  })
}

function directions({ numLayers, bidirectional }: RecurrentSpec, encoded: Encoded): DirectionWeights[] {
  const D = bidirectional ? 2 : 1
  return Array.from({ length: numLayers * D }, (_, index) => {
    const suffix = `_l${Math.floor(index / D)}${index % D === 1 ? '_reverse' : ''}`
    return {
      weightIh: required(encoded[`weight_ih${suffix}`]),
      weightHh: required(encoded[`weight_hh${suffix}`]),
      biasIh: floats(encoded[`bias_ih${suffix}`]),
      biasHh: floats(encoded[`bias_hh${suffix}`]),
      weightHr: floats(encoded[`weight_hr${suffix}`]),
    }
  })
}

function modeOf({ module, options }: GradientFixture): RecurrentMode {
  if (module === 'LSTM' || module === 'GRU') return module
  return options.nonlinearity === 'relu' ? 'RNN_RELU' : 'RNN_TANH'
}

function floats(encoded: EncodedArray | null | undefined): Float32Array | null {
  return encoded ? Float32Array.from(decodeArray(encoded), Number) : null
}

function required(encoded: EncodedArray | undefined): Float32Array {
  const array = floats(encoded)
  if (array === null) throw new TypeError('the fixture has no such array')
  return array
}
