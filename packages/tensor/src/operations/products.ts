// Matrix products.

import { type HostEngine, onHostEngine, type PackedMatrix } from '@unroll/kernels'
import { apply, type Rule, record } from '../autograd/apply.ts'
import { recordOf } from '../operands.ts'
import * as strided from '../strided/matmul.ts'
import { numelOf } from '../strided/strided.ts'
import { TensorBase } from '../tensorBase.ts'
import { sum } from './reductions.ts'
import { reshape, squeeze, transpose, unsqueeze } from './views.ts'

/** The matrix product (..., M, K) x (..., K, N) = (..., M, N). Batches broadcast; a vector is a row on the left, a column on the right. */
export function matmul(x: TensorBase, y: TensorBase): TensorBase {
  const [left, right] = [TensorBase.walkOf(x), recordOf('matmul', 'the other', y)]
  const result = TensorBase.fresh(x, strided.matmul(left, right))
  return apply(matmulName(x, y), [x, y], result, ({ save, wants }) => {
    const [saved, other] = [wants(1) && save(x), wants(0) && save(y)]
    return ([g]) => {
      if (!g) return []
      const product = asMatrices(g, x.ndim === 1, y.ndim === 1)
      return [
        wants(0) && other && leftGradient(product, other(), x.ndim === 1),
        wants(1) && saved && rightGradient(product, saved(), y.ndim),
      ]
    }
  })
}

/** The gradient of a product with the dimensions of a row or a column that vectors were. */
function asMatrices(g: TensorBase, isRow: boolean, isColumn: boolean): TensorBase {
  const rows = isRow ? unsqueeze(g, isColumn ? -1 : -2) : g
  return isColumn ? unsqueeze(rows, -1) : rows
}

/** dX = dY W^T */
function leftGradient(g: TensorBase, right: TensorBase, isRow: boolean): TensorBase {
  const matrix = right.ndim === 1 ? unsqueeze(right, 1) : right
  const gradient = matmul(g, transpose(matrix, -2, -1))
  return isRow ? squeeze(gradient, -2) : gradient
}

/** dW = X^T dY. One matrix for all batches takes all rows at once. */
function rightGradient(g: TensorBase, left: TensorBase, ndim: number): TensorBase {
  const matrix = left.ndim === 1 ? unsqueeze(left, 0) : left
  const gradient =
    ndim <= 2 ? matmul(transpose(rowsOf(matrix), 0, 1), rowsOf(g)) : matmul(transpose(matrix, -2, -1), g)
  return ndim === 1 ? squeeze(gradient, -1) : gradient
}

/** `input weight^T + bias`. */
export function linear(input: TensorBase, weight: TensorBase, bias: TensorBase | null): TensorBase {
  const [x, w] = [recordOf('linear', 'the input', input), recordOf('linear', 'the weight', weight)]
  const b = bias === null ? null : recordOf('linear', 'the bias', bias)
  return recordLinear(input, weight, bias, TensorBase.fresh(input, strided.linear(x, w, b)))
}

/** As {@link linear}, by a weight and bias that `engine` keeps. */
export function packedLinear(
  engine: HostEngine,
  input: TensorBase,
  weight: TensorBase,
  bias: TensorBase | null,
  packed: () => PackedMatrix,
): TensorBase {
  const [x, w] = [recordOf('linear', 'the input', input), recordOf('linear', 'the weight', weight)]
  const b = bias === null ? null : recordOf('linear', 'the bias', bias)
  return onHostEngine(engine, () =>
    recordLinear(input, weight, bias, TensorBase.fresh(input, strided.packedLinear(engine, x, w, b, packed))),
  )
}

/** Records a result of {@link linear}, wherever it was computed, and returns it. */
export function recordLinear(
  input: TensorBase,
  weight: TensorBase,
  bias: TensorBase | null,
  result: TensorBase,
): TensorBase {
  const rule: Rule = ({ save, wants }) => {
    const [x, w] = [wants(1) && save(input), wants(0) && save(weight)]
    return ([g]) => {
      if (!g) return []
      const rows = rowsOf(g)
      return [
        wants(0) && w && matmul(g, w()),
        wants(1) && x && matmul(transpose(rows, 0, 1), rowsOf(x())),
        wants(2) && sum(rows, 0),
      ]
    }
  }
  record(linearName(input, bias), [input, weight, bias], [result], rule, { givesOwn: true })
  return result
}

/** (..., K) as (R, K). */
function rowsOf(x: TensorBase): TensorBase {
  return x.ndim === 2 ? x : reshape(x, [numelOf(x.shape.slice(0, -1)), x.size(-1)])
}

function linearName({ ndim }: TensorBase, bias: TensorBase | null): string {
  if (bias !== null) return ndim === 2 ? 'AddmmBackward0' : 'ViewBackward0'
  return ndim === 2 ? 'MmBackward0' : ndim === 1 ? 'SqueezeBackward4' : 'UnsafeViewBackward0'
}

function matmulName(x: TensorBase, y: TensorBase): string {
  if (x.ndim > 2 || y.ndim > 2) return 'UnsafeViewBackward0'
  if (x.ndim === 1) return y.ndim === 1 ? 'DotBackward0' : 'SqueezeBackward4'
  return y.ndim === 1 ? 'MvBackward0' : 'MmBackward0'
}
