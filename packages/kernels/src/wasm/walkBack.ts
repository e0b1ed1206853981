import type { FloatArray } from '../contract/recurrent.ts'
import type {
  DirectionGradients,
  OutputGradients,
  RecurrentGradients,
  WantedDirection,
  WantedGradients,
} from '../contract/training.ts'
import { sizesOf } from '../spec/sizes.ts'
import { BackwardWalk } from './backwardWalk.ts'
import { none } from './partLayout.ts'
import type { Recorded } from './recording.ts'
import type { RunnableWeights } from './runnableWeights.ts'
import type { WantedOfWalk } from './wasmSums.ts'
import { joinFactors } from './weightFactors.ts'
import { nothing } from './weightGradients.ts'

/** Walks back through all layers, with the threads there are. @throws RangeError if the memory has no room for it */
export function walkBack(
  weights: RunnableWeights,
  recorded: Recorded,
  gradients: OutputGradients,
  wanted: WantedOfWalk,
): RecurrentGradients {
  const { spec, instance } = weights
  const lowest = lowestLayer(weights, wanted)
  if (lowest === spec.numLayers) {
    const directions = lowest * sizesOf(spec).D
    return { input: null, h0: null, c0: null, weights: Array.from({ length: directions }, () => nothing) }
  }
  const walk = (threads: number): RecurrentGradients | null =>
    new BackwardWalk(weights, recorded, wanted, lowest, threads).run(gradients)
  // Where a thread trapped or was lost, the main thread computes everything again.
  const result = walk(instance.threadCount) ?? walk(1)
  if (result === null) throw new Error('backward: the walk of a single thread has failed')
  return result
}

/** The gradients of the weights of several timesteps. */
export function multiplyFactors(
  weights: RunnableWeights,
  calls: readonly FloatArray[],
  wanted: WantedDirection,
): DirectionGradients {
  const { spec } = weights
  const factors = joinFactors(spec, calls)
  const { input } = factors
  const recorded: Recorded = {
    batchSizes: Int32Array.of(input.length / spec.inputSize),
    batchFirst: false,
    h0: null,
    c0: null,
    layout: {
      byteLength: input.byteLength,
      areas: { input: 0, output: none, between: none, tape: none, dropout: none },
    },
    address: null,
    copyTo: (address) => weights.instance.floats(spec.dtype, address, input.length).set(input),
    factors,
  }
  const noGradients = { output: null, hn: null, cn: null }
  const { weights: gradients } = walkBack(weights, recorded, noGradients, {
    input: false,
    h0: false,
    c0: false,
    weights: [wanted],
  })
  return gradients[0] ?? nothing
}

const roles = ['weightIh', 'weightHh', 'biasIh', 'biasHh', 'weightHr'] as const

/** The lowest layer of which something is wanted. */
function lowestLayer(
  weights: RunnableWeights,
  { input, h0, c0, weights: wanted, factors }: WantedGradients,
): number {
  const { spec } = weights
  const wantsStates = h0 !== false || (spec.mode === 'LSTM' && c0 !== false)
  if (wanted === undefined || input !== false || wantsStates || factors) return 0
  const index = wanted.findIndex((direction, at) =>
    roles.some((role) => weights.has(at, role) && direction[role] !== false),
  )
  return index < 0 ? spec.numLayers : Math.floor(index / sizesOf(spec).D)
}
