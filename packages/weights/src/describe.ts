import { describeValue } from '@unroll/kernels'
import { kindOfGates, modeOf, parameterList, type RecurrentKind, readSpec } from '@unroll/kernels/spec'
import { tagOf } from './source/isA.ts'

/** What `describe` looks at. Both a `Tensor` and a `TensorInfo` have it. */
export interface DescribedTensor {
  readonly shape: readonly number[]
  readonly dtype: string
}

/** A recurrent module, as its names and shapes in a state dict describe it. */
export interface RecurrentModule {
  /** The prefix of its parameters' names: `encoder.lstm.`, or nothing. */
  readonly prefix: string
  /** `RNN` and `RNNCell` may use tanh or relu: shapes do not tell which. */
  readonly kind: RecurrentKind | `${RecurrentKind}Cell`
  readonly inputSize: number
  readonly hiddenSize: number
  /** 1 for cells. */
  readonly numLayers: number
  readonly bidirectional: boolean
  readonly bias: boolean
  /** The size of projections, of an LSTM that has them; else 0. */
  readonly projSize: number
  readonly dtype: string
}

/**
 * Lists the recurrent modules in a state dict, in its order. A prefix counts if all weights and biases of a module
 * are there with shapes that fit; nonlinearity, dropout and batchFirst leave no trace in a state dict.
 * @throws TypeError if `weights` is no Map
 *
 * @example
 * for (const { prefix, kind } of describe(await loadWeights('model.pt'))) console.log(prefix, kind)
 */
export function describe(weights: ReadonlyMap<string, DescribedTensor>): RecurrentModule[] {
  if (tagOf(weights) !== 'Map') {
    throw new TypeError(`describe: expected a Map of tensors by name, got ${describeValue(weights)}`)
  }
  const modules: RecurrentModule[] = []
  for (const name of weights.keys()) {
    const [, prefix, layer] = /^(|.*\.)weight_ih(_l0)?$/s.exec(name) ?? []
    if (prefix === undefined) continue
    const module = describeModule(weights, prefix, layer === undefined)
    if (module !== null) modules.push(module)
  }
  return modules
}

function describeModule(
  weights: ReadonlyMap<string, DescribedTensor>,
  prefix: string,
  cell: boolean,
): RecurrentModule | null {
  const suffix = cell ? '' : '_l0'
  const shapeOf = (name: string): readonly number[] | undefined => weights.get(prefix + name)?.shape
  const stored = readSpec(shapeOf, suffix)
  if (stored === null || stored.hiddenSize === 0) return null
  const kind = kindOfGates(stored.gates)
  if (kind === null) return null
  const parameters = parameterList({ ...stored, mode: modeOf(kind) }, cell ? [suffix] : undefined)
  if (!parameters.every(({ name, shape }) => String(shapeOf(name)) === String(shape))) return null
  const { inputSize, hiddenSize, numLayers, bidirectional, bias, projSize } = stored
  return {
    prefix,
    kind: cell ? `${kind}Cell` : kind,
    inputSize,
    hiddenSize,
    numLayers,
    bidirectional,
    bias,
    projSize,
    dtype: weights.get(`${prefix}weight_ih${suffix}`)?.dtype ?? '',
  }
}
