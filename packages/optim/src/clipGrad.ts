import { type FloatArray, optionsOf } from '@unroll/kernels'
import { checkTensor, elementsOf, RuntimeError, type Tensor, tensor } from '@unroll/tensor'
import { checkFlag, checkNumber } from './arguments.ts'
import { changeElements, floats } from './parameterElements.ts'
import { isTensor, listOf } from './paramGroup.ts'

export interface ClipGradNormOptions {
  /** p of the norm: `(sum |g|^p)^(1/p)`. Infinity takes the largest. Default 2. */
  normType: number
  /** Throw if the norm is not finite, before anything is changed. Default false. */
  errorIfNonfinite: boolean
}

/** Added to the norm, so that it is no divisor of 0. PyTorch's number. */
const eps = 1e-6

/**
 * Scales the gradients of all parameters by one number, so that their norm, as of one vector, is at most `maxNorm`. Call it between
 * backward and step.
 * @param parameters one, or a list; those without a gradient are skipped
 * @returns the norm before: a tensor of no dimensions, 0 if there are no gradients
 * @throws RuntimeError with `errorIfNonfinite`. Otherwise a NaN among the gradients makes all of them NaN.
 *
 * @example
 * const weight = tensor([0, 0], { requiresGrad: true })
 * weight.grad = tensor([3, 4])
 * clipGradNorm([weight], 1).item()   // 5
 * weight.grad.toArray()   // [0.5999999046325684, 0.7999998331069946]
 * @see PyTorch: [torch.nn.utils.clip_grad_norm_](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html)
 */
export function clipGradNorm(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  options?: Partial<ClipGradNormOptions> | null,
): Tensor {
  const who = 'clipGradNorm'
  const defaults: ClipGradNormOptions = { normType: 2, errorIfNonfinite: false }
  const { normType, errorIfNonfinite } = optionsOf(who, options, defaults, 'normType')
  checkNumber(who, 'maxNorm', maxNorm, { least: 0 })
  checkNumber(who, 'normType', normType)
  checkFlag(who, 'errorIfNonfinite', errorIfNonfinite)
  const gradients = gradientsOf(who, parameters)
  const dtype = gradients.some((gradient) => gradient.dtype === 'float64') ? 'float64' : 'float32'
  const round = dtype === 'float64' ? (value: number): number => value : Math.fround
  const norms = gradients.map((gradient) => round(norm(floats(elementsOf(gradient)), normType)))
  const total = norms.length === 0 ? 0 : round(norm(norms, normType))
  if (errorIfNonfinite && !Number.isFinite(total)) {
    throw new RuntimeError(
      `${who}: expected gradients of a finite norm, got ${total}; leave out errorIfNonfinite to scale them by it anyway`,
    )
  }
  const scale = Math.min(round(maxNorm / round(total + eps)), 1)
  if (scale !== 1) {
    for (const gradient of gradients) changeElements(gradient, (elements) => scaleElements(elements, scale))
  }
  return tensor(total, { dtype })
}

/**
 * Limits every element of the gradients to `[-clipValue, clipValue]`. NaN stays.
 * @param parameters one, or a list; those without a gradient are skipped
 *
 * @example
 * const weight = tensor([0, 0], { requiresGrad: true })
 * weight.grad = tensor([3, -4])
 * clipGradValue([weight], 0.5)
 * weight.grad.toArray()   // [0.5, -0.5]
 * @see PyTorch: [torch.nn.utils.clip_grad_value_](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html)
 */
export function clipGradValue(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  checkNumber('clipGradValue', 'clipValue', clipValue, { least: 0 })
  for (const gradient of gradientsOf('clipGradValue', parameters)) {
    changeElements(gradient, (elements) => limitElements(elements, clipValue))
  }
}

/** The gradients there are. */
function gradientsOf(who: string, parameters: unknown): Tensor[] {
  const list = isTensor(parameters) ? [parameters] : listOf(who, parameters)
  return list.flatMap((parameter, index) => {
    checkTensor(who, `parameter ${index}`, parameter)
    const { grad } = parameter
    if (grad === null) return []
    if (grad.shape.some((size, dim) => size > 1 && grad.strides[dim] === 0)) {
      throw new RuntimeError(
        `${who}: expected the gradient of parameter ${index} to have memory for each element, got an expanded view; clone() it`,
      )
    }
    if (grad.dtype === 'float32' || grad.dtype === 'float64') return [grad]
    throw new TypeError(
      `${who}: expected the gradient of parameter ${index} to be float32 or float64, got ${grad.dtype}`,
    )
  })
}

function scaleElements(elements: FloatArray, scale: number): void {
  for (let i = 0; i < elements.length; i++) elements[i] = (elements[i] ?? 0) * scale
}

function limitElements(elements: FloatArray, most: number): void {
  for (let i = 0; i < elements.length; i++) {
    elements[i] = Math.min(Math.max(elements[i] ?? 0, -most), most)
  }
}

function norm(values: ArrayLike<number>, p: number): number {
  if (p === Infinity) return fold(values, 0, (most, value) => Math.max(most, Math.abs(value)))
  if (p === -Infinity) return fold(values, Infinity, (least, value) => Math.min(least, Math.abs(value)))
  if (p === 0) return fold(values, 0, (count, value) => count + (value === 0 ? 0 : 1))
  if (p === 1) return fold(values, 0, (sum, value) => sum + Math.abs(value))
  if (p === 2) return Math.sqrt(sumOfSquares(values))
  return fold(values, 0, (sum, value) => sum + Math.abs(value) ** p) ** (1 / p)
}

function fold(
  values: ArrayLike<number>,
  start: number,
  next: (result: number, value: number) => number,
): number {
  let result = start
  for (let i = 0; i < values.length; i++) result = next(result, values[i] ?? 0)
  return result
}

/** Four sums, so that an addition need not wait for the last one. */
function sumOfSquares(values: ArrayLike<number>): number {
  let [a, b, c, d] = [0, 0, 0, 0]
  const fours = values.length - (values.length % 4)
  for (let i = 0; i < fours; i += 4) {
    const w = values[i] ?? 0
    const x = values[i + 1] ?? 0
    const y = values[i + 2] ?? 0
    const z = values[i + 3] ?? 0
    a += w * w
    b += x * x
    c += y * y
    d += z * z
  }
  for (let i = fours; i < values.length; i++) a += (values[i] ?? 0) ** 2
  return a + b + (c + d)
}
