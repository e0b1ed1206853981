import {
  allocate,
  type BigintArray,
  type DType,
  holdsBigints,
  type NumberArray,
  type TypedArray,
} from '../dtype.ts'
import { Storage } from '../storage.ts'

/**
 * The record that the numeric core computes on: memory and the way to walk it. The element at `index` is
 * `storage.elements[offset + sum(index[d] * strides[d])]`; strides and offset count elements.
 *
 * It has no methods or gradients. Every tensor has one, and the functions of this folder take and return nothing else.
 */
export interface Strided {
  readonly storage: Storage
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly offset: number
  readonly dtype: DType
}

/** The record that every function here makes. */
export class Walk implements Strided {
  readonly storage: Storage
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly offset: number
  readonly dtype: DType

  constructor(
    storage: Storage,
    shape: readonly number[],
    strides: readonly number[],
    offset: number,
    dtype: DType,
  ) {
    this.storage = storage
    this.shape = shape
    this.strides = strides
    this.offset = offset
    this.dtype = dtype
  }

  /** Vue's mark for objects that it must not wrap: nothing here needs to be watched, and proxies are slow. */
  get __v_skip(): true {
    return true
  }
}

/** Number of elements; 1 for the shape of a scalar. */
export function numelOf(shape: readonly number[]): number {
  let product = 1
  for (const size of shape) product *= size
  return product
}

/** True if both lists have the same numbers. */
export function sameSizes(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false
  for (let dim = 0; dim < a.length; dim++) if (a[dim] !== b[dim]) return false
  return true
}

/** Strides of row-major order. A dimension of size 0 counts as 1, as in PyTorch. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    strides[dim] = step
    step *= Math.max(shape[dim] ?? 1, 1)
  }
  return strides
}

/** A row-major record over `data`, or over fresh zeros. */
export function dense(
  shape: readonly number[],
  dtype: DType,
  data: TypedArray = allocate(dtype, numelOf(shape)),
): Strided {
  return new Walk(new Storage(data), shape, contiguousStrides(shape), 0, dtype)
}

/** True if the elements lie in row-major order without gaps. */
export function isContiguous({ shape, strides }: Pick<Strided, 'shape' | 'strides'>): boolean {
  if (shape.includes(0)) return true
  let step = 1
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    const size = shape[dim] ?? 1
    if (size !== 1 && strides[dim] !== step) return false
    step *= size
  }
  return true
}

/** A shape in error messages: `(2, 3)`. */
export function shapeText(shape: readonly number[]): string {
  return `(${shape.join(', ')})`
}

/** `t` with its memory, of any dtype but int64 and uint64. */
export function heldNumbers(t: Strided): readonly [t: Strided, data: NumberArray] {
  return [t, numbersOf(t)]
}

/** `t` with its memory, of int64 or uint64. */
export function heldBigints(t: Strided): readonly [t: Strided, data: BigintArray] {
  return [t, bigintsOf(t)]
}

/** The memory of anything but int64 and uint64. */
export function numbersOf({ storage: { elements }, dtype }: Strided): NumberArray {
  if (holdsBigints(elements)) throw new TypeError(`expected memory of numbers, got ${dtype}`)
  return elements
}

/** The memory of int64 or uint64. */
export function bigintsOf({ storage: { elements }, dtype }: Strided): BigintArray {
  if (!holdsBigints(elements)) throw new TypeError(`expected memory of bigints, got ${dtype}`)
  return elements
}
