import type { DirectionWeights, RecurrentSpec } from '../contract/recurrent.ts'
import { layerInputSize, sizesOf } from './sizes.ts'

/** What determines the parameters of a recurrent layer. */
export interface LayerSpec extends Omit<RecurrentSpec, 'dtype'> {
  /** Whether there are `bias_ih` and `bias_hh`. */
  readonly bias: boolean
}

/** PyTorch's names of a direction's weights, in its order. A layer adds a suffix to them, a cell does not. */
const weightNames = {
  weightIh: 'weight_ih',
  weightHh: 'weight_hh',
  biasIh: 'bias_ih',
  biasHh: 'bias_hh',
  weightHr: 'weight_hr',
} as const satisfies Record<keyof DirectionWeights, string>

/** A parameter of one direction of one layer. */
export interface ParameterSpec {
  /** Its key in a state dict: `weight_ih_l0_reverse`. */
  readonly name: string
  readonly shape: readonly number[]
}

/** The parameters of one direction of one layer, by role and in PyTorch's order; null for one that does not exist. */
export interface DirectionParameters {
  readonly weightIh: ParameterSpec
  readonly weightHh: ParameterSpec
  readonly biasIh: ParameterSpec | null
  readonly biasHh: ParameterSpec | null
  readonly weightHr: ParameterSpec | null
}

/**
 * The end of the names of a layer's parameters, for each direction of each layer: `_l0`, `_l0_reverse`, `_l1`, ...
 *
 * @example
 * suffixesOf({ numLayers: 1, bidirectional: true })   // ['_l0', '_l0_reverse']
 */
export function suffixesOf({
  numLayers,
  bidirectional,
}: Pick<LayerSpec, 'numLayers' | 'bidirectional'>): string[] {
  return Array.from({ length: numLayers }, (_, layer) =>
    bidirectional ? [suffixOf(layer, false), suffixOf(layer, true)] : [suffixOf(layer, false)],
  ).flat()
}

/** The end of the names of one direction's parameters. */
export function suffixOf(layer: number, reverse: boolean): string {
  return `_l${layer}${reverse ? '_reverse' : ''}`
}

/**
 * The parameters of each direction of each layer.
 * @param suffixes of their names; `['']` for a cell
 */
export function parametersOf(
  spec: LayerSpec,
  suffixes: readonly string[] = suffixesOf(spec),
): DirectionParameters[] {
  const sizes = sizesOf(spec)
  const { G, D, H, P } = sizes
  const { bias, projSize } = spec
  return suffixes.map((suffix, index) => {
    const parameter = (weight: keyof DirectionWeights, ...shape: number[]): ParameterSpec => ({
      name: weightNames[weight] + suffix,
      shape,
    })
    return {
      weightIh: parameter('weightIh', G * H, layerInputSize(sizes, Math.floor(index / D))),
      weightHh: parameter('weightHh', G * H, P),
      biasIh: bias ? parameter('biasIh', G * H) : null,
      biasHh: bias ? parameter('biasHh', G * H) : null,
      weightHr: projSize > 0 ? parameter('weightHr', P, H) : null,
    }
  })
}

/** The same in one list, in PyTorch's order. */
export function parameterList(spec: LayerSpec, suffixes?: readonly string[]): ParameterSpec[] {
  return parametersOf(spec, suffixes).flatMap((direction) =>
    Object.values(direction).filter((parameter) => parameter !== null),
  )
}
