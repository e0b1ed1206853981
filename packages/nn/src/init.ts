/**
 * PyTorch's torch.nn.init. Each function fills a tensor in place and returns it. The draws from the generator are
 * PyTorch's.
 * Gradients are not recorded.
 */
import { describeValue } from '@unroll/kernels'
import {
  checkTensor,
  elementsOf,
  empty,
  tensor as fromData,
  type Generator,
  noGrad,
  type RandomOptions,
  stack,
  type Tensor,
} from '@unroll/tensor'
import { checkedOptions, checkType } from './arguments.ts'
import { isSkippingInit } from './skipInit.ts'

export interface XavierOptions extends RandomOptions {
  /** Factor, see {@link calculateGain}. Default 1. */
  readonly gain?: number
}

export interface KaimingOptions extends RandomOptions {
  /** Negative slope of the rectifier after this layer, for `leaky_relu`. Default 0. */
  readonly a?: number
  /** Which pass keeps its variance: forward (`fan_in`) or backward (`fan_out`). Default `fan_in`. */
  readonly mode?: 'fan_in' | 'fan_out'
  /** Default `leaky_relu`. */
  readonly nonlinearity?: Nonlinearity
}

export type Nonlinearity = 'linear' | 'conv1d' | 'sigmoid' | 'tanh' | 'relu' | 'leaky_relu' | 'selu'

/**
 * U(a, b)
 * @see PyTorch: [torch.nn.init.uniform_](https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.uniform_)
 */
export function uniform_(tensor: Tensor, a = 0, b = 1, options: RandomOptions = {}): Tensor {
  const random = drawing('uniform_', tensor, { a, b }, options)
  return isSkippingInit() ? tensor : noGrad(() => tensor.uniform_(a, b, random))
}

/**
 * N(mean, std²)
 * @see PyTorch: [torch.nn.init.normal_](https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.normal_)
 */
export function normal_(tensor: Tensor, mean = 0, std = 1, options: RandomOptions = {}): Tensor {
  const random = drawing('normal_', tensor, { mean, std }, options)
  return isSkippingInit() ? tensor : noGrad(() => tensor.normal_(mean, std, random))
}

/**
 * Every element is `value`.
 * @see PyTorch: [torch.nn.init.constant_](https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.constant_)
 */
export function constant_(tensor: Tensor, value: number): Tensor {
  checkTensor('constant_', 'tensor', tensor)
  checkType('constant_', 'value', value, 'number')
  return noGrad(() => tensor.fill_(value))
}

/**
 * Every element is 1.
 * @see PyTorch: [torch.nn.init.ones_](https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.ones_)
 */
export function ones_(tensor: Tensor): Tensor {
  checkTensor('ones_', 'tensor', tensor)
  return constant_(tensor, 1)
}

/**
 * Every element is 0.
 * @see PyTorch: [torch.nn.init.zeros_](https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.zeros_)
 */
export function zeros_(tensor: Tensor): Tensor {
  checkTensor('zeros_', 'tensor', tensor)
  return constant_(tensor, 0)
}

/**
 * U(-a, a) (Glorot and Bengio, 2010).
 *
 * ```math
 * a = gain sqrt(6 / (fanIn + fanOut))
 * ```
 * @see PyTorch: [torch.nn.init.xavier_uniform_](https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.xavier_uniform_)
 */
export function xavierUniform_(tensor: Tensor, options: XavierOptions = {}): Tensor {
  const { std, random } = xavier('xavierUniform_', tensor, options)
  const bound = Math.sqrt(3) * std
  return uniform_(tensor, -bound, bound, random)
}

/**
 * N(0, std²) (Glorot and Bengio, 2010).
 *
 * ```math
 * std = gain sqrt(2 / (fanIn + fanOut))
 * ```
 * @see PyTorch: [torch.nn.init.xavier_normal_](https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.xavier_normal_)
 */
export function xavierNormal_(tensor: Tensor, options: XavierOptions = {}): Tensor {
  const { std, random } = xavier('xavierNormal_', tensor, options)
  return normal_(tensor, 0, std, random)
}

/**
 * U(-b, b) (He et al., 2015). An empty tensor is left as it is.
 *
 * ```math
 * b = gain sqrt(3 / fan)
 * ```
 * @see PyTorch: [torch.nn.init.kaiming_uniform_](https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.kaiming_uniform_)
 */
export function kaimingUniform_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  const { std, random } = kaiming('kaimingUniform_', tensor, options)
  const bound = Math.sqrt(3) * std
  return tensor.numel === 0 ? tensor : uniform_(tensor, -bound, bound, random)
}

/**
 * N(0, std²) (He et al., 2015). An empty tensor is left as it is.
 *
 * ```math
 * std = gain / sqrt(fan)
 * ```
 * @see PyTorch: [torch.nn.init.kaiming_normal_](https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.kaiming_normal_)
 */
export function kaimingNormal_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  const { std, random } = kaiming('kaimingNormal_', tensor, options)
  return tensor.numel === 0 ? tensor : normal_(tensor, 0, std, random)
}

/**
 * Orthonormal rows (or columns, if there are fewer), times `gain` (Saxe et al., 2013). Dimensions after the first count
 * as one. The draws are PyTorch's. PyTorch's last digits depend on the processor and the number of threads; ours are
 * computed in double precision.
 * @throws RangeError if the tensor has fewer than two dimensions
 * @see PyTorch: [torch.nn.init.orthogonal_](https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.orthogonal_)
 */
export function orthogonal_(tensor: Tensor, options: XavierOptions = {}): Tensor {
  const all = checkedOptions('orthogonal_', options, xavierDefaults, 'gain')
  checkTensor('orthogonal_', 'tensor', tensor)
  if (tensor.ndim < 2) {
    throw new RangeError(`orthogonal_: expected a tensor of 2 or more dimensions, got ${tensor.ndim}`)
  }
  if (tensor.numel === 0 || isSkippingInit()) return tensor
  const rows = tensor.size(0)
  const drawn = normal_(empty([rows, tensor.numel / rows], { dtype: tensor.dtype }), 0, 1, drawnBy(all))
  const wide = rows < drawn.size(1)
  const vectors = (wide ? drawn : drawn.t())
    .unbind(0)
    .map((vector) => Float64Array.from(elementsOf(vector), Number))
  orthonormalize(vectors)
  const basis = stack(vectors.map((vector) => fromData(vector)))
  return noGrad(() => {
    tensor.copy_((wide ? basis : basis.t()).reshape(tensor.shape))
    return tensor.mul_(all.gain)
  })
}

/**
 * The factor that keeps a signal's variance through a nonlinearity.
 * @param param negative slope of `leaky_relu`; default 0.01
 * @throws RangeError on an unknown nonlinearity
 * @see PyTorch: [torch.nn.init.calculate_gain](https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.calculate_gain)
 */
export function calculateGain(nonlinearity: Nonlinearity, param = 0.01): number {
  checkType('calculateGain', 'param', param, 'number')
  switch (nonlinearity) {
    case 'linear':
    case 'conv1d':
    case 'sigmoid':
      return 1
    case 'tanh':
      return 5 / 3
    case 'relu':
      return Math.sqrt(2)
    case 'leaky_relu':
      return Math.sqrt(2 / (1 + param * param))
    case 'selu':
      return 3 / 4
    default:
      throw new RangeError(
        'calculateGain: expected linear, conv1d, sigmoid, tanh, relu, leaky_relu or selu, ' +
          `got ${describeValue(nonlinearity satisfies never)}`,
      )
  }
}

type Defaults<Options extends RandomOptions> = Required<Omit<Options, 'generator'>> & {
  readonly generator: Generator | undefined
}

const xavierDefaults: Defaults<XavierOptions> = { gain: 1, generator: undefined }

const kaimingDefaults: Defaults<KaimingOptions> = {
  a: 0,
  mode: 'fan_in',
  nonlinearity: 'leaky_relu',
  generator: undefined,
}

/** Checks the arguments of a random function and returns its options. */
function drawing(
  who: string,
  tensor: Tensor,
  numbers: Readonly<Record<string, number>>,
  options: RandomOptions,
): RandomOptions {
  checkTensor(who, 'tensor', tensor)
  for (const [name, value] of Object.entries(numbers)) checkType(who, name, value, 'number')
  return drawnBy(checkedOptions<Defaults<RandomOptions>>(who, options, { generator: undefined }))
}

function drawnBy({ generator }: Defaults<RandomOptions>): RandomOptions {
  return generator === undefined ? {} : { generator }
}

function xavier(who: string, tensor: Tensor, options: XavierOptions): { std: number; random: RandomOptions } {
  const all = checkedOptions(who, options, xavierDefaults, 'gain')
  const { fanIn, fanOut } = fans(who, tensor)
  return { std: all.gain * Math.sqrt(2 / (fanIn + fanOut)), random: drawnBy(all) }
}

function kaiming(
  who: string,
  tensor: Tensor,
  options: KaimingOptions,
): { std: number; random: RandomOptions } {
  const all = checkedOptions(who, options, kaimingDefaults, 'a')
  const { a, mode, nonlinearity } = all
  const random = drawnBy(all)
  if (mode !== 'fan_in' && mode !== 'fan_out') {
    throw new RangeError(
      `${who}: expected the mode fan_in or fan_out, got ${describeValue(mode satisfies never)}`,
    )
  }
  checkTensor(who, 'tensor', tensor)
  if (tensor.numel === 0) return { std: 0, random }
  const { fanIn, fanOut } = fans(who, tensor)
  return { std: calculateGain(nonlinearity, a) / Math.sqrt(mode === 'fan_in' ? fanIn : fanOut), random }
}

/** Fan in and fan out: sizes 1 and 0, each times the sizes of a kernel, which are the dimensions after them. */
function fans(who: string, tensor: Tensor): { fanIn: number; fanOut: number } {
  checkTensor(who, 'tensor', tensor)
  const [outputs, inputs, ...kernel] = tensor.shape
  if (outputs === undefined || inputs === undefined) {
    throw new RangeError(`${who}: expected a tensor of 2 or more dimensions, got ${tensor.ndim}`)
  }
  const field = kernel.reduce((product, size) => product * size, 1)
  return { fanIn: inputs * field, fanOut: outputs * field }
}

/**
 * Gram-Schmidt: makes each vector orthogonal to those before it, and of length 1. Doing it twice is enough for
 * orthogonality to the last digit. The result is the Q of the QR decomposition whose R has a positive diagonal.
 */
function orthonormalize(vectors: readonly Float64Array[]): void {
  vectors.forEach((vector, i) => {
    for (const before of [...vectors.slice(0, i), ...vectors.slice(0, i)]) {
      const along = dot(vector, before)
      for (let k = 0; k < vector.length; k++) vector[k] = (vector[k] ?? 0) - along * (before[k] ?? 0)
    }
    const length = Math.sqrt(dot(vector, vector))
    for (let k = 0; k < vector.length; k++) vector[k] = (vector[k] ?? 0) / length
  })
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += (a[k] ?? 0) * (b[k] ?? 0)
  return sum
}
