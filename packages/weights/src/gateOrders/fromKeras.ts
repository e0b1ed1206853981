import { describeValue, optionsOf } from '@unroll/kernels'
import { gateLetters, type RecurrentKind } from '@unroll/kernels/spec'
import { type Tensor, zeros } from '@unroll/tensor'
import {
  checkKind,
  checkTensors,
  expectShape,
  type GateOrder,
  gruEquations,
  type LayerPlace,
  reorder,
  suffixOf,
} from './gateOrders.ts'

/** https://keras.io/api/layers/recurrent_layers: c is PyTorch's g, h its n. */
const kerasOrder: GateOrder = { RNN: 'h', LSTM: 'ifgo', GRU: 'zrn' }

/** The weights of one direction of a Keras or TensorFlow.js layer; G is the number of gates. */
export interface KerasWeights {
  /** `(I, G*H)` */
  readonly kernel: Tensor
  /** `(H, G*H)` */
  readonly recurrentKernel: Tensor
  /** `(G*H)`; of a GRU with `reset_after` `(2, 3*H)`. Default: none. */
  readonly bias?: Tensor | null | undefined
}

/** Settings of the layer that its weights do not show. */
export interface KerasOptions extends LayerPlace {
  /**
   * The layer's `recurrent_activation`. PyTorch has the sigmoid only. It is required for an LSTM or GRU, since the frameworks
   * have different defaults: 'sigmoid' in Keras from 2.3 on and in tf.keras 2, 'hardSigmoid' in
   * TensorFlow.js, 'hard_sigmoid' in Keras before.
   */
  readonly recurrentActivation?: string | undefined
  /** The layer's `activation`. PyTorch's LSTM and GRU have tanh only, its RNN also relu. Default 'tanh'. */
  readonly activation?: string | undefined
  /**
   * The `reset_after` of a GRU. PyTorch's equations are those of true. The shape of a bias tells it. It is required for a GRU
   * without bias; the default is true in Keras 3 and tf.keras 2, and false in TensorFlow.js.
   */
  readonly resetAfter?: boolean | undefined
  /**
   * The layer's `go_backwards`. It is true for the backward layer of a `Bidirectional`, which becomes the backward direction by
   * `reverse: true`. Default: the same as `reverse`.
   */
  readonly goBackwards?: boolean | undefined
}

/**
 * The weights of a Keras or TensorFlow.js layer under PyTorch's names, in PyTorch's gate order. For a stack, or both
 * directions, merge the maps of each. The layer's configuration has the options: `layer.get_config()` in Python,
 * `layer.getConfig()` in TensorFlow.js.
 *
 * An RNN with `activation: 'relu'` needs `nonlinearity: 'relu'`, which its weights do not show.
 * @throws RangeError if shapes do not fit, or for equations that PyTorch's layers lack: another activation, a GRU
 * without `reset_after`, a layer that runs backwards alone; TypeError if a required option is missing
 *
 * @example
 * const weights = fromKeras('LSTM', { kernel, recurrentKernel, bias }, { recurrentActivation: 'sigmoid' })
 * const lstm = LSTM.fromStateDict(weights, { batchFirst: true })
 */
export function fromKeras(
  kind: RecurrentKind,
  weights: KerasWeights,
  options?: KerasOptions | null,
): Map<string, Tensor> {
  checkKind(who, kind)
  checkTensors(who, weights, ['kernel', 'recurrentKernel'], ['bias'])
  const { kernel, recurrentKernel, bias } = weights
  const all = optionsOf<KerasOptions>(who, options, defaults)
  const { layer = 0, reverse = false } = all
  checkActivations(kind, all)
  checkDirection(all)
  checkReset(kind, all.resetAfter, bias ?? null)

  const rows = gateLetters[kind].length * (recurrentKernel.shape[0] ?? 0)
  expectShape(who, 'kernel', kernel, [kernel.shape[0] ?? 0, rows])
  expectShape(who, 'recurrentKernel', recurrentKernel, [recurrentKernel.shape[0] ?? 0, rows])
  const order = (tensor: Tensor): Tensor => reorder(tensor, kerasOrder[kind], gateLetters[kind])
  const suffix = suffixOf(who, layer, reverse)
  const result = new Map([
    [`weight_ih${suffix}`, order(kernel.t())],
    [`weight_hh${suffix}`, order(recurrentKernel.t())],
  ])
  if (!bias) return result
  expectShape(who, 'bias', bias, kind === 'GRU' ? [2, rows] : [rows])
  result.set(`bias_ih${suffix}`, order(kind === 'GRU' ? bias.select(0, 0) : bias))
  result.set(
    `bias_hh${suffix}`,
    kind === 'GRU' ? order(bias.select(0, 1)) : zeros([rows], { dtype: bias.dtype }),
  )
  return result
}

const who = 'fromKeras'

const defaults: KerasOptions = {
  layer: 0,
  reverse: false,
  recurrentActivation: undefined,
  activation: 'tanh',
  resetAfter: undefined,
  goBackwards: undefined,
}

function checkActivations(kind: RecurrentKind, { activation, recurrentActivation }: KerasOptions): void {
  const known = kind === 'RNN' ? ['tanh', 'relu'] : ['tanh']
  if (!known.includes(plainName(activation))) {
    const wanted = known.map((name) => `'${name}'`).join(' or ')
    throw new RangeError(
      `${who}: expected activation ${wanted}, got ${describeValue(activation)}; PyTorch's ${kind} has no other`,
    )
  }
  if (kind === 'RNN') {
    if (recurrentActivation === undefined) return
    throw new RangeError(
      `${who}: expected no recurrentActivation, since an RNN has no gates, got ${describeValue(recurrentActivation)}`,
    )
  }
  if (recurrentActivation === undefined) {
    throw new TypeError(
      `${who}: expected the option recurrentActivation of this ${kind}, which its weights cannot tell; look into ` +
        "the layer's configuration. Where nothing was set it is 'sigmoid' in Keras from 2.3 on and in tf.keras 2, " +
        "'hardSigmoid' in TensorFlow.js",
    )
  }
  if (plainName(recurrentActivation) !== 'sigmoid') {
    const hard = plainName(recurrentActivation) === 'hardsigmoid'
    throw new RangeError(
      `${who}: expected recurrentActivation 'sigmoid', got ${describeValue(recurrentActivation)}; PyTorch's ${kind} ` +
        `has sigmoid(x) = 1 / (1 + exp(-x)) for its gates, and lacks ${hard ? 'the clipped line of hard sigmoid' : 'others'}: ` +
        "train the layer with recurrent_activation='sigmoid'",
    )
  }
}

/** `hard_sigmoid` in Python is `hardSigmoid` in TensorFlow.js. */
function plainName(name: unknown): string {
  return typeof name === 'string' ? name.replaceAll('_', '').toLowerCase() : ''
}

/** Keras returns the outputs of a backward layer in the order it made them; PyTorch reverses them again. */
function checkDirection({ goBackwards, reverse = false }: KerasOptions): void {
  if (goBackwards === undefined || goBackwards === reverse) return
  throw new RangeError(
    goBackwards
      ? `${who}: expected goBackwards: true of the backward layer of a Bidirectional only, with reverse: true; for ` +
          'a layer that runs backwards alone, reverse its input along time yourself and leave goBackwards out'
      : `${who}: expected goBackwards: true with reverse: true, got false; a layer that runs forwards cannot become ` +
          'the backward direction',
  )
}

function checkReset(kind: RecurrentKind, resetAfter: boolean | undefined, bias: Tensor | null): void {
  if (kind !== 'GRU') {
    if (resetAfter === undefined) return
    throw new RangeError(`${who}: expected resetAfter of a GRU only, got it with an ${kind}`)
  }
  const told = bias === null ? undefined : bias.ndim === 2
  if (told !== undefined && resetAfter !== undefined && told !== resetAfter) {
    throw new RangeError(
      `${who}: expected bias of shape ${resetAfter ? '(2, 3*H)' : '(3*H)'} with resetAfter: ${resetAfter}, ` +
        `got (${bias?.shape.join(', ')})`,
    )
  }
  const after = told ?? resetAfter
  if (after === undefined) {
    throw new TypeError(
      `${who}: expected the option resetAfter of this GRU, which without a bias nothing else tells; look into the ` +
        "layer's configuration. Where nothing was set it is true in Keras 3 and tf.keras 2, false in TensorFlow.js",
    )
  }
  if (!after)
    throw new RangeError(`${who}: expected a GRU with reset_after, got one without; ${gruEquations}`)
}
