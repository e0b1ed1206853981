import type {
  DirectionWeights,
  FloatArray,
  RecurrentInput,
  RecurrentMode,
  RecurrentOutput,
  RecurrentSpec,
} from '@unroll/kernels'
import { decodeArray, type EncodedArray } from '@unroll/testing'

/** What a fixture says about its module. */
export interface ModuleFixture {
  readonly module: string
  readonly inputSize: number
  readonly hiddenSize: number
  readonly options: {
    readonly numLayers?: number
    readonly bias?: boolean
    readonly batchFirst?: boolean
    readonly bidirectional?: boolean
    readonly projSize?: number
    readonly nonlinearity?: string
    readonly dtype: string
  }
  readonly weights: EncodedWeights
}

/** Weights by PyTorch's names. */
export type EncodedWeights = Readonly<Record<string, EncodedArray | undefined>>

/** A case of fixtures/sequence.json. */
export interface SequenceFixture extends ModuleFixture {
  readonly name: string
  readonly input: EncodedArray
  readonly lengths: readonly number[] | null
  readonly hx: readonly EncodedArray[] | null
  readonly output: EncodedArray
  readonly hn: EncodedArray
  readonly cn: EncodedArray | null
}

/** What an engine is called with, and PyTorch's results. Rows and sequences are in the engine's order. */
export interface EngineCall {
  readonly spec: RecurrentSpec
  readonly weights: readonly DirectionWeights[]
  readonly call: RecurrentInput
  readonly want: RecurrentOutput
}

export function engineCall(fixture: SequenceFixture): EngineCall {
  const { options, input, lengths } = fixture
  const { batchFirst = false } = options
  const spec = specOf(fixture)
  const { numLayers, bidirectional, projSize } = spec
  const batched = input.shape.length === 3
  const [first = 0, second = 0] = input.shape
  const T = batched && batchFirst ? second : first
  const N = !batched ? 1 : batchFirst ? first : second
  const D = bidirectional ? 2 : 1
  const P = projSize || fixture.hiddenSize
  const weights = directionWeights(spec, fixture.weights)
  const [h0 = null, c0 = null] = (fixture.hx ?? []).map(floats)
  const want = {
    output: floats(fixture.output),
    hn: floats(fixture.hn),
    cn: fixture.cn && floats(fixture.cn),
  }
  if (lengths === null) {
    const call = {
      input: floats(input),
      batchSizes: new Int32Array(T).fill(N),
      batchFirst: batched && batchFirst,
      h0,
      c0,
    }
    return { spec, weights, call, want }
  }
  // Longest first, equal lengths in their order, as pack_padded_sequence sorts.
  const order = lengths.map((_, n) => n).sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0) || a - b)
  const sorted = order.map((n) => lengths[n] ?? 0)
  const longest = sorted[0] ?? 0
  const batchSizes = Int32Array.from(
    { length: longest },
    (_, t) => sorted.filter((length) => length > t).length,
  )
  const pack = (padded: FloatArray, width: number, steps: number): FloatArray => {
    const rows: number[] = []
    batchSizes.forEach((size, t) => {
      for (const n of order.slice(0, size)) {
        const row = batchFirst ? n * steps + t : t * N + n
        rows.push(...padded.subarray(row * width, (row + 1) * width))
      }
    })
    return like(padded, rows)
  }
  const sortStates = (states: FloatArray | null, width: number): FloatArray | null => {
    if (states === null) return null
    const rows: number[] = []
    for (let layer = 0; layer < numLayers * D; layer++) {
      for (const n of order)
        rows.push(...states.subarray((layer * N + n) * width, (layer * N + n + 1) * width))
    }
    return like(states, rows)
  }
  const H = fixture.hiddenSize
  return {
    spec,
    weights,
    call: {
      input: pack(floats(input), spec.inputSize, T),
      batchSizes,
      h0: sortStates(h0, P),
      c0: sortStates(c0, H),
    },
    want: {
      output: pack(want.output, D * P, longest),
      hn: sortStates(want.hn, P) ?? want.hn,
      cn: sortStates(want.cn, H),
    },
  }
}

export function specOf(fixture: ModuleFixture): RecurrentSpec {
  const { dtype, numLayers = 1, bidirectional = false, projSize = 0 } = fixture.options
  return {
    mode: modeOf(fixture),
    dtype: dtype === 'float64' ? 'float64' : 'float32',
    inputSize: fixture.inputSize,
    hiddenSize: fixture.hiddenSize,
    projSize,
    numLayers,
    bidirectional,
  }
}

/** Weights, or their gradients, one entry per layer and direction. */
export function directionWeights(
  { numLayers, bidirectional }: RecurrentSpec,
  encoded: EncodedWeights,
): DirectionWeights[] {
  const D = bidirectional ? 2 : 1
  return Array.from({ length: numLayers * D }, (_, index) => {
    const suffix = `_l${Math.floor(index / D)}${index % D ? '_reverse' : ''}`
    const optional = (name: string): FloatArray | null => {
      const found = encoded[name + suffix]
      return found ? floats(found) : null
    }
    const required = (name: string): FloatArray => {
      const found = optional(name)
      if (found === null) throw new TypeError(`the fixture has no ${name}${suffix}`)
      return found
    }
    return {
      weightIh: required('weight_ih'),
      weightHh: required('weight_hh'),
      biasIh: optional('bias_ih'),
      biasHh: optional('bias_hh'),
      weightHr: optional('weight_hr'),
    }
  })
}

function modeOf({ module, options }: ModuleFixture): RecurrentMode {
  if (module === 'LSTM' || module === 'GRU') return module
  return options.nonlinearity === 'relu' ? 'RNN_RELU' : 'RNN_TANH'
}

export function floats(encoded: EncodedArray): FloatArray {
  const array = decodeArray(encoded)
  if (array instanceof Float32Array || array instanceof Float64Array) return array
  throw new TypeError(`expected a fixture of floats, got ${encoded.dtype}`)
}

function like(array: FloatArray, values: number[]): FloatArray {
  return array instanceof Float32Array ? Float32Array.from(values) : Float64Array.from(values)
}
