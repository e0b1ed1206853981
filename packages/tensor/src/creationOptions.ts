// Shapes and options of the functions that make tensors.

import { optionsOf } from '@unroll/kernels'
import { checkFlag, checkIntegers, checkNumber } from './checks.ts'
import { checkDType, type DType } from './dtype.ts'
import { checkGenerator, type Generator, type RandomOptions } from './random/generator.ts'
import { checkShape } from './strided/dims.ts'

export interface TensorOptions {
  /** float32 unless said otherwise. */
  readonly dtype?: DType
  /** Default false. */
  readonly requiresGrad?: boolean
}

/** The options of functions that draw a new tensor. */
export type DrawOptions = TensorOptions & RandomOptions

/** A shape and options, as PyTorch takes them: `([2, 3], { dtype })`, `(2, 3)` or `(2, 3, { dtype })`. */
export type ShapeAndOptions<Options> =
  | readonly [shape: readonly number[], options?: Options | null]
  | readonly [size: number, ...sizes: number[]]
  | readonly [size: number, ...sizes: number[], options: Options]

/** The given options, checked; undefined for those that were not given. */
interface Given {
  readonly dtype: DType | undefined
  readonly requiresGrad: boolean | undefined
}

/** @throws TypeError unless `options` are those of a function that makes tensors */
export function tensorOptionsOf(who: string, options: TensorOptions | null | undefined): Given {
  return checked(who, optionsOf<Given>(who, options, { dtype: undefined, requiresGrad: undefined }, 'dtype'))
}

/** The same, with a shape among the options. */
export function shapedOptionsOf(
  who: string,
  options: (TensorOptions & { readonly shape?: readonly number[] }) | null | undefined,
): Given & { readonly shape: readonly number[] | undefined } {
  const given = optionsOf<Given & { readonly shape: readonly number[] | undefined }>(
    who,
    options,
    { dtype: undefined, shape: undefined, requiresGrad: undefined },
    Array.isArray(options) ? 'shape' : 'dtype',
  )
  if (given.shape !== undefined) checkIntegers(who, 'the shape', given.shape)
  return checked(who, given)
}

/** The same, with a generator; by default the default one. */
export function drawOptionsOf(
  who: string,
  options: DrawOptions | null | undefined,
): Given & { readonly generator: Generator } {
  const given = optionsOf<Given & { readonly generator: Generator | undefined }>(
    who,
    options,
    { dtype: undefined, requiresGrad: undefined, generator: undefined },
    'dtype',
  )
  return { ...checked(who, given), generator: checkGenerator(who, given.generator) }
}

function checked<T extends Given>(who: string, given: T): T {
  if (given.dtype !== undefined) checkDType(who, given.dtype)
  if (given.requiresGrad !== undefined) checkFlag(who, 'requiresGrad', given.requiresGrad)
  return given
}

/**
 * The shape and the options of a call.
 * @throws TypeError unless the shape is of integers, RuntimeError if one is negative
 */
export function shapeAndOptions<Options extends object>(
  who: string,
  args: ShapeAndOptions<Options>,
): readonly [shape: readonly number[], options: Options | null | undefined] {
  const first = args[0]
  if (typeof first === 'number') return sizesAndOptions(who, args)
  checkShape(who, first)
  const options = args[1]
  if (typeof options === 'number') checkShape(who, args)
  return [first.slice(), typeof options === 'number' ? null : options]
}

function sizesAndOptions<Options extends object>(
  who: string,
  args: readonly (number | readonly number[] | Options | null | undefined)[],
): readonly [shape: readonly number[], options: Options | null | undefined] {
  const last = args.at(-1)
  const hasOptions = typeof last !== 'number' && !isList(last)
  const sizes: unknown = hasOptions ? args.slice(0, -1) : args
  checkShape(who, sizes)
  return [sizes, hasOptions ? last : null]
}

export function isList(value: unknown): value is readonly number[] {
  return Array.isArray(value)
}

/**
 * The arguments of a call that takes up to `most` numbers, then options. Undefined numbers are left out.
 * @throws TypeError unless there is a number, and nothing but numbers before the options
 */
export function numbersAndOptions<Options extends object>(
  who: string,
  args: readonly (number | Options | null | undefined)[],
  most: number,
): readonly [numbers: number[], options: Options | null | undefined] {
  const last = args.at(-1)
  const options = typeof last === 'number' || args.length === 1 ? null : last
  const given = typeof last === 'number' || args.length === 1 ? args : args.slice(0, -1)
  const numbers: number[] = []
  if (given.length > most) {
    throw new TypeError(`${who}: expected at most ${most} numbers and options, got ${given.length} numbers`)
  }
  for (const value of given) {
    if (value === undefined && numbers.length > 0) continue
    checkNumber(who, 'each of its numbers', value)
    numbers.push(value)
  }
  if (numbers.length === 0) checkNumber(who, 'the first argument', undefined)
  return [numbers, options]
}
