import { describeValue, type FloatDType, optionsOf, type RecurrentMode } from '@unroll/kernels'
import { gateLetters, kindOf, type RecurrentKind } from '@unroll/kernels/spec'
import { checkSize } from '@unroll/nn'
import { checkFloatDType, checkInteger, checkType } from '@unroll/nn/recurrent'

/** Options of every recurrent layer. */
export interface RNNBaseOptions {
  /** Layers stacked on each other, each fed with the outputs of the one below. Default 1. */
  readonly numLayers?: number
  /** The layers have `bias_ih` and `bias_hh`. Default true. */
  readonly bias?: boolean
  /** Inputs and outputs are `(N, L, *)` instead of `(L, N, *)`. Never applies to states. Default false. */
  readonly batchFirst?: boolean
  /** In training, the probability that an output of any layer but the last is set to zero. Default 0. */
  readonly dropout?: number
  /** A second direction reads the sequence from its end. Default false. */
  readonly bidirectional?: boolean
  /** `P`: hidden states are projected to this size, less than the hidden size. LSTM only. Default: no projection. */
  readonly projSize?: number
  /** The dtype of the weights. Default `float32`. */
  readonly dtype?: FloatDType
}

export type LSTMOptions = RNNBaseOptions

export type GRUOptions = Omit<RNNBaseOptions, 'projSize'>

export interface RNNOptions extends Omit<RNNBaseOptions, 'projSize'> {
  /** The function `act` of the recurrence. Default `tanh`. */
  readonly nonlinearity?: 'tanh' | 'relu'
}

/** More layers than this would take all memory, however small they are. */
const mostLayers = 2 ** 16

const defaults: Required<GRUOptions> = {
  numLayers: 1,
  bias: true,
  batchFirst: false,
  dropout: 0,
  bidirectional: false,
  dtype: 'float32',
}

/**
 * The name of a mode's class.
 * @throws RangeError on an unknown mode
 */
export function layerName(mode: RecurrentMode): RecurrentKind {
  // Users write the mode of an RNNBase themselves.
  if (typeof mode === 'string' && Object.hasOwn(gateLetters, kindOf(mode))) return kindOf(mode)
  throw new RangeError(`RNNBase: expected mode RNN_TANH, RNN_RELU, LSTM or GRU, got ${describeValue(mode)}`)
}

/**
 * Fills in the defaults and checks the options, in PyTorch's order.
 * @throws RangeError on a value out of range, TypeError on a wrong type or an unknown option
 */
export function resolveOptions(
  mode: RecurrentMode,
  inputSize: number,
  hiddenSize: number,
  options: RNNBaseOptions | null | undefined,
): Required<RNNBaseOptions> {
  const who = layerName(mode)
  checkProjection(who, options)
  const all: Required<RNNBaseOptions> =
    mode === 'LSTM'
      ? optionsOf(who, options, { ...defaults, projSize: 0 }, 'numLayers')
      : { ...optionsOf(who, options, defaults, 'numLayers'), projSize: 0 }
  const { dropout, numLayers, projSize } = all
  if (typeof dropout !== 'number' || !(dropout >= 0 && dropout <= 1)) {
    throw new RangeError(
      `${who}: expected dropout to be a number from 0 to 1, the probability of zeroing, got ${describeValue(dropout)}`,
    )
  }
  if (dropout > 0 && numLayers === 1) {
    console.warn(`${who}: dropout acts between layers: dropout=${dropout} has no effect with numLayers=1`)
  }
  checkType(who, 'bias', all.bias, 'boolean')
  checkType(who, 'batchFirst', all.batchFirst, 'boolean')
  checkSize(who, 'inputSize', inputSize)
  checkSize(who, 'hiddenSize', hiddenSize)
  checkSize(who, 'numLayers', numLayers)
  if (numLayers > mostLayers) {
    throw new RangeError(`${who}: expected numLayers of at most ${mostLayers}, got ${numLayers}`)
  }
  checkInteger(who, 'projSize', projSize)
  if (projSize < 0 || projSize >= hiddenSize) {
    throw new RangeError(
      `${who}: expected projSize to be at least 0 (no projection) and less than hiddenSize=${hiddenSize}, got ${projSize}`,
    )
  }
  checkType(who, 'bidirectional', all.bidirectional, 'boolean')
  checkFloatDType(who, all.dtype)
  return all
}

/**
 * Checks the nonlinearity of an RNN's options. RNNBase checks the others.
 * @throws RangeError if the nonlinearity is unknown, or a projection is asked for
 * @throws TypeError on an unknown option
 */
export function resolveRNNOptions(options: RNNOptions | null | undefined): Required<RNNOptions> {
  checkProjection('RNN', options)
  // In PyTorch, the position after `numLayers` is that of the nonlinearity. So a word is meant as that.
  const first = typeof options === 'string' ? 'nonlinearity' : 'numLayers'
  const all = optionsOf<Required<RNNOptions>>('RNN', options, { ...defaults, nonlinearity: 'tanh' }, first)
  const { nonlinearity } = all
  if (nonlinearity === 'tanh' || nonlinearity === 'relu') return all
  throw new RangeError(
    `RNN: expected nonlinearity to be tanh or relu, got ${describeValue(nonlinearity satisfies never)}`,
  )
}

/** The check that PyTorch makes first, before any other option. */
function checkProjection(who: string, options: unknown): void {
  if (who === 'LSTM' || typeof options !== 'object' || options === null) return
  if (!('projSize' in options) || options.projSize === undefined) return
  throw new RangeError(
    `${who}: expected no projSize, which only LSTM has, got ${describeValue(options.projSize)}`,
  )
}
