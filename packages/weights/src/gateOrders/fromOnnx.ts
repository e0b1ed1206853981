import { describeValue, optionsOf } from '@unroll/kernels'
import { gateLetters, type RecurrentKind } from '@unroll/kernels/spec'
import type { Tensor } from '@unroll/tensor'
import {
  checkKind,
  checkTensors,
  expectShape,
  type GateOrder,
  gruEquations,
  reorder,
  suffixOf,
} from './gateOrders.ts'

/** https://onnx.ai/onnx/operators/onnx__LSTM.html: c is PyTorch's g, h its n. */
const onnxOrder: GateOrder = { RNN: 'h', LSTM: 'iofg', GRU: 'zrn' }

/** The initializers of an ONNX node; D is the number of directions, G that of gates. */
export interface OnnxWeights {
  /** `(D, G*H, I)` */
  readonly W: Tensor
  /** `(D, G*H, H)` */
  readonly R: Tensor
  /** `(D, 2*G*H)`. Default: none. */
  readonly B?: Tensor | null | undefined
  /** `(D, 3*H)`: peepholes of an LSTM, which PyTorch lacks. Default: none. */
  readonly P?: Tensor | null | undefined
}

/** The node's attributes that change what it computes. Missing ones have ONNX's defaults. */
export interface OnnxOptions {
  /** The index of the layer that it becomes. Default 0. */
  readonly layer?: number | undefined
  /**
   * `'reverse'` becomes the backward direction of a layer, to be merged with the map of a forward node. Default:
   * 'forward', or 'bidirectional' where there are two.
   */
  readonly direction?: 'forward' | 'reverse' | 'bidirectional' | undefined
  /** `linear_before_reset` of a GRU; PyTorch's equations are those of 1. Default 0, which is refused. */
  readonly linearBeforeReset?: number | boolean | undefined
  /** Default: PyTorch's, Sigmoid and Tanh. An RNN may have Relu. */
  readonly activations?: readonly string[] | undefined
  /** A bound on the inputs of activations, which PyTorch lacks. Default: none. */
  readonly clip?: number | undefined
  /** `input_forget` of an LSTM couples its input and forget gates, which PyTorch lacks. Default 0. */
  readonly inputForget?: number | boolean | undefined
}

/**
 * The weights of an ONNX RNN, LSTM or GRU node under PyTorch's names, in PyTorch's gate order, both directions. For a
 * stack merge the maps of each node.
 *
 * An RNN with `activations: ['Relu']` needs `nonlinearity: 'relu'`, which its weights do not show.
 * @throws RangeError if shapes do not fit, or for attributes whose equations PyTorch's layers lack
 *
 * @example
 * const gru = GRU.fromStateDict(fromOnnx('GRU', { W, R, B }, { linearBeforeReset: 1 }))
 */
export function fromOnnx(
  kind: RecurrentKind,
  weights: OnnxWeights,
  options?: OnnxOptions | null,
): Map<string, Tensor> {
  checkKind(who, kind)
  checkTensors(who, weights, ['W', 'R'], ['B', 'P'])
  const { W, R, B } = weights
  const all = optionsOf<OnnxOptions>(who, options, defaults)
  checkEquations(kind, all, weights.P ?? null)

  const [directions = 0, , hiddenSize = 0] = R.shape
  const rows = gateLetters[kind].length * hiddenSize
  if (directions < 1 || directions > 2) {
    throw new RangeError(`${who}: expected 1 or 2 directions, got ${directions}`)
  }
  const { layer = 0, direction = directions === 2 ? 'bidirectional' : 'forward' } = all
  checkDirection(direction, directions)
  expectShape(who, 'W', W, [directions, rows, W.shape[2] ?? 0])
  expectShape(who, 'R', R, [directions, rows, hiddenSize])
  if (B) expectShape(who, 'B', B, [directions, 2 * rows])
  const order = (tensor: Tensor): Tensor => reorder(tensor, onnxOrder[kind], gateLetters[kind])
  const result = new Map<string, Tensor>()
  for (let index = 0; index < directions; index++) {
    const suffix = suffixOf(who, layer, index === 1 || direction === 'reverse')
    result.set(`weight_ih${suffix}`, order(W.select(0, index)))
    result.set(`weight_hh${suffix}`, order(R.select(0, index)))
    const bias = B?.select(0, index)
    if (bias === undefined) continue
    result.set(`bias_ih${suffix}`, order(bias.slice(0, 0, rows)))
    result.set(`bias_hh${suffix}`, order(bias.slice(0, rows, 2 * rows)))
  }
  return result
}

const who = 'fromOnnx'

const defaults: OnnxOptions = {
  layer: 0,
  direction: undefined,
  linearBeforeReset: 0,
  activations: undefined,
  clip: undefined,
  inputForget: 0,
}

function checkEquations(
  kind: RecurrentKind,
  { linearBeforeReset, activations, clip, inputForget }: OnnxOptions,
  peepholes: Tensor | null,
): void {
  if (kind === 'GRU' && !linearBeforeReset) {
    throw new RangeError(
      `${who}: expected a GRU with linearBeforeReset: 1, got ${describeValue(linearBeforeReset)}, ONNX's default; ${gruEquations}`,
    )
  }
  if (activations !== undefined) checkActivations(kind, activations)
  if (clip !== undefined) throw lacks(kind, `clip: ${clip}`)
  if (inputForget) throw lacks(kind, `inputForget: ${inputForget}`)
  // Zeros change nothing.
  if (peepholes?.data.some((value) => Number(value) !== 0)) throw lacks(kind, 'peepholes (P)')
}

/** An LSTM has three activations for each direction, a GRU two, an RNN one. Case does not matter. */
function checkActivations(kind: RecurrentKind, activations: readonly string[]): void {
  const wanted: Readonly<Record<RecurrentKind, readonly string[]>> = {
    RNN: ['tanh', 'relu'],
    GRU: ['sigmoid', 'tanh'],
    LSTM: ['sigmoid', 'tanh', 'tanh'],
  }
  const names = Array.isArray(activations) ? activations.map((name) => String(name).toLowerCase()) : []
  const fits =
    kind === 'RNN'
      ? wanted.RNN.includes(names[0] ?? '') && names.every((name) => name === names[0])
      : names.length > 0 && names.every((name, i) => name === wanted[kind][i % wanted[kind].length])
  if (fits) return
  const expected = wanted[kind].join(kind === 'RNN' ? ' or ' : ', ')
  const got = Array.isArray(activations) ? activations.join(', ') : describeValue(activations)
  throw new RangeError(`${who}: expected activations ${expected}, got ${got}; PyTorch's ${kind} has no other`)
}

function checkDirection(direction: string, directions: number): void {
  const expected =
    direction === 'bidirectional' ? 2 : direction === 'forward' || direction === 'reverse' ? 1 : 0
  if (expected === directions) return
  throw new RangeError(
    expected === 0
      ? `${who}: expected direction 'forward', 'reverse' or 'bidirectional', got ${describeValue(direction)}`
      : `${who}: expected ${expected} directions with direction: '${direction}', got ${directions}`,
  )
}

function lacks(kind: RecurrentKind, what: string): RangeError {
  return new RangeError(`${who}: expected a node without ${what}; PyTorch's ${kind} has no such equation`)
}
