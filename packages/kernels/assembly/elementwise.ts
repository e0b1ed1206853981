/**
 * Functions of one and two numbers, element by element.
 *
 * | area | shape |
 * |---|---|
 * | a | `(count)`, and room up to the next 16 bytes, which is computed too and means nothing; the results replace it |
 * | b | the same, the second operands |
 *
 * The switches stand outside of the loops: a loop each, in which the operation is a constant.
 */
import { exp, log, sigmoid } from './exponential'
import { tanh } from './math'

// The same in src/wasm/elementwise.ts.
const NEG: i32 = 0
const ABS: i32 = 1
const RELU: i32 = 2
const SQRT: i32 = 3
const EXP: i32 = 4
const LOG: i32 = 5
const TANH: i32 = 6
const SIGMOID: i32 = 7

const ADD: i32 = 0
const SUB: i32 = 1
const MUL: i32 = 2
const DIV: i32 = 3
const MAXIMUM: i32 = 4
const MINIMUM: i32 = 5

/** `a = operation(a)` */
export function map<T>(operation: i32, a: usize, count: usize): void {
  switch (operation) {
    case NEG: return mapWith<T>(NEG, a, count)
    case ABS: return mapWith<T>(ABS, a, count)
    case RELU: return mapWith<T>(RELU, a, count)
    case SQRT: return mapWith<T>(SQRT, a, count)
    case EXP: return mapWith<T>(EXP, a, count)
    case LOG: return mapWith<T>(LOG, a, count)
    case TANH: return mapWith<T>(TANH, a, count)
    default: return mapWith<T>(SIGMOID, a, count)
  }
}

// @ts-ignore: decorator
@inline function mapWith<T>(operation: i32, a: usize, count: usize): void {
  const end = a + count * sizeof<T>()
  for (; a < end; a += 16) v128.store(a, one<T>(operation, v128.load(a)))
}

// @ts-ignore: decorator
@inline function one<T>(operation: i32, x: v128): v128 {
  if (operation == NEG) return v128.neg<T>(x)
  if (operation == ABS) return v128.abs<T>(x)
  if (operation == RELU) return v128.max<T>(x, v128.xor(x, x))
  if (operation == SQRT) return v128.sqrt<T>(x)
  if (operation == EXP) return exp<T>(x)
  if (operation == LOG) return log<T>(x)
  if (operation == TANH) return tanh<T>(x)
  return sigmoid<T>(x)
}

/** `a = operation(a, b)` */
export function zip<T>(operation: i32, a: usize, b: usize, count: usize): void {
  switch (operation) {
    case ADD: return zipWith<T>(ADD, a, b, count)
    case SUB: return zipWith<T>(SUB, a, b, count)
    case MUL: return zipWith<T>(MUL, a, b, count)
    case DIV: return zipWith<T>(DIV, a, b, count)
    case MAXIMUM: return zipWith<T>(MAXIMUM, a, b, count)
    default: return zipWith<T>(MINIMUM, a, b, count)
  }
}

// @ts-ignore: decorator
@inline function zipWith<T>(operation: i32, a: usize, b: usize, count: usize): void {
  const end = a + count * sizeof<T>()
  for (; a < end; a += 16) {
    v128.store(a, two<T>(operation, v128.load(a), v128.load(b)))
    b += 16
  }
}

// @ts-ignore: decorator
@inline function two<T>(operation: i32, x: v128, y: v128): v128 {
  if (operation == ADD) return v128.add<T>(x, y)
  if (operation == SUB) return v128.sub<T>(x, y)
  if (operation == MUL) return v128.mul<T>(x, y)
  if (operation == DIV) return v128.div<T>(x, y)
  if (operation == MAXIMUM) return v128.max<T>(x, y)
  return v128.min<T>(x, y)
}
