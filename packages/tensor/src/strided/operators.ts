// Inner loops of the elementwise operations, over one run of elements, for operands that the engine does not take: integers, and
// floats that broadcast. Arithmetic, maximum and minimum are written out, so that the compiler sees the operator inside the loop. The
// others call a function for each element, which is five times as slow.

import type { BinaryFunction, UnaryFunction } from '@unroll/kernels'
import type { BigintArray, NumberArray } from '../dtype.ts'
import type { BinaryLoop, UnaryLoop } from './loop.ts'

/** Operators whose floats the engine computes. */
export interface UnaryOperator {
  readonly name: UnaryFunction
  /** Loops over integers up to 32 bits, and over bigints. If they are missing, integers and bools become float32 first. */
  readonly integers?: {
    readonly numbers: UnaryLoop<NumberArray>
    readonly bigints: UnaryLoop<BigintArray>
  }
}

/** Operators whose result has the dtype of the operands. */
export interface BinaryOperator {
  /** pow is not the engine's. */
  readonly name: BinaryFunction | 'pow'
  readonly numbers: BinaryLoop<NumberArray>
  /** The loop for integers up to 32 bits, if it differs from that of floats. */
  readonly integers?: BinaryLoop<NumberArray>
  /** The loop for bigints. If it is missing, integers and bools become float32 first. */
  readonly bigints?: BinaryLoop<BigintArray>
  /** The loop for bools; null if PyTorch refuses them, also beside numbers. */
  readonly bools?: BinaryLoop<NumberArray> | null
  /** Whether PyTorch has it for uint16, uint32 and uint64 too. */
  readonly unsigned?: true
}

/** Operators whose result is bool. */
export interface Comparison {
  readonly name: string
  readonly numbers: BinaryLoop<NumberArray>
  readonly bigints: BinaryLoop<NumberArray, BigintArray>
  /** Whether PyTorch has it for uint16, uint32 and uint64 too. */
  readonly unsigned: boolean
}

const least: BinaryLoop<NumberArray> = (n, out, o, so, a, i, si, b, j, sj) => {
  for (let k = 0; k < n; k++) out[o + k * so] = Math.min(a[i + k * si] ?? 0, b[j + k * sj] ?? 0)
}

const most: BinaryLoop<NumberArray> = (n, out, o, so, a, i, si, b, j, sj) => {
  for (let k = 0; k < n; k++) out[o + k * so] = Math.max(a[i + k * si] ?? 0, b[j + k * sj] ?? 0)
}

export const add: BinaryOperator = {
  name: 'add',
  numbers: (n, out, o, so, a, i, si, b, j, sj) => {
    for (let k = 0; k < n; k++) out[o + k * so] = (a[i + k * si] ?? 0) + (b[j + k * sj] ?? 0)
  },
  bigints: zipBigints((x, y) => x + y),
  bools: most,
}

export const sub: BinaryOperator = {
  name: 'sub',
  numbers: (n, out, o, so, a, i, si, b, j, sj) => {
    for (let k = 0; k < n; k++) out[o + k * so] = (a[i + k * si] ?? 0) - (b[j + k * sj] ?? 0)
  },
  bigints: zipBigints((x, y) => x - y),
  bools: null,
}

export const mul: BinaryOperator = {
  name: 'mul',
  numbers: (n, out, o, so, a, i, si, b, j, sj) => {
    for (let k = 0; k < n; k++) out[o + k * so] = (a[i + k * si] ?? 0) * (b[j + k * sj] ?? 0)
  },
  // The product of two int32 does not fit a double.
  integers: zipNumbers(Math.imul),
  bigints: zipBigints((x, y) => x * y),
  bools: least,
  unsigned: true,
}

export const div: BinaryOperator = {
  name: 'div',
  numbers: (n, out, o, so, a, i, si, b, j, sj) => {
    for (let k = 0; k < n; k++) out[o + k * so] = (a[i + k * si] ?? 0) / (b[j + k * sj] ?? 0)
  },
}

export const pow: BinaryOperator = {
  name: 'pow',
  // Unlike JavaScript, C gives 1 for 1 ** NaN and for (-1) ** Infinity.
  numbers: zipNumbers((x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y)),
  integers: zipNumbers((x, y) => Number(BigInt.asIntN(32, integerPower(BigInt(x), BigInt(y))))),
  bigints: zipBigints(integerPower),
}

export const maximum: BinaryOperator = {
  name: 'maximum',
  numbers: most,
  // biome-ignore lint/complexity/useMathMinMax: Math.max takes no bigints
  bigints: zipBigints((x, y) => (x > y ? x : y)),
}

export const minimum: BinaryOperator = {
  name: 'minimum',
  numbers: least,
  // biome-ignore lint/complexity/useMathMinMax: Math.min takes no bigints
  bigints: zipBigints((x, y) => (x < y ? x : y)),
}

export const eq: Comparison = comparison(
  'eq',
  (x, y) => x === y,
  (x, y) => x === y,
)
export const ne: Comparison = comparison(
  'ne',
  (x, y) => x !== y,
  (x, y) => x !== y,
)
export const lt: Comparison = comparison(
  'lt',
  (x, y) => x < y,
  (x, y) => x < y,
)
export const le: Comparison = comparison(
  'le',
  (x, y) => x <= y,
  (x, y) => x <= y,
)
export const gt: Comparison = comparison(
  'gt',
  (x, y) => x > y,
  (x, y) => x > y,
)
export const ge: Comparison = comparison(
  'ge',
  (x, y) => x >= y,
  (x, y) => x >= y,
)

export const neg: UnaryOperator = {
  name: 'neg',
  integers: { numbers: mapNumbers((x) => -x), bigints: mapBigints((x) => -x) },
}
export const abs: UnaryOperator = {
  name: 'abs',
  integers: { numbers: mapNumbers(Math.abs), bigints: mapBigints((x) => (x < 0n ? -x : x)) },
}
export const relu: UnaryOperator = {
  name: 'relu',
  integers: { numbers: mapNumbers((x) => Math.max(x, 0)), bigints: mapBigints((x) => (x < 0n ? 0n : x)) },
}
export const exp: UnaryOperator = { name: 'exp' }
export const log: UnaryOperator = { name: 'log' }
export const sqrt: UnaryOperator = { name: 'sqrt' }
export const tanh: UnaryOperator = { name: 'tanh' }
export const sigmoid: UnaryOperator = { name: 'sigmoid' }

function mapNumbers(f: (x: number) => number): UnaryLoop<NumberArray> {
  return (n, out, o, so, a, i, si) => {
    for (let k = 0; k < n; k++) out[o + k * so] = f(a[i + k * si] ?? 0)
  }
}

function mapBigints(f: (x: bigint) => bigint): UnaryLoop<BigintArray> {
  return (n, out, o, so, a, i, si) => {
    for (let k = 0; k < n; k++) out[o + k * so] = f(a[i + k * si] ?? 0n)
  }
}

function zipNumbers(f: (x: number, y: number) => number): BinaryLoop<NumberArray> {
  return (n, out, o, so, a, i, si, b, j, sj) => {
    for (let k = 0; k < n; k++) out[o + k * so] = f(a[i + k * si] ?? 0, b[j + k * sj] ?? 0)
  }
}

function zipBigints(f: (x: bigint, y: bigint) => bigint): BinaryLoop<BigintArray> {
  return (n, out, o, so, a, i, si, b, j, sj) => {
    for (let k = 0; k < n; k++) out[o + k * so] = f(a[i + k * si] ?? 0n, b[j + k * sj] ?? 0n)
  }
}

function comparison(
  name: string,
  numbers: (x: number, y: number) => boolean,
  bigints: (x: bigint, y: bigint) => boolean,
): Comparison {
  return {
    name,
    unsigned: name === 'eq' || name === 'ne',
    numbers: (n, out, o, so, a, i, si, b, j, sj) => {
      for (let k = 0; k < n; k++) out[o + k * so] = numbers(a[i + k * si] ?? 0, b[j + k * sj] ?? 0) ? 1 : 0
    },
    bigints: (n, out, o, so, a, i, si, b, j, sj) => {
      for (let k = 0; k < n; k++) out[o + k * so] = bigints(a[i + k * si] ?? 0n, b[j + k * sj] ?? 0n) ? 1 : 0
    },
  }
}

/** Wraps around at 64 bits. Negative powers are 0, except those of 1 and -1. */
function integerPower(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) return base === 1n ? 1n : base === -1n ? (exponent % 2n === 0n ? 1n : -1n) : 0n
  let result = 1n
  let square = base
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = BigInt.asIntN(64, result * square)
    square = BigInt.asIntN(64, square * square)
  }
  return result
}
