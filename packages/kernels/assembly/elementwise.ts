/**
 * Functions of one and two numbers, element by element.
 *
 * | area | shape |
 * |---|---|
 * | a | `(count)`, and room up to the next 16 bytes: what is there is computed too, and ignored. The results replace `a` |
 * | b | the same, the second operands |
 *
 * Every operation has a loop of its own. Inside, the operation is a type, so the compiler leaves out all others. A number
 * was not enough: the optimiser made one loop that computed every operation and then chose.
 */
import { exp, log, sigmoid } from './exponential'
import { tanh } from './math'

/** Functions of one number; the host knows these names too. */
export const enum Unary { neg, abs, relu, sqrt, exp, log, tanh, sigmoid }

/** Functions of two numbers; the host knows these names too. */
export const enum Binary { add, sub, mul, div, maximum, minimum }

class Neg {}
class Abs {}
class Relu {}
class Sqrt {}
class Exp {}
class Log {}
class Tanh {}
class Sigmoid {}

class Add {}
class Sub {}
class Mul {}
class Div {}
class Maximum {}
class Minimum {}

/** `a = operation(a)`. */
export function map<T>(operation: Unary, a: usize, count: usize): void {
  switch (operation) {
    case Unary.neg: return mapWith<T, Neg>(a, count)
    case Unary.abs: return mapWith<T, Abs>(a, count)
    case Unary.relu: return mapWith<T, Relu>(a, count)
    case Unary.sqrt: return mapWith<T, Sqrt>(a, count)
    case Unary.exp: return mapWith<T, Exp>(a, count)
    case Unary.log: return mapWith<T, Log>(a, count)
    case Unary.tanh: return mapWith<T, Tanh>(a, count)
    default: return mapWith<T, Sigmoid>(a, count)
  }
}

/** `a = operation(a, b)`. */
export function zip<T>(operation: Binary, a: usize, b: usize, count: usize): void {
  switch (operation) {
    case Binary.add: return zipWith<T, Add>(a, b, count)
    case Binary.sub: return zipWith<T, Sub>(a, b, count)
    case Binary.mul: return zipWith<T, Mul>(a, b, count)
    case Binary.div: return zipWith<T, Div>(a, b, count)
    case Binary.maximum: return zipWith<T, Maximum>(a, b, count)
    default: return zipWith<T, Minimum>(a, b, count)
  }
}

function mapWith<T, F>(a: usize, count: usize): void {
  const end = a + count * sizeof<T>()
  for (; a < end; a += 16) v128.store(a, one<T, F>(v128.load(a)))
}

function zipWith<T, F>(a: usize, b: usize, count: usize): void {
  const end = a + count * sizeof<T>()
  for (; a < end; a += 16) {
    v128.store(a, two<T, F>(v128.load(a), v128.load(b)))
    b += 16
  }
}

// @ts-ignore: decorator
@inline export function one<T, F>(x: v128): v128 {
  if (idof<F>() == idof<Neg>()) return v128.neg<T>(x)
  if (idof<F>() == idof<Abs>()) return v128.abs<T>(x)
  if (idof<F>() == idof<Relu>()) return v128.max<T>(x, v128.xor(x, x))
  if (idof<F>() == idof<Sqrt>()) return v128.sqrt<T>(x)
  if (idof<F>() == idof<Exp>()) return exp<T>(x)
  if (idof<F>() == idof<Log>()) return log<T>(x)
  if (idof<F>() == idof<Tanh>()) return tanh<T>(x)
  return sigmoid<T>(x)
}

// @ts-ignore: decorator
@inline export function two<T, F>(x: v128, y: v128): v128 {
  if (idof<F>() == idof<Add>()) return v128.add<T>(x, y)
  if (idof<F>() == idof<Sub>()) return v128.sub<T>(x, y)
  if (idof<F>() == idof<Mul>()) return v128.mul<T>(x, y)
  if (idof<F>() == idof<Div>()) return v128.div<T>(x, y)
  if (idof<F>() == idof<Maximum>()) return v128.max<T>(x, y)
  return v128.min<T>(x, y)
}
