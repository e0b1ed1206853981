import { describeValue, type RecurrentMode } from '@unroll/kernels'
import { gateCount } from '@unroll/kernels/spec'
import { type DirectionTensors, Parameter } from '@unroll/nn'
import { layerName } from './options.ts'

/** What the parameters of a layer follow from. */
export interface LayerShape {
  readonly mode: RecurrentMode
  readonly inputSize: number
  readonly hiddenSize: number
  readonly numLayers: number
  readonly bias: boolean
  readonly bidirectional: boolean
  readonly projSize: number
}

/** `D` directions, and `P`, the width of the hidden state. */
export function widthsOf(layer: Pick<LayerShape, 'bidirectional' | 'projSize' | 'hiddenSize'>): {
  readonly D: number
  readonly P: number
} {
  return { D: layer.bidirectional ? 2 : 1, P: layer.projSize || layer.hiddenSize }
}

/** What the names of parameters end in: `_l0`, `_l0_reverse`, `_l1`, ... */
function suffixesOf({ numLayers, bidirectional }: LayerShape): string[] {
  const suffixes: string[] = []
  for (let layer = 0; layer < numLayers; layer++) {
    suffixes.push(`_l${layer}`)
    if (bidirectional) suffixes.push(`_l${layer}_reverse`)
  }
  return suffixes
}

/** Names and shapes of the parameters, in PyTorch's order. */
export function parameterShapes(layer: LayerShape): [name: string, shape: number[]][] {
  const { inputSize, hiddenSize: H, bias, projSize } = layer
  const [rows, { D, P }] = [gateCount(layer.mode) * H, widthsOf(layer)]
  return suffixesOf(layer).flatMap((suffix, index) => {
    const shapes: [string, number[]][] = [
      ['weight_ih', [rows, index < D ? inputSize : D * P]],
      ['weight_hh', [rows, P]],
    ]
    if (bias) shapes.push(['bias_ih', [rows]], ['bias_hh', [rows]])
    if (projSize > 0) shapes.push(['weight_hr', [projSize, H]])
    return shapes.map(([name, shape]): [string, number[]] => [name + suffix, shape])
  })
}

/** The parameters of each layer and direction. */
export function directionsOf(layer: LayerShape): DirectionTensors[] {
  const { bias, projSize } = layer
  return suffixesOf(layer).map((suffix) => ({
    weightIh: parameterOf(layer, `weight_ih${suffix}`),
    weightHh: parameterOf(layer, `weight_hh${suffix}`),
    biasIh: bias ? parameterOf(layer, `bias_ih${suffix}`) : null,
    biasHh: bias ? parameterOf(layer, `bias_hh${suffix}`) : null,
    weightHr: projSize > 0 ? parameterOf(layer, `weight_hr${suffix}`) : null,
  }))
}

/** As {@link Module.getParameter}, without building the list of all of them. */
export function parameterOf(layer: LayerShape, name: string): Parameter {
  const parameter: unknown = Reflect.get(layer, name)
  if (parameter instanceof Parameter) return parameter
  throw new TypeError(
    `${layerName(layer.mode)}.${name}: expected a Parameter, got ${describeValue(parameter)}`,
  )
}
