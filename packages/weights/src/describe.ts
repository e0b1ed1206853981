import { describeValue } from '@unroll/kernels'
import { tagOf } from './source/isA.ts'

/** All that is looked at: a `Tensor` has it, and a `TensorInfo`. */
export interface DescribedTensor {
  readonly shape: readonly number[]
  readonly dtype: string
}

/** A recurrent module, as names and shapes in a state dict tell it. */
export interface RecurrentModule {
  /** What stands before its parameters' names: `encoder.lstm.`, or nothing. */
  readonly prefix: string
  /** `RNN` and `RNNCell` with tanh or relu: shapes cannot tell. */
  readonly kind: 'RNN' | 'LSTM' | 'GRU' | 'RNNCell' | 'LSTMCell' | 'GRUCell'
  readonly inputSize: number
  readonly hiddenSize: number
  /** 1 for cells. */
  readonly numLayers: number
  readonly bidirectional: boolean
  readonly bias: boolean
  /** Of an LSTM with projections; else 0. */
  readonly projSize: number
  readonly dtype: string
}

/** Rows of weight_ih, in units of hiddenSize. */
const kinds: ReadonlyMap<number, 'RNN' | 'LSTM' | 'GRU'> = new Map([
  [1, 'RNN'],
  [3, 'GRU'],
  [4, 'LSTM'],
])

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
  const shapeOf = (name: string): readonly number[] | null => weights.get(prefix + name)?.shape ?? null
  const [rows = 0, inputSize = 0] = shapeOf(`weight_ih${suffix}`) ?? []
  const projection = cell ? null : shapeOf('weight_hr_l0')
  const [, hiddenSize = 0] = projection ?? shapeOf(`weight_hh${suffix}`) ?? []
  const kind = kinds.get(rows / hiddenSize)
  if (kind === undefined || hiddenSize === 0) return null
  const module: RecurrentModule = {
    prefix,
    kind: cell ? `${kind}Cell` : kind,
    inputSize,
    hiddenSize,
    numLayers: cell ? 1 : countLayers(weights, prefix),
    bidirectional: !cell && weights.has(`${prefix}weight_ih_l0_reverse`),
    bias: weights.has(`${prefix}bias_ih${suffix}`),
    projSize: projection?.[0] ?? 0,
    dtype: weights.get(`${prefix}weight_ih${suffix}`)?.dtype ?? '',
  }
  const fits = expectedShapes(module, cell).every(
    ([name, shape]) => String(shapeOf(name)) === String(shape) && shapeOf(name) !== null,
  )
  return fits ? module : null
}

function countLayers(weights: ReadonlyMap<string, DescribedTensor>, prefix: string): number {
  let layers = 1
  while (weights.has(`${prefix}weight_ih_l${layers}`)) layers++
  return layers
}

/** Every parameter such a module has, with its shape. */
function expectedShapes(module: RecurrentModule, cell: boolean): [name: string, shape: number[]][] {
  const { kind, inputSize, hiddenSize, numLayers, bidirectional, bias, projSize } = module
  const gates = kind.startsWith('LSTM') ? 4 : kind.startsWith('GRU') ? 3 : 1
  const outputSize = projSize || hiddenSize
  const shapes: [string, number[]][] = []
  for (let layer = 0; layer < numLayers; layer++) {
    for (const direction of bidirectional ? ['', '_reverse'] : ['']) {
      const suffix = cell ? '' : `_l${layer}${direction}`
      const width = layer === 0 ? inputSize : outputSize * (bidirectional ? 2 : 1)
      shapes.push([`weight_ih${suffix}`, [gates * hiddenSize, width]])
      shapes.push([`weight_hh${suffix}`, [gates * hiddenSize, outputSize]])
      if (bias) shapes.push([`bias_ih${suffix}`, [gates * hiddenSize]])
      if (bias) shapes.push([`bias_hh${suffix}`, [gates * hiddenSize]])
      if (projSize > 0) shapes.push([`weight_hr${suffix}`, [projSize, hiddenSize]])
    }
  }
  return shapes
}
