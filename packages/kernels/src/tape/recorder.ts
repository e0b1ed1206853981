import type { FloatArray, PackedWeights, RecurrentInput, RecurrentOutput } from '../contract/recurrent.ts'
import type {
  DirectionGradients,
  OutputGradients,
  RecurrentGradients,
  RecurrentTape,
  WantedDirection,
  WantedGradients,
} from '../contract/training.ts'
import type { WeightSums } from './weightSums.ts'

/** What tapes need of packed weights. */
export type TapeWeights = Pick<PackedWeights, 'spec' | 'version' | 'disposed'>

/** What tapes need of an engine. */
export interface Recorder<Weights extends TapeWeights> {
  /** @throws TypeError unless this engine packed them */
  own(weights: PackedWeights): Weights
  run(weights: Weights, call: RecurrentInput): RecurrentOutput
  /** A tape that keeps all states. */
  record(weights: Weights, call: RecurrentInput): RecurrentTape
  /** The weights of one direction of one layer, as a layer with one direction. There is nothing to dispose. */
  direction(weights: Weights, index: number): Weights
  /** `a + b` of arrays of equal length, as a fresh array. */
  add(a: FloatArray, b: FloatArray): FloatArray
  /** Sums of the gradients of weights, if the engine has its own: those of arrays if left out. */
  sums?(weights: Weights, wanted: WantedGradients): WeightSums
  /** {@link HostTraining.weightGradients}, if the engine has it. */
  multiply?(weights: Weights, factors: readonly FloatArray[], wanted: WantedDirection): DirectionGradients
}

/** The results of a sequence, and the way back. */
export interface Run {
  readonly results: RecurrentOutput
  back(gradients: OutputGradients, wanted: WantedGradients): RecurrentGradients
}
