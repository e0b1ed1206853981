import { checkInput } from '../checks/call.ts'
import { checkGradients, checkTapeWeights, checkWanted } from '../checks/gradients.ts'
import type {
  DirectionWeights,
  FloatArray,
  FloatDType,
  PackedWeights,
  RecurrentInput,
} from '../contract/recurrent.ts'
import type {
  DirectionGradients,
  OutputGradients,
  RecurrentGradients,
  RecurrentTape,
  WantedGradients,
} from '../contract/training.ts'
import { layerInputSize, sizesOf } from '../spec/sizes.ts'
import { cellGradients } from './cellGradients.ts'
import { add, rowOf } from './matrices.ts'
import { ReferenceWeights } from './referenceWeights.ts'
import { type RecordedStep, runSequence } from './sequence.ts'

/** Every step of a sequence, in the order of computation. `backward` walks the steps from the last to the first. */
export class ReferenceTape implements RecurrentTape {
  readonly output: FloatArray
  readonly hn: FloatArray
  readonly cn: FloatArray | null
  readonly cells: FloatArray | null
  readonly #weights: ReferenceWeights
  /** The version of the weights that it ran with. */
  readonly #version: number
  /** `N` and `R`. */
  readonly #counts: { readonly N: number; readonly R: number }
  readonly #dropout: FloatArray | null
  #steps: readonly RecordedStep[] | null

  constructor(weights: PackedWeights, call: RecurrentInput) {
    const steps: RecordedStep[] = []
    const { output, hn, cn, cells } = runSequence(weights, { ...call, input: call.input.slice() }, steps)
    this.output = output
    this.hn = hn
    this.cn = cn
    this.cells = cells ?? null
    this.#weights = ReferenceWeights.of(weights)
    this.#version = weights.version
    this.#counts = checkInput(weights.spec, call)
    this.#dropout = call.dropout?.slice() ?? null
    this.#steps = steps
  }

  backward(gradients: OutputGradients, wanted: WantedGradients = {}): RecurrentGradients {
    if (this.#steps === null) throw new Error('backward: this tape was disposed; run the sequence again')
    checkTapeWeights(this.#weights, this.#version)
    const { spec, directions } = this.#weights
    checkGradients(spec, this.#counts, gradients)
    checkWanted(spec, wanted)
    const sizes = sizesOf(spec)
    const { D, H, P } = sizes
    const { N, R } = this.#counts
    const states = spec.numLayers * D * N
    const gradient = cellGradients[spec.mode]

    const dh = doubles(gradients.hn, states * P)
    const dc = spec.mode === 'LSTM' ? doubles(gradients.cn, states * H) : null
    const dWeights = directions.map((w, index) => zerosLike(w, wanted.weights?.[index]))
    // The gradients of each layer's input, and last that of the last layer's output.
    const dInputs: Float64Array[] = Array.from(
      { length: spec.numLayers },
      (_, layer) => new Float64Array(R * layerInputSize(sizes, layer)),
    )
    dInputs.push(doubles(gradients.output, R * D * P))

    for (let at = this.#steps.length - 1; at >= 0; at--) {
      const step = this.#steps[at] as RecordedStep
      const { layer, direction, n, rowIn, rowOut } = step
      const state = layer * D + direction
      const dhn = rowOf(dh, state * N + n, P)
      const dcn = dc && rowOf(dc, state * N + n, H)

      // The new hidden state went to the next timestep and to the output. Below the last layer, dropout scaled the
      // output.
      const place = rowOut * D + direction
      const dOutput = rowOf(dInputs[layer + 1] as Float64Array, place, P)
      const factors =
        this.#dropout && layer < spec.numLayers - 1 ? rowOf(this.#dropout, layer * R * D + place, P) : null
      add(dhn, factors === null ? dOutput : dOutput.map((value, j) => value * (factors[j] ?? 0)))

      const dx = gradient(
        directions[state] as DirectionWeights,
        step,
        dhn,
        dcn,
        dWeights[state] as DirectionGradients,
        layer > 0 || wanted.input !== false,
        H,
      )
      if (dx !== null) add(rowOf(dInputs[layer] as Float64Array, rowIn, dx.length), dx)
    }

    const { dtype } = spec
    return {
      input: wanted.input === false ? null : rounded(dtype, dInputs[0] as Float64Array),
      h0: wanted.h0 === false ? null : rounded(dtype, dh),
      c0: wanted.c0 === false ? null : dc && rounded(dtype, dc),
      weights: dWeights.map((w) => ({
        weightIh: w.weightIh && rounded(dtype, w.weightIh),
        weightHh: w.weightHh && rounded(dtype, w.weightHh),
        biasIh: w.biasIh && rounded(dtype, w.biasIh),
        biasHh: w.biasHh && rounded(dtype, w.biasHh),
        weightHr: w.weightHr && rounded(dtype, w.weightHr),
      })),
    }
  }

  dispose(): void {
    this.#steps = null
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

/** A copy in double precision, or `length` zeros if null. */
function doubles(array: FloatArray | null, length: number): Float64Array {
  return array === null ? new Float64Array(length) : Float64Array.from(array)
}

/** Zeros for the gradient of each weight that exists and is wanted. */
function zerosLike(
  w: DirectionWeights,
  wanted: NonNullable<WantedGradients['weights']>[number] = {},
): DirectionGradients {
  const zeros = (weight: keyof DirectionWeights): Float64Array | null =>
    wanted[weight] === false || w[weight] === null ? null : new Float64Array(w[weight].length)
  return {
    weightIh: zeros('weightIh'),
    weightHh: zeros('weightHh'),
    biasIh: zeros('biasIh'),
    biasHh: zeros('biasHh'),
    weightHr: zeros('weightHr'),
  }
}

function rounded(dtype: FloatDType, array: FloatArray): FloatArray {
  return dtype === 'float32' ? Float32Array.from(array) : array
}
