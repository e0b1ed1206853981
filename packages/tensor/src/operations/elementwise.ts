// Element by element. Operands broadcast and are promoted; gradients are summed up and converted where they meet an operand.

import { apply } from '../autograd/apply.ts'
import { withGrad } from '../autograd/gradMode.ts'
import { RuntimeError } from '../errors.ts'
import { operandOf, recordOf } from '../operands.ts'
import { cast } from '../strided/cast.ts'
import * as strided from '../strided/elementwise.ts'
import * as operators from '../strided/operators.ts'
import type { Scalar } from '../strided/promote.ts'
import { dense, type Strided } from '../strided/strided.ts'
import { TensorBase } from '../tensorBase.ts'

/** An operand of elementwise operations: a tensor or a plain number. One operand at least is a tensor. */
export type Operand = TensorBase | Scalar

/** `x + y` */
export function add(x: Operand, y: Operand): TensorBase {
  return apply('AddBackward0', [x, y], binary(operators.add, x, y), () => ([g]) => [g, g])
}

/** `x - y` */
export function sub(x: Operand, y: Operand): TensorBase {
  return apply('SubBackward0', [x, y], binary(operators.sub, x, y), ({ wants }) => ([g]) => [
    g,
    wants(1) && g && neg(g),
  ])
}

/** `x * y` */
export function mul(x: Operand, y: Operand): TensorBase {
  return apply('MulBackward0', [x, y], binary(operators.mul, x, y), ({ save, wants }) => {
    const [left, right] = [wants(1) && save(x), wants(0) && save(y)]
    return ([g]) => [wants(0) && right && g && mul(g, right()), wants(1) && left && g && mul(g, left())]
  })
}

/** `x / y`; float32 for integers. */
export function div(x: Operand, y: Operand): TensorBase {
  return apply('DivBackward0', [x, y], binary(operators.div, x, y), ({ save, wants }) => {
    const [left, right] = [wants(1) && save(x), save(y)]
    // d(x / y) / dy = -(x / y) / y
    return ([g]) => [
      wants(0) && g && div(g, right()),
      wants(1) && left && g && neg(mul(g, div(div(left(), right()), right()))),
    ]
  })
}

/** `x ** y`; integers take no negative number. */
export function pow(x: TensorBase, y: Operand): TensorBase {
  const walk = strided.power(TensorBase.walkOf(x), operandOf('pow', y))
  const result = TensorBase.fresh(x, walk)
  const name = y instanceof TensorBase ? 'PowBackward1' : 'PowBackward0'
  return apply(name, [x, y], result, ({ save, wants }) => {
    const [base, exponent] = [save(x), save(y)]
    const power = wants(1) && save(result)
    return ([g]) => {
      const [b, e] = [base(), exponent()]
      return [
        wants(0) && g && powGradient(g, b, e),
        // d(x ** y) / dy = x ** y log(x), and 0 where x is 0
        wants(1) && power && g && mul(g, where(isZeroBase(b, e), 0, mul(power(), log(b)))),
      ]
    }
  })
}

/** d(x ** y) / dx = y x ** (y - 1), and 0 where y is 0 */
function powGradient(g: TensorBase, x: TensorBase, y: Operand): TensorBase {
  if (!(y instanceof TensorBase))
    return Number(y) === 0 ? zerosLike(g) : mul(g, mul(pow(x, Number(y) - 1), y))
  return where(eq(y, 0), 0, mul(g, mul(y, pow(x, sub(y, 1)))))
}

/** Where the power keeps its value if the exponent moves: 0 ** y, y >= 0. */
function isZeroBase(x: TensorBase, y: Operand): TensorBase {
  return mul(eq(x, 0), y instanceof TensorBase ? ge(y, 0) : Number(y) >= 0)
}

/** The larger of both; NaN where either is. Equal ones share the gradient. */
export function maximum(x: Operand, y: Operand): TensorBase {
  return extreme('MaximumBackward0', operators.maximum, x, y, lt, gt)
}

/** The smaller of both; NaN where either is. Equal ones share the gradient. */
export function minimum(x: Operand, y: Operand): TensorBase {
  return extreme('MinimumBackward0', operators.minimum, x, y, gt, lt)
}

function extreme(
  name: string,
  operator: operators.BinaryOperator,
  x: Operand,
  y: Operand,
  leftLoses: (x: Operand, y: Operand) => TensorBase,
  rightLoses: (x: Operand, y: Operand) => TensorBase,
): TensorBase {
  return apply(name, [x, y], binary(operator, x, y), ({ save, wants }) => {
    const [left, right] = [save(x), save(y)]
    return ([g]) => {
      if (!g) return []
      const [a, b] = [left(), right()]
      const shared = where(eq(a, b), mul(g, 0.5), g)
      return [wants(0) && where(leftLoses(a, b), 0, shared), wants(1) && where(rightLoses(a, b), 0, shared)]
    }
  })
}

/** Limits elements to `min` and `max`. Null leaves a side open. At a limit the gradient passes. */
export function clamp(x: TensorBase, min: Operand | null, max: Operand | null): TensorBase {
  if (min === null && max === null) throw new RuntimeError('clamp: expected min, max or both, got neither')
  const limit = (operand: Operand | null) => (operand === null ? null : operandOf('clamp', operand))
  const result = TensorBase.fresh(x, strided.clamp(TensorBase.walkOf(x), limit(min), limit(max)))
  const name = min instanceof TensorBase || max instanceof TensorBase ? 'ClampBackward0' : 'ClampBackward1'
  return apply(name, [x, min, max], result, ({ save, wants }) => {
    const [value, low, high] = [save(x), save(min), save(max)]
    return ([g]) => {
      if (!g) return []
      const [v, least, most] = [value(), low(), high()]
      const above = least === null ? true : ge(v, least)
      const below = most === null ? true : le(v, most)
      return [
        wants(0) && where(mul(above, below), g, 0),
        // Where the limits are crossed, max is the result.
        wants(1) && least !== null && where(mul(lt(v, least), most === null || lt(least, most)), g, 0),
        wants(2) && most !== null && where(add(gt(v, most), least !== null && lt(most, least)), g, 0),
      ]
    }
  })
}

/** `-x` */
export function neg(x: TensorBase): TensorBase {
  return apply('NegBackward0', [x], unary(operators.neg, x), () => ([g]) => [g && neg(g)])
}

/** `|x|`, of gradient 0 at 0 */
export function abs(x: TensorBase): TensorBase {
  return apply('AbsBackward0', [x], unary(operators.abs, x), ({ save }) => {
    const value = save(x)
    return ([g]) => [g && mul(g, sign(value()))]
  })
}

/** -1, 0 or 1; 0 for NaN. It changes in steps only: as in PyTorch, what goes back through it are zeros. */
function sign(x: TensorBase): TensorBase {
  const walk = TensorBase.walkOf(x)
  const [above, below] = [operators.gt, operators.lt].map((side) =>
    cast(strided.compare(side, walk, 0), x.dtype),
  )
  const result = TensorBase.fresh(x, strided.binary(operators.sub, above ?? walk, below ?? walk))
  return apply('SgnBackward0', [x], result, () => ([g]) => [g && zerosLike(g)])
}

/** `e ** x` */
export function exp(x: TensorBase): TensorBase {
  return ofResult('ExpBackward0', operators.exp, x, (g, y) => mul(g, y))
}

/** The natural logarithm. */
export function log(x: TensorBase): TensorBase {
  return apply('LogBackward0', [x], unary(operators.log, x), ({ save }) => {
    const value = save(x)
    return ([g]) => [g && div(g, value())]
  })
}

/** The square root; NaN for negative elements. */
export function sqrt(x: TensorBase): TensorBase {
  return ofResult('SqrtBackward0', operators.sqrt, x, (g, y) => div(g, mul(y, 2)))
}

/** The hyperbolic tangent. */
export function tanh(x: TensorBase): TensorBase {
  return ofResult('TanhBackward0', operators.tanh, x, (g, y) => mul(g, sub(1, mul(y, y))))
}

/** `1 / (1 + exp(-x))` */
export function sigmoid(x: TensorBase): TensorBase {
  return ofResult('SigmoidBackward0', operators.sigmoid, x, (g, y) => mul(g, mul(sub(1, y), y)))
}

/** `max(x, 0)`, of gradient 0 at 0 */
export function relu(x: TensorBase): TensorBase {
  return ofResult('ReluBackward0', operators.relu, x, reluGradient)
}

/** It depends on `y` in steps only: as in PyTorch, what goes back further through `y` are zeros. */
function reluGradient(g: TensorBase, y: TensorBase): TensorBase {
  const masked = withGrad('relu', false, () => where(le(y, 0), 0, g))
  return apply('ThresholdBackwardBackward0', [g, y], masked, ({ save, wants }) => {
    const result = save(y)
    return ([again]) => [
      wants(0) && again && reluGradient(again, result()),
      wants(1) && again && zerosLike(again),
    ]
  })
}

/** Zeros of the shape and dtype of `x`. */
export function zerosLike(x: TensorBase): TensorBase {
  return TensorBase.fresh(x, dense(x.shape, x.dtype))
}

/** Elements of `x` where `condition`, of bool, holds, else those of `y`. */
export function where(condition: TensorBase, x: Operand, y: Operand): TensorBase {
  const chosen = recordOf('where', 'the condition', condition)
  const walk = strided.where(chosen, operandOf('where', x), operandOf('where', y))
  return apply('WhereBackward0', [condition, x, y], TensorBase.fresh(condition, walk), ({ save, wants }) => {
    const choice = save(condition)
    return ([g]) => [null, wants(1) && g && where(choice(), g, 0), wants(2) && g && where(choice(), 0, g)]
  })
}

// Comparisons give bools, which have no gradient.

/** Where both are equal. */
export function eq(x: Operand, y: Operand): TensorBase {
  return compare(operators.eq, x, y)
}

/** Where they differ. */
export function ne(x: Operand, y: Operand): TensorBase {
  return compare(operators.ne, x, y)
}

/** Where `x` is less than `y`. */
export function lt(x: Operand, y: Operand): TensorBase {
  return compare(operators.lt, x, y)
}

/** Where `x` is less or equal. */
export function le(x: Operand, y: Operand): TensorBase {
  return compare(operators.le, x, y)
}

/** Where `x` is greater than `y`. */
export function gt(x: Operand, y: Operand): TensorBase {
  return compare(operators.gt, x, y)
}

/** Where `x` is greater or equal. */
export function ge(x: Operand, y: Operand): TensorBase {
  return compare(operators.ge, x, y)
}

function unary(operator: operators.UnaryOperator, x: TensorBase): TensorBase {
  return TensorBase.fresh(x, strided.unary(operator, TensorBase.walkOf(x)))
}

/** An operation whose gradient is computed from its result. */
function ofResult(
  name: string,
  operator: operators.UnaryOperator,
  x: TensorBase,
  gradient: (g: TensorBase, y: TensorBase) => TensorBase,
): TensorBase {
  const y = unary(operator, x)
  return apply(name, [x], y, ({ save }) => {
    const result = save(y)
    return ([g]) => [g && gradient(g, result())]
  })
}

function binary(operator: operators.BinaryOperator, x: Operand, y: Operand): TensorBase {
  const { name } = operator
  return beside(x, y, strided.binary(operator, operandOf(name, x), operandOf(name, y)))
}

function compare(operator: operators.Comparison, x: Operand, y: Operand): TensorBase {
  const { name } = operator
  return beside(x, y, strided.compare(operator, operandOf(name, x), operandOf(name, y)))
}

/** A result of two operands, of which one at least is a tensor. */
function beside(x: Operand, y: Operand, walk: Strided): TensorBase {
  const like = x instanceof TensorBase ? x : y
  if (like instanceof TensorBase) return TensorBase.fresh(like, walk)
  throw new TypeError('expected a Tensor, got two plain numbers')
}
