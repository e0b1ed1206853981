import type { FloatDType } from '@unroll/kernels'
import type { RecurrentKind } from '@unroll/kernels/spec'
import { type Module, type StateDict, skipInit, stateTensors } from '@unroll/nn'
import { prefixesText, storedSpec } from '@unroll/nn/recurrent'
import type { RNNBaseOptions } from './options.ts'

/** What `fromStateDict` takes besides the weights: their place in the state dict, and what shapes do not tell. */
export interface FromStateDictOptions extends Pick<RNNBaseOptions, 'batchFirst' | 'dropout' | 'dtype'> {
  /** The beginning of the names of the layer's parameters, e.g. `encoder.lstm.`. Default: nothing. */
  readonly prefix?: string
}

/** The defaults of {@link FromStateDictOptions}; a dtype of null means that of the weights. */
export const fromStateDictDefaults: ResolvedFromStateDictOptions = {
  prefix: '',
  batchFirst: false,
  dropout: 0,
  dtype: null,
}

type ResolvedFromStateDictOptions = Required<Omit<FromStateDictOptions, 'dtype'>> & {
  readonly dtype: FloatDType | null
}

const parameterName = /^(weight|bias)_(ih|hh|hr)_l\d+(_reverse)?$/

/**
 * Makes a layer with a copy of the weights of a state dict. Sizes, layers, directions, bias and projection are read off
 * their names
 * and shapes: `weight_hh_l0` is (gates * H, P), and `weight_hr_l0`, if there is one, (P, H). No weights are drawn.
 * @throws TypeError if the state dict is not a Map of tensors
 * @throws RangeError if there is no such layer under the prefix, or one of another kind
 * @throws StateDictError if weights are missing or do not fit
 */
export function layerFromState<L extends Module>(
  kind: RecurrentKind,
  state: StateDict,
  { prefix, dtype, ...given }: ResolvedFromStateDictOptions,
  make: (inputSize: number, hiddenSize: number, options: RNNBaseOptions) => L,
): L {
  const who = `${kind}.fromStateDict`
  const tensors = stateTensors(who, state)
  const weights = new Map(
    [...tensors].flatMap(([name, tensor]) => {
      const own = name.startsWith(prefix) ? name.slice(prefix.length) : ''
      return parameterName.test(own) ? [[own, tensor]] : []
    }),
  )
  const stored = storedSpec(who, kind, {
    weights,
    prefix,
    suffix: '_l0',
    found: () => prefixesText(tensors, /^(.*)weight_ih_l0$/s),
    classOf: (other) => other,
  })
  const { inputSize, hiddenSize, numLayers, bidirectional, bias, projSize } = stored
  const options: RNNBaseOptions = {
    ...given,
    numLayers,
    bidirectional,
    bias,
    dtype: dtype ?? stored.dtype,
    ...(projSize > 0 && { projSize }),
  }
  const layer = skipInit(() => make(inputSize, hiddenSize, options))
  layer.loadStateDict(new Map([...weights].map(([name, tensor]) => [prefix + name, tensor])), { prefix })
  return layer
}
