import type { LayerSpec } from './parameters.ts'

/** A recurrent layer or cell, as read from the names and shapes of its parameters. */
export interface StoredSpec extends Omit<LayerSpec, 'mode'> {
  /** Blocks of `H` rows in its weights: see `kindOfGates`. Not a whole number if these are not recurrent weights. */
  readonly gates: number
}

/**
 * Reads a state dict: `weight_ih` is `(G*H, I)`, `weight_hh` `(G*H, P)`, and `weight_hr`, if there is one, `(P, H)`.
 * Layers are counted up to the first that is missing. It is not checked whether every parameter fits.
 * @param shapeOf returns the shape of the parameter of a name, undefined if there is none
 * @param suffix of the first layer's names; `''` for a cell
 * @returns null if there are no such matrices
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
