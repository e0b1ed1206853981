import { cat, type Tensor, zeros } from '@unroll/tensor'

/** Recurrent layers that other frameworks have too. */
export type RecurrentKind = 'RNN' | 'LSTM' | 'GRU'

/** Gates in PyTorch's order: the rows of its weights. */
const torchOrder: Readonly<Record<RecurrentKind, string>> = { RNN: 'h', LSTM: 'ifgo', GRU: 'rzn' }
/** https://keras.io/api/layers/recurrent_layers: c is PyTorch's g, h its n. */
const kerasOrder: Readonly<Record<RecurrentKind, string>> = { RNN: 'h', LSTM: 'ifgo', GRU: 'zrn' }
/** https://onnx.ai/onnx/operators/onnx__LSTM.html: c is PyTorch's g, h its n. */
const onnxOrder: Readonly<Record<RecurrentKind, string>> = { RNN: 'h', LSTM: 'iofg', GRU: 'zrn' }

/** The weights of one direction of a Keras or TensorFlow.js layer; G is the number of gates. */
export interface KerasWeights {
  /** `(I, G*H)` */
  readonly kernel: Tensor
  /** `(H, G*H)` */
  readonly recurrentKernel: Tensor
  /** `(G*H)`; of a GRU with `reset_after` `(2, 3*H)`. Default: none. */
  readonly bias?: Tensor | undefined
}

export interface LayerPlace {
  /** Which of a stack of layers it becomes. Default 0. */
  readonly layer?: number
  /** It becomes the backward direction. Default false. */
  readonly reverse?: boolean
}

/**
 * The weights of a Keras or TensorFlow.js layer under PyTorch's names, in PyTorch's gate order. For a stack, or both
 * directions, merge the maps of each.
 * @throws RangeError if shapes do not fit, or a GRU was made without `reset_after`, whose equations PyTorch lacks
 *
 * @example
 * const weights = fromKeras('LSTM', { kernel, recurrentKernel, bias })
 * const lstm = LSTM.fromStateDict(weights, { batchFirst: true })
 */
export function fromKeras(
  kind: RecurrentKind,
  { kernel, recurrentKernel, bias }: KerasWeights,
  { layer = 0, reverse = false }: LayerPlace = {},
): Map<string, Tensor> {
  const who = 'fromKeras'
  const rows = torchOrder[kind].length * recurrentKernel.size(0)
  expectShape(who, 'kernel', kernel, [kernel.size(0), rows])
  expectShape(who, 'recurrentKernel', recurrentKernel, [recurrentKernel.size(0), rows])
  const order = (tensor: Tensor): Tensor => reorder(tensor, kerasOrder[kind], torchOrder[kind])
  const suffix = suffixOf(layer, reverse)
  const weights = new Map([
    [`weight_ih${suffix}`, order(kernel.t())],
    [`weight_hh${suffix}`, order(recurrentKernel.t())],
  ])
  if (bias === undefined) return weights
  if (kind === 'GRU' && bias.ndim === 1) {
    throw new RangeError(
      `${who}: expected a GRU with reset_after, whose bias is (2, ${rows}), got (${bias.shape.join(', ')})`,
    )
  }
  expectShape(who, 'bias', bias, kind === 'GRU' ? [2, rows] : [rows])
  weights.set(`bias_ih${suffix}`, order(kind === 'GRU' ? bias.select(0, 0) : bias))
  weights.set(
    `bias_hh${suffix}`,
    kind === 'GRU' ? order(bias.select(0, 1)) : zeros([rows], { dtype: bias.dtype }),
  )
  return weights
}

/** The initializers of an ONNX node; D is the number of directions, G that of gates. */
export interface OnnxWeights {
  /** `(D, G*H, I)` */
  readonly W: Tensor
  /** `(D, G*H, H)` */
  readonly R: Tensor
  /** `(D, 2*G*H)`. Default: none. */
  readonly B?: Tensor | undefined
}

/**
 * The weights of an ONNX RNN, LSTM or GRU node under PyTorch's names, in PyTorch's gate order, both directions. For a
 * stack merge the maps of each node. A GRU must have `linear_before_reset=1`, an LSTM no peepholes: PyTorch lacks
 * the equations of others, and the weights cannot tell.
 * @throws RangeError if shapes do not fit
 *
 * @example
 * const gru = GRU.fromStateDict(fromOnnx('GRU', { W, R, B }))
 */
export function fromOnnx(
  kind: RecurrentKind,
  { W, R, B }: OnnxWeights,
  { layer = 0 }: Pick<LayerPlace, 'layer'> = {},
): Map<string, Tensor> {
  const who = 'fromOnnx'
  const [directions, hiddenSize] = [R.size(0), R.size(2)]
  const rows = torchOrder[kind].length * hiddenSize
  if (directions > 2) throw new RangeError(`${who}: expected 1 or 2 directions, got ${directions}`)
  expectShape(who, 'W', W, [directions, rows, W.size(2)])
  expectShape(who, 'R', R, [directions, rows, hiddenSize])
  if (B !== undefined) expectShape(who, 'B', B, [directions, 2 * rows])
  const order = (tensor: Tensor): Tensor => reorder(tensor, onnxOrder[kind], torchOrder[kind])
  const weights = new Map<string, Tensor>()
  for (let direction = 0; direction < directions; direction++) {
    const suffix = suffixOf(layer, direction === 1)
    weights.set(`weight_ih${suffix}`, order(W.select(0, direction)))
    weights.set(`weight_hh${suffix}`, order(R.select(0, direction)))
    const bias = B?.select(0, direction)
    if (bias === undefined) continue
    weights.set(`bias_ih${suffix}`, order(bias.slice(0, 0, rows)))
    weights.set(`bias_hh${suffix}`, order(bias.slice(0, rows, 2 * rows)))
  }
  return weights
}

/** Blocks of rows, one a gate, brought from one order into another. */
function reorder(tensor: Tensor, from: string, to: string): Tensor {
  const size = tensor.size(0) / from.length
  const blocks = [...to].map((gate) => {
    const start = from.indexOf(gate) * size
    return tensor.slice(0, start, start + size)
  })
  return cat(blocks, 0)
}

function suffixOf(layer: number, reverse: boolean): string {
  return `_l${layer}${reverse ? '_reverse' : ''}`
}

function expectShape(who: string, name: string, { shape }: Tensor, expected: readonly number[]): void {
  if (String(shape) === String(expected)) return
  throw new RangeError(
    `${who}: expected ${name} of shape (${expected.join(', ')}), got (${shape.join(', ')})`,
  )
}
