import { checkTensor, isFloatingPoint, RuntimeError, type Tensor } from '@unroll/tensor'
import { isRecorded, shapeText } from '@unroll/tensor/layers'

/** @throws TypeError unless it is a tensor, RuntimeError unless it is of float32 or float64 */
export function checkFloats(who: string, what: string, tensor: unknown): asserts tensor is Tensor {
  checkTensor(who, what, tensor)
  if (tensor.dtype === 'float32' || tensor.dtype === 'float64') return
  throw new RuntimeError(
    `${who}: expected ${what} of float32 or float64, got ${tensor.dtype}; convert with .to('float32')`,
  )
}

/** @throws RangeError unless both have one shape */
export function checkSameShape(who: string, input: Tensor, target: Tensor, what = 'target'): void {
  if (shapeText(input.shape) === shapeText(target.shape)) return
  throw new RangeError(
    `${who}: expected ${what} of the input's shape, ${shapeText(input.shape)}, got ${shapeText(target.shape)}`,
  )
}

/**
 * `input - target`. It warns if one of them is stretched, which is seldom meant.
 * @throws RuntimeError unless they broadcast, or if neither is of floats
 */
export function differenceOf(who: string, input: Tensor, target: Tensor): Tensor {
  checkTensor(who, 'input', input)
  checkTensor(who, 'target', target)
  if (!isFloatingPoint(input.dtype) && !isFloatingPoint(target.dtype)) {
    throw new RuntimeError(
      `${who}: expected input of floats, got ${input.dtype}; convert with .to('float32')`,
    )
  }
  const [a, b] = [input.shape, target.shape]
  if (shapeText(a) !== shapeText(b)) {
    if (!broadcasts(a, b)) {
      throw new RuntimeError(
        `${who}: expected target of the input's shape, ${shapeText(a)}, got ${shapeText(b)}`,
      )
    }
    console.warn(
      `${who}: target of shape ${shapeText(b)} and input of shape ${shapeText(a)} are stretched to one shape, which is seldom ` +
        'meant; give both the same shape',
    )
  }
  return input.sub(target)
}

function broadcasts(a: readonly number[], b: readonly number[]): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  const lead = long.length - short.length
  return short.every((size, dim) => size === 1 || long[lead + dim] === 1 || size === long[lead + dim])
}

/** Weights are constants of a loss. @throws RuntimeError if one would have a gradient */
export function checkConstant(who: string, what: string, weight: Tensor | null): void {
  if (weight === null) return
  checkFloats(who, what, weight)
  if (!isRecorded([weight])) return
  throw new RuntimeError(
    `${who}: expected ${what} that requires no gradient, as the loss has none for it; use ${what}.detach()`,
  )
}
