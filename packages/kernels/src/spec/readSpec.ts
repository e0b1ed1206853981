import type { LayerSpec } from './parameters.ts'

/** A recurrent layer or cell, as names and shapes of its parameters tell it. */
export interface StoredSpec extends Omit<LayerSpec, 'mode'> {
  /** Blocks of `H` rows in its weights: see `kindOfGates`. Not whole where these are no recurrent weights. */
  readonly gates: number
}

/**
 * Reads a state dict: `weight_ih` is `(G*H, I)`, `weight_hh` `(G*H, P)`, and `weight_hr`, where there is one, `(P, H)`.
 * Layers are counted up to the first that is not there. Whether every parameter fits is not checked.
 * @param shapeOf the shape of the parameter of a name, undefined where there is none
 * @param suffix of the first layer's names; `''` for a cell
 * @returns null where there are no such matrices
 */
export function readSpec(
  shapeOf: (name: string) => readonly number[] | undefined,
  suffix = '_l0',
): StoredSpec | null {
  const [input, hidden, projection] = ['ih', 'hh', 'hr'].map((which) => shapeOf(`weight_${which}${suffix}`))
  const [rows, inputSize] = input ?? []
  const [stacked, stateWidth] = hidden ?? []
  if (input?.length !== 2 || hidden?.length !== 2) return null
  if (rows === undefined || inputSize === undefined || stacked === undefined || stateWidth === undefined)
    return null
  const hiddenSize = projection?.[1] ?? stateWidth
  const isLayer = suffix === '_l0'
  let numLayers = 1
  while (isLayer && shapeOf(`weight_ih_l${numLayers}`) !== undefined) numLayers++
  return {
    gates: stacked / hiddenSize,
    inputSize,
    hiddenSize,
    projSize: projection?.[0] ?? 0,
    numLayers,
    bidirectional: isLayer && shapeOf('weight_ih_l0_reverse') !== undefined,
    bias: shapeOf(`bias_ih${suffix}`) !== undefined,
  }
}
