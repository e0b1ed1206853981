/**
 * PyTorch's torch.nn.init: fills a tensor in place, with the same draws from the generator, and returns it.
 * Gradients are not recorded.
 */
import { empty, tensor as fromData, noGrad, type RandomOptions, stack, type Tensor } from '@unroll/tensor'

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

/** U(a, b) */
export function uniform_(tensor: Tensor, a = 0, b = 1, options: RandomOptions = {}): Tensor {
  return noGrad(() => tensor.uniform_(a, b, options))
}

/** N(mean, std²) */
export function normal_(tensor: Tensor, mean = 0, std = 1, options: RandomOptions = {}): Tensor {
  return noGrad(() => tensor.normal_(mean, std, options))
}

export function constant_(tensor: Tensor, value: number): Tensor {
  return noGrad(() => tensor.fill_(value))
}

export function ones_(tensor: Tensor): Tensor {
  return constant_(tensor, 1)
}

export function zeros_(tensor: Tensor): Tensor {
  return constant_(tensor, 0)
}

/** U(-a, a), `a = gain sqrt(6 / (fanIn + fanOut))` (Glorot and Bengio, 2010). */
export function xavierUniform_(tensor: Tensor, options: XavierOptions = {}): Tensor {
  const bound = Math.sqrt(3) * xavierStd('xavierUniform_', tensor, options)
  return uniform_(tensor, -bound, bound, options)
}

/** N(0, std²), `std = gain sqrt(2 / (fanIn + fanOut))` (Glorot and Bengio, 2010). */
export function xavierNormal_(tensor: Tensor, options: XavierOptions = {}): Tensor {
  return normal_(tensor, 0, xavierStd('xavierNormal_', tensor, options), options)
}

/** U(-b, b), `b = gain sqrt(3 / fan)` (He et al., 2015). A tensor of no elements is left as it is. */
export function kaimingUniform_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  if (tensor.numel === 0) return tensor
  const bound = Math.sqrt(3) * kaimingStd('kaimingUniform_', tensor, options)
  return uniform_(tensor, -bound, bound, options)
}

/** N(0, std²), `std = gain / sqrt(fan)` (He et al., 2015). A tensor of no elements is left as it is. */
export function kaimingNormal_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  if (tensor.numel === 0) return tensor
  return normal_(tensor, 0, kaimingStd('kaimingNormal_', tensor, options), options)
}

/**
 * Rows (or columns, if there are fewer) that are orthonormal, times `gain` (Saxe et al., 2013). Dimensions after the
 * first count as one. The draws are PyTorch's; its last digits depend on processor and number of threads, ours are those of
 * double precision.
 * @throws RangeError if the tensor has fewer than two dimensions
 */
export function orthogonal_(tensor: Tensor, options: XavierOptions = {}): Tensor {
  if (tensor.ndim < 2) {
    throw new RangeError(`orthogonal_: expected a tensor of 2 or more dimensions, got ${tensor.ndim}`)
  }
  if (tensor.numel === 0) return tensor
  const rows = tensor.size(0)
  const drawn = normal_(empty([rows, tensor.numel / rows], { dtype: tensor.dtype }), 0, 1, options)
  const wide = rows < drawn.size(1)
  const vectors = (wide ? drawn : drawn.t()).unbind(0).map((vector) => Float64Array.from(vector.data, Number))
  orthonormalize(vectors)
  const basis = stack(vectors.map((vector) => fromData(vector)))
  return noGrad(() => {
    tensor.copy_((wide ? basis : basis.t()).reshape(tensor.shape))
    return tensor.mul_(options.gain ?? 1)
  })
}

/**
 * The factor that keeps a signal's variance through a nonlinearity.
 * @param param negative slope of `leaky_relu`; default 0.01
 * @throws RangeError on a nonlinearity there is no value for
 */
export function calculateGain(nonlinearity: Nonlinearity, param = 0.01): number {
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
          `got ${String(nonlinearity satisfies never)}`,
      )
  }
}

function xavierStd(who: string, tensor: Tensor, { gain = 1 }: XavierOptions): number {
  const { fanIn, fanOut } = fans(who, tensor)
  return gain * Math.sqrt(2 / (fanIn + fanOut))
}

function kaimingStd(who: string, tensor: Tensor, options: KaimingOptions): number {
  const { a = 0, mode = 'fan_in', nonlinearity = 'leaky_relu' } = options
  if (mode !== 'fan_in' && mode !== 'fan_out') {
    throw new RangeError(`${who}: expected the mode fan_in or fan_out, got ${String(mode satisfies never)}`)
  }
  const { fanIn, fanOut } = fans(who, tensor)
  return calculateGain(nonlinearity, a) / Math.sqrt(mode === 'fan_in' ? fanIn : fanOut)
}

/** Inputs and outputs an element takes part in: sizes 1 and 0, times those of a kernel in the dimensions after. */
function fans(who: string, tensor: Tensor): { fanIn: number; fanOut: number } {
  const [outputs, inputs, ...kernel] = tensor.shape
  if (outputs === undefined || inputs === undefined) {
    throw new RangeError(`${who}: expected a tensor of 2 or more dimensions, got ${tensor.ndim}`)
  }
  const field = kernel.reduce((product, size) => product * size, 1)
  return { fanIn: inputs * field, fanOut: outputs * field }
}

/**
 * Gram-Schmidt: makes each vector orthogonal to those before it, and of length 1. Done twice, which is enough for
 * orthogonality to the last digit. It is the Q of the QR decomposition whose R has a positive diagonal.
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
