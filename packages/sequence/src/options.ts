import type { FloatDType, RecurrentMode } from '@unroll/kernels'
import { describe } from './arguments.ts'

/** Options of every recurrent layer. */
export interface RNNBaseOptions {
  /** Layers stacked on each other, each fed with the outputs of the one below. Default 1. */
  readonly numLayers?: number
  /** The layers have `bias_ih` and `bias_hh`. Default true. */
  readonly bias?: boolean
  /** Inputs and outputs are `(N, L, *)` instead of `(L, N, *)`. Never applies to states. Default false. */
  readonly batchFirst?: boolean
  /** In training, the probability with which an output of a layer but the last is zeroed. Default 0. */
  readonly dropout?: number
  /** A second direction reads the sequence from its end. Default false. */
  readonly bidirectional?: boolean
  /** `P`: hidden states are projected to this size, less than the hidden size. LSTM only. Default: no projection. */
  readonly projSize?: number
  /** Of the weights. Default `float32`. */
  readonly dtype?: FloatDType
}

export type LSTMOptions = RNNBaseOptions

export type GRUOptions = Omit<RNNBaseOptions, 'projSize'>

export interface RNNOptions extends Omit<RNNBaseOptions, 'projSize'> {
  /** `act` of the recurrence. Default `tanh`. */
  readonly nonlinearity?: 'tanh' | 'relu'
}

const defaults = {
  numLayers: 1,
  bias: true,
  batchFirst: false,
  dropout: 0,
  bidirectional: false,
  projSize: 0,
  dtype: 'float32',
} as const satisfies Required<RNNBaseOptions>

/** The class a mode belongs to. */
export function layerName(mode: RecurrentMode): 'RNN' | 'LSTM' | 'GRU' {
  switch (mode) {
    case 'RNN_TANH':
    case 'RNN_RELU':
      return 'RNN'
    case 'LSTM':
    case 'GRU':
      return mode
    default:
      throw new RangeError(
        `RNNBase: expected mode RNN_TANH, RNN_RELU, LSTM or GRU, got ${describe(mode satisfies never)}`,
      )
  }
}

/**
 * Fills in the defaults and checks, in PyTorch's order.
 * @throws RangeError on a value out of range, TypeError on a wrong type or an option there is not
 */
export function resolveOptions(
  mode: RecurrentMode,
  inputSize: number,
  hiddenSize: number,
  options: RNNBaseOptions,
): Required<RNNBaseOptions> {
  const who = layerName(mode)
  checkProjection(mode, options)
  for (const option of Object.keys(options)) {
    if (option in defaults || (who === 'RNN' && option === 'nonlinearity')) continue
    throw new TypeError(`${who}: expected options among ${Object.keys(defaults).join(', ')}, got ${option}`)
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const all: Required<RNNBaseOptions> = { ...defaults, ...Object.fromEntries(given) }
  const { dropout, numLayers, projSize } = all
  if (typeof dropout !== 'number' || !(dropout >= 0 && dropout <= 1)) {
    throw new RangeError(
      `${who}: expected dropout to be a number from 0 to 1, the probability of zeroing, got ${describe(dropout)}`,
    )
  }
  if (dropout > 0 && numLayers === 1) {
    console.warn(`${who}: dropout acts between layers: dropout=${dropout} has no effect with numLayers=1`)
  }
  checkBoolean(who, 'bias', all.bias)
  checkBoolean(who, 'batchFirst', all.batchFirst)
  checkSize(who, 'inputSize', inputSize)
  checkSize(who, 'hiddenSize', hiddenSize)
  checkSize(who, 'numLayers', numLayers)
  checkInteger(who, 'projSize', projSize)
  if (projSize < 0 || projSize >= hiddenSize) {
    throw new RangeError(
      `${who}: expected projSize to be at least 0 (no projection) and less than hiddenSize=${hiddenSize}, got ${projSize}`,
    )
  }
  checkBoolean(who, 'bidirectional', all.bidirectional)
  if (all.dtype !== 'float32' && all.dtype !== 'float64') {
    throw new TypeError(`${who}: expected dtype to be float32 or float64, got ${describe(all.dtype)}`)
  }
  return all
}

/**
 * The mode of an RNN.
 * @throws RangeError if the nonlinearity is another word, or a projection is asked for
 */
export function rnnMode(options: RNNOptions): 'RNN_TANH' | 'RNN_RELU' {
  checkProjection('RNN_TANH', options)
  const { nonlinearity = 'tanh' } = options
  switch (nonlinearity) {
    case 'tanh':
      return 'RNN_TANH'
    case 'relu':
      return 'RNN_RELU'
    default:
      throw new RangeError(
        `RNN: expected nonlinearity to be tanh or relu, got ${describe(nonlinearity satisfies never)}`,
      )
  }
}

function checkProjection(mode: RecurrentMode, options: RNNBaseOptions): void {
  if (mode === 'LSTM' || options.projSize === undefined) return
  throw new RangeError(
    `${layerName(mode)}: expected no projSize, which only LSTM has, got ${describe(options.projSize)}`,
  )
}

function checkBoolean(who: string, what: string, value: unknown): void {
  if (typeof value === 'boolean') return
  throw new TypeError(`${who}: expected ${what} to be true or false, got ${describe(value)}`)
}

function checkInteger(who: string, what: string, value: unknown): void {
  if (Number.isInteger(value)) return
  throw new TypeError(`${who}: expected ${what} to be a whole number, got ${describe(value)}`)
}

function checkSize(who: string, what: string, value: number): void {
  checkInteger(who, what, value)
  if (value <= 0) throw new RangeError(`${who}: expected ${what} to be greater than 0, got ${value}`)
}
