import { currentHostEngine } from '@unroll/kernels'
import { checkComputable, checkSigned, type DType, isBigintType, isFloatingPoint } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { cast, copyInto, copyOf, mover } from './cast.ts'
import { broadcastShapes } from './dims.ts'
import { floatsAsTheyLie, mapFloats } from './engine.ts'
import { forEachRow, map, zip } from './loop.ts'
import {
  type BinaryOperator,
  type Comparison,
  div,
  maximum,
  minimum,
  pow,
  sqrt,
  type UnaryOperator,
} from './operators.ts'
import { isScalar, type Operand, resultType, scalarOf } from './promote.ts'
import { dense, heldBigints, heldNumbers, numbersOf, numelOf, type Strided, sameSizes } from './strided.ts'
import { expand } from './views.ts'

/** From this many elements on an engine's loop gains more than copying costs. */
const worthTheEngine = 512

/** `operator` of every element, in the dtype of `t`. Integers become float32 if only floats have the operator. */
export function unary(operator: UnaryOperator, t: Strided): Strided {
  checkComputable(operator.name, t.dtype)
  const { name, integers } = operator
  if (isFloatingPoint(t.dtype)) return mapFloats(name, t)
  if (!integers) return mapFloats(name, cast(t, 'float32'))
  if (t.dtype === 'bool') throw refusesBools(name)
  checkSigned(name, t.dtype)
  const out = dense(t.shape, t.dtype)
  if (isBigintType(t.dtype)) map(integers.bigints, heldBigints(out), heldBigints(t))
  else map(integers.numbers, heldNumbers(out), heldNumbers(t))
  return out
}

/** `operator` of the elements of both operands, broadcast and promoted. */
export function binary(operator: BinaryOperator, x: Operand, y: Operand): Strided {
  const { name, bigints, bools } = operator
  if (bools === null && (isOfBools(x) || isOfBools(y))) throw refusesBools(name)
  const common = resultType(name, x, y)
  const dtype = bigints || isFloatingPoint(common) ? common : 'float32'
  if (!operator.unsigned) checkSigned(name, dtype)
  const { shape, a, b } = meet(name, dtype, x, y)
  if (name !== 'pow' && isFloatingPoint(dtype) && numelOf(shape) >= worthTheEngine) {
    const [left, right] = [floatsAsTheyLie(a), floatsAsTheyLie(b)]
    if (left && right) return dense(shape, dtype, currentHostEngine().zip(name, left, right))
  }
  const out = dense(shape, dtype)
  if (isBigintType(dtype) && bigints) zip(bigints, heldBigints(out), heldBigints(a), heldBigints(b))
  else zip(numberLoop(operator, dtype), heldNumbers(out), heldNumbers(a), heldNumbers(b))
  return out
}

/**
 * `x ** y`.
 * @throws RuntimeError for integers to the power of a negative number. A tensor of such exponents gives 0, 1 or -1.
 */
export function power(x: Operand, y: Operand): Strided {
  if (isScalar(y) && Number(y) < 0 && !isFloatingPoint(resultType('pow', x, y))) {
    throw new RuntimeError(`pow: integers have no power of ${y}; convert first, with .to('float32')`)
  }
  // PyTorch takes these two as roots, which differ at -Infinity and -0. A tensor of exponents does not.
  if (isScalar(y) && Math.abs(Number(y)) === 0.5) {
    const root = unary(sqrt, toTensor('pow', x, resultType('pow', x, y)))
    return Number(y) > 0 ? root : binary(div, 1, root)
  }
  return binary(pow, x, y)
}

/**
 * `target = operator(target, other)`, element by element, in target's memory and dtype.
 * @throws RuntimeError if floats would have to fit integers, or numbers bools, or `other` does not broadcast to target's shape
 */
export function binaryInto(operator: BinaryOperator, target: Strided, other: Operand): void {
  const result = binary(operator, target, other)
  if (!fits(result.dtype, target.dtype)) {
    throw new RuntimeError(
      `${operator.name}_: a result of ${result.dtype} does not fit a tensor of ${target.dtype}`,
    )
  }
  copyInto(target, result, `${operator.name}_`)
}

/** Whether results of one dtype are written into memory of another: not floats into integers, and only bools into bools. */
function fits(from: DType, to: DType): boolean {
  return isFloatingPoint(to) || (!isFloatingPoint(from) && (to !== 'bool' || from === 'bool'))
}

/** Elements of `x`, at least `min` and at most `max`, all three promoted together. Null leaves a side open. */
export function clamp(x: Strided, min: Operand | null, max: Operand | null): Strided {
  const dtype = resultType('clamp', ...[x, min, max].filter((operand) => operand !== null))
  const value = toTensor('clamp', x, dtype)
  const raised = min === null ? value : binary(maximum, value, toTensor('clamp', min, dtype))
  return max === null ? raised : binary(minimum, raised, toTensor('clamp', max, dtype))
}

/** Bools: where the comparison holds. Operands are broadcast and promoted. */
export function compare(operator: Comparison, x: Operand, y: Operand): Strided {
  const dtype = resultType(operator.name, x, y)
  if (!operator.unsigned) checkSigned(operator.name, dtype)
  const { shape, a, b } = meet(operator.name, dtype, x, y)
  const out = dense(shape, 'bool')
  if (isBigintType(dtype)) zip(operator.bigints, heldNumbers(out), heldBigints(a), heldBigints(b))
  else zip(operator.numbers, heldNumbers(out), heldNumbers(a), heldNumbers(b))
  return out
}

/** Elements of `x` where `condition` holds, else of `y`; all three broadcast, `x` and `y` promoted. */
export function where(condition: Strided, x: Operand, y: Operand): Strided {
  if (condition.dtype !== 'bool') {
    throw new RuntimeError(`where: expected a condition of bool, got ${condition.dtype}`)
  }
  const dtype = resultType('where', x, y)
  const pair = meet('where', dtype, x, y)
  const shape = broadcastShapes('where', [condition.shape, pair.shape])
  const [a, b] = [expand(pair.a, shape), expand(pair.b, shape)]
  const out = copyOf(b)
  const chosen = numbersOf(condition)
  const move = mover(out.storage.elements, a.storage.elements)
  forEachRow(
    shape,
    [out, expand(condition, shape), a],
    (n, [o = 0, c = 0, i = 0], [so = 0, sc = 0, si = 0]) => {
      for (let k = 0; k < n; k++) if (chosen[c + k * sc]) move(o + k * so, i + k * si)
    },
  )
  return out
}

/** Both operands in one dtype and one shape. */
function meet(
  who: string,
  dtype: DType,
  x: Operand,
  y: Operand,
): { shape: readonly number[]; a: Strided; b: Strided } {
  checkComputable(who, dtype)
  const [a, b] = [toTensor(who, x, dtype), toTensor(who, y, dtype)]
  if (sameSizes(a.shape, b.shape)) return { shape: a.shape, a, b }
  const shape = broadcastShapes(who, [a.shape, b.shape])
  return { shape, a: expand(a, shape), b: expand(b, shape) }
}

function toTensor(who: string, operand: Operand, dtype: DType): Strided {
  if (isScalar(operand)) return scalarOf(operand, dtype)
  checkComputable(who, operand.dtype)
  return cast(operand, dtype)
}

function numberLoop({ numbers, integers, bools }: BinaryOperator, dtype: DType): BinaryOperator['numbers'] {
  if (isFloatingPoint(dtype)) return numbers
  if (dtype !== 'bool') return integers ?? numbers
  return bools ?? integers ?? numbers
}

function isOfBools(operand: Operand): boolean {
  return typeof operand === 'boolean' || (!isScalar(operand) && operand.dtype === 'bool')
}

function refusesBools(who: string): RuntimeError {
  return new RuntimeError(`${who}: bools have no such operation; convert first, with .to('int64')`)
}
