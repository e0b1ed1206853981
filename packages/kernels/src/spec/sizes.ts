import type { RecurrentSpec } from '../contract/recurrent.ts'
import { gateCount } from './kinds.ts'

/** Sizes that follow from a spec, in the letters of {@link RecurrentSpec}. */
export interface Sizes {
  readonly G: number
  readonly D: number
  readonly I: number
  readonly H: number
  readonly P: number
}

export function sizesOf(spec: Omit<RecurrentSpec, 'dtype' | 'numLayers'>): Sizes {
  const H = spec.hiddenSize
  return {
    G: gateCount(spec.mode),
    D: spec.bidirectional ? 2 : 1,
    I: spec.inputSize,
    H,
    P: spec.projSize || H,
  }
}

/** The input size of a layer: `I`, or the width of the layer below. */
export function layerInputSize({ D, I, P }: Pick<Sizes, 'D' | 'I' | 'P'>, layer: number): number {
  return layer === 0 ? I : D * P
}
