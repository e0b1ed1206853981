import type { FloatArray } from '@unroll/kernels'
import { elementsOf, isFloatingPoint, RuntimeError, type Tensor } from '@unroll/tensor'
import { shapeText } from '@unroll/tensor/layers'
import { floatsOf } from '../functional/floats.ts'
import { checkConstant } from './lossArguments.ts'

/** Classes are dimension 1 of an input (N, C, ...), or the only one of an input (C). */
export interface Classes {
  readonly dim: 0 | 1
  /** C */
  readonly count: number
  /** Sizes without the classes: those of targets. */
  readonly shape: readonly number[]
  /** Product of the sizes after the classes. */
  readonly inner: number
}

export function classesOf(who: string, { shape }: Tensor): Classes {
  if (shape.length === 0) {
    throw new RuntimeError(`${who}: expected input (N, C), (N, C, ...) or (C) of C classes, got shape ()`)
  }
  const dim = shape.length === 1 ? 0 : 1
  const inner = shape.slice(dim + 1).reduce((product, size) => product * size, 1)
  return { dim, count: shape[dim] ?? 0, shape: shape.toSpliced(dim, 1), inner }
}

/** Where position `k` of (N, ...) has its class 0 in (N, C, ...). */
export function startOf(k: number, C: number, inner: number): number {
  return inner === 1 ? k * C : Math.floor(k / inner) * C * inner + (k % inner)
}

/** Whether a target names classes, by indices, instead of giving their probabilities. */
export function areIndices(target: Tensor): boolean {
  return !isFloatingPoint(target.dtype)
}

/**
 * The class of each position; -1 for those that are ignored.
 * @throws RuntimeError unless the target is of integers and shaped as the input without its classes
 * @throws RangeError if a class is not one of the input's
 */
export function targetClasses(
  who: string,
  input: Tensor,
  target: Tensor,
  { count, shape, dim }: Classes,
  ignoreIndex: number,
): Int32Array {
  if (target.dtype !== 'int64' && target.dtype !== 'int32') {
    throw new RuntimeError(
      `${who}: expected target of class indices, int64 or int32, got ${target.dtype}; convert with .to('int64')`,
    )
  }
  if (shapeText(target.shape) !== shapeText(shape)) {
    const areLast = input.ndim > 2 && shapeText(target.shape) === shapeText(input.shape.slice(0, -1))
    throw new RuntimeError(
      `${who}: expected target of shape ${shapeText(shape)}, as input ${shapeText(input.shape)} has its classes in dim ${dim}, ` +
        `got ${shapeText(target.shape)}${areLast ? '; if the classes are last, use input.transpose(1, -1)' : ''}`,
    )
  }
  const elements = elementsOf(target)
  const classes = new Int32Array(elements.length)
  for (let k = 0; k < classes.length; k++) {
    const index = Number(elements[k])
    if (index === ignoreIndex) classes[k] = -1
    else if (index >= 0 && index < count) classes[k] = index
    else {
      throw new RangeError(
        `${who}: expected classes from 0 to ${count - 1}, as input ${shapeText(input.shape)} has ${count}, or ignoreIndex, ` +
          `${ignoreIndex}, got ${index} at position ${k} of the target`,
      )
    }
  }
  return classes
}

/** @throws RuntimeError unless `weight` has a number for each class, of the input's dtype */
export function classWeights(
  who: string,
  input: Tensor,
  weight: Tensor | null,
  count: number,
): FloatArray | null {
  if (weight === null) return null
  checkConstant(who, 'weight', weight)
  if (weight.ndim !== 1 || weight.numel !== count || weight.dtype !== input.dtype) {
    throw new RuntimeError(
      `${who}: expected weight (${count}) ${input.dtype}, a number for each class, got ${shapeText(weight.shape)} ${weight.dtype}`,
    )
  }
  return floatsOf(who, 'weight', weight)
}

/** The weights of the classes of all positions that count, added up: what a mean divides by. */
export function totalWeight(classes: Int32Array, weights: FloatArray | null): number {
  let total = 0
  for (let k = 0; k < classes.length; k++) {
    const own = classes[k] ?? -1
    if (own >= 0) total += weights ? (weights[own] ?? 0) : 1
  }
  return total
}
