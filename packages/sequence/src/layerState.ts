import type { FloatDType } from '@unroll/kernels'
import { type Module, type StateDict, skipInit, stateTensors } from '@unroll/nn'
import type { Tensor } from '@unroll/tensor'
import type { RNNBaseOptions } from './options.ts'

/** What `fromStateDict` takes beside the weights: where they stand, and what shapes cannot tell. */
export interface FromStateDictOptions extends Pick<RNNBaseOptions, 'batchFirst' | 'dropout' | 'dtype'> {
  /** What stands before the names of the layer's parameters, e.g. `encoder.lstm.`. Default: nothing. */
  readonly prefix?: string
}

/** Of {@link FromStateDictOptions}; a dtype of null is that of the weights. */
export const fromStateDictDefaults: ResolvedFromStateDictOptions = {
  prefix: '',
  batchFirst: false,
  dropout: 0,
  dtype: null,
}

type ResolvedFromStateDictOptions = Required<Omit<FromStateDictOptions, 'dtype'>> & {
  readonly dtype: FloatDType | null
}

const gates = { RNN: 1, GRU: 3, LSTM: 4 } as const

const parameterName = /^(weight|bias)_(ih|hh|hr)_l\d+(_reverse)?$/

/**
 * A layer with the weights of a state dict, copied. Sizes, layers, directions, bias and projection are read off their names
 * and shapes: `weight_hh_l0` is (gates * H, P), and `weight_hr_l0`, where there is one, (P, H). No weights are drawn.
 * @throws TypeError if the state dict is no Map of tensors
 * @throws RangeError if there is no such layer under the prefix, or one of another kind
 * @throws StateDictError if weights are missing, or misfit
 */
export function layerFromState<L extends Module>(
  kind: keyof typeof gates,
  state: StateDict,
  { prefix, dtype, ...given }: ResolvedFromStateDictOptions,
  make: (inputSize: number, hiddenSize: number, options: RNNBaseOptions) => L,
): L {
  const who = `${kind}.fromStateDict`
  const tensors = stateTensors(who, state)
  const isOwn = (name: string): boolean =>
    name.startsWith(prefix) && parameterName.test(name.slice(prefix.length))
  const weights = new Map([...tensors].filter(([name]) => isOwn(name)))
  const has = (name: string): boolean => weights.has(prefix + name)
  const [input, hidden, projection] = ['ih', 'hh', 'hr'].map((of) => weights.get(`${prefix}weight_${of}_l0`))
  if (input?.ndim !== 2 || hidden?.ndim !== 2) {
    throw new RangeError(
      `${who}: expected matrices ${prefix}weight_ih_l0 and weight_hh_l0, got ${found(tensors)}`,
    )
  }
  const hiddenSize = (projection ?? hidden).size(1)
  const stacked = hidden.size(0) / hiddenSize
  if (stacked !== gates[kind]) {
    const other = Object.entries(gates).find(([, count]) => count === stacked)?.[0]
    throw new RangeError(
      `${who}: expected ${prefix}weight_hh_l0 to have ${gates[kind]} * ${hiddenSize} rows, got ${hidden.size(0)}` +
        (other === undefined ? '' : `: these are the weights of a ${other}`),
    )
  }
  let numLayers = 1
  while (has(`weight_ih_l${numLayers}`)) numLayers++
  const options: RNNBaseOptions = {
    ...given,
    numLayers,
    bidirectional: has('weight_ih_l0_reverse'),
    bias: has('bias_ih_l0'),
    dtype: dtype ?? (input.dtype === 'float64' ? 'float64' : 'float32'),
    ...(projection === undefined ? {} : { projSize: projection.size(0) }),
  }
  const layer = skipInit(() => make(input.size(1), hiddenSize, options))
  layer.loadStateDict(weights, { prefix })
  return layer
}

/** The prefixes that would do. */
function found(state: ReadonlyMap<string, Tensor>): string {
  const suffix = 'weight_ih_l0'
  const prefixes = [...state.keys()]
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length))
  if (prefixes.length === 0) return `none among ${state.size} tensors`
  return `them under the prefixes ${prefixes.map((prefix) => `'${prefix}'`).join(', ')}`
}
