import type { Tensor } from '@unroll/tensor'
import type { CellOptions } from './cellOptions.ts'

/** What `fromStateDict` takes beside the weights. */
export interface CellFromStateDictOptions extends Pick<CellOptions, 'dtype'> {
  /** What stands before the names of the cell's parameters, e.g. `decoder.cell.`. Default: nothing. */
  readonly prefix?: string
}

/** A cell as the names and shapes of its weights tell it. */
export interface StoredCell {
  readonly inputSize: number
  readonly hiddenSize: number
  readonly options: CellOptions
  /** Its weights, under the names the cell gives them. */
  readonly weights: ReadonlyMap<string, Tensor>
}

const gates = { RNNCell: 1, GRUCell: 3, LSTMCell: 4 } as const

const parameterName = /^(weight|bias)_(ih|hh)$/

/**
 * Reads sizes and bias off a state dict: `weight_ih` is (gates * H, I), `weight_hh` (gates * H, H).
 * @throws RangeError if there is no such cell under the prefix, or one of another kind
 */
export function readCellWeights(
  kind: keyof typeof gates,
  state: ReadonlyMap<string, Tensor>,
  { prefix = '', dtype }: CellFromStateDictOptions,
): StoredCell {
  const who = `${kind}.fromStateDict`
  const weights = new Map<string, Tensor>()
  for (const [name, tensor] of state) {
    const own = name.startsWith(prefix) ? name.slice(prefix.length) : ''
    if (parameterName.test(own)) weights.set(own, tensor)
  }
  const [input, hidden] = [weights.get('weight_ih'), weights.get('weight_hh')]
  if (input?.ndim !== 2 || hidden?.ndim !== 2) {
    throw new RangeError(`${who}: expected matrices ${prefix}weight_ih and weight_hh, got ${found(state)}`)
  }
  const hiddenSize = hidden.size(1)
  const stacked = hidden.size(0) / hiddenSize
  if (stacked !== gates[kind]) {
    const other = Object.entries(gates).find(([, count]) => count === stacked)?.[0]
    throw new RangeError(
      `${who}: expected ${prefix}weight_hh to have ${gates[kind]} * ${hiddenSize} rows, got ${hidden.size(0)}` +
        (other === undefined ? '' : `: these are the weights of a ${other}`),
    )
  }
  const options: CellOptions = {
    bias: weights.has('bias_ih'),
    dtype: dtype ?? (input.dtype === 'float64' ? 'float64' : 'float32'),
  }
  return { inputSize: input.size(1), hiddenSize, options, weights }
}

/** The prefixes that would do. */
function found(state: ReadonlyMap<string, Tensor>): string {
  const suffix = 'weight_ih'
  const prefixes = [...state.keys()]
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length))
  if (prefixes.length === 0) return `none among ${state.size} tensors`
  return `them under the prefixes ${prefixes.map((prefix) => `'${prefix}'`).join(', ')}`
}
