// Reductions over one dimension, several, or all, and operations along one dimension.

import { apply, record } from '../autograd/apply.ts'
import { isGradEnabled } from '../autograd/gradMode.ts'
import { wrapDim, wrapDims } from '../strided/dims.ts'
import * as fold from '../strided/fold.ts'
import * as lanes from '../strided/lanes.ts'
import { numelOf } from '../strided/strided.ts'
import { TensorBase } from '../tensorBase.ts'
import { div, eq, exp, mul, sub, where, zerosLike } from './elementwise.ts'
import { scatterAdd } from './indexing.ts'
import { stack, unbind } from './joining.ts'
import { expand, flatten, permute, reshape } from './views.ts'

/** The sum; integers and bools add up in int64. */
export function sum(x: TensorBase, dims?: fold.Dims, keepdim = false): TensorBase {
  const { shape } = x
  const result = TensorBase.fresh(x, fold.sum(TensorBase.walkOf(x), dims, keepdim))
  return apply(numbered('Sum', dims), [x], result, () => ([g]) => [g && spread(g, shape, dims)])
}

/** The mean, of floats only. */
export function mean(x: TensorBase, dims?: fold.Dims, keepdim = false): TensorBase {
  const { shape } = x
  const result = TensorBase.fresh(x, fold.mean(TensorBase.walkOf(x), dims, keepdim))
  const count = numelOf(shape) / numelOf(result.shape)
  return apply(numbered('Mean', dims), [x], result, () => ([g]) => [g && div(spread(g, shape, dims), count)])
}

/** The product; integers and bools multiply in int64. */
export function prod(x: TensorBase, dims?: fold.Dims, keepdim = false): TensorBase {
  const result = TensorBase.fresh(x, fold.prod(TensorBase.walkOf(x), dims, keepdim))
  return apply(numbered('Prod', dims), [x], result, ({ save }) => {
    const [factors, product] = [save(x), save(result)]
    return ([g]) => {
      if (!g) return []
      const value = factors()
      const { shape } = value
      if (shape.length === 0) return [g]
      const zeros = sum(eq(value, 0)).item()
      // As in PyTorch, an infinite gradient then does not count, if all are reduced and nothing is recorded.
      if (zeros > 1 && dims === undefined && !isGradEnabled()) return [zerosLike(value)]
      const rest = zeros > 0 ? productOfOthers(value, dims) : div(spread(product(), shape, dims), value)
      return [mul(spread(g, shape, dims), rest)]
    }
  })
}

/** For each element the product of the others that are reduced with it. It divides by none, as one may be 0. */
function productOfOthers(x: TensorBase, dims: fold.Dims): TensorBase {
  const isReduced = wrapDims('prod', dims, x.ndim)
  const all = x.shape.map((_, dim) => dim)
  const order = [...all.filter((dim) => isReduced[dim]), ...all.filter((dim) => !isReduced[dim])]
  const count = isReduced.filter(Boolean).length
  const moved = permute(x, order)
  const factors = unbind(count > 1 ? flatten(moved, 0, count - 1) : moved, 0)
  const before = running(factors)
  const behind = running(factors.toReversed()).toReversed()
  const products = factors.map((factor, k) => {
    const [left, right] = [before[k - 1], behind[k + 1]]
    if (left && right) return mul(left, right)
    return left ?? right ?? eq(zerosLike(factor), 0)
  })
  return permute(
    reshape(stack(products, 0), moved.shape),
    all.map((dim) => order.indexOf(dim)),
  )
}

/** The products of the first one, two, three, ... */
function running(factors: readonly TensorBase[]): TensorBase[] {
  const products: TensorBase[] = []
  for (const factor of factors) {
    const last = products.at(-1)
    products.push(last ? mul(last, factor) : factor)
  }
  return products
}

/** Whether all elements are other than 0, as bool. */
export function all(x: TensorBase, dims?: fold.Dims, keepdim = false): TensorBase {
  return TensorBase.fresh(x, fold.all(TensorBase.walkOf(x), dims, keepdim))
}

/** Whether any element is other than 0, as bool. */
export function any(x: TensorBase, dims?: fold.Dims, keepdim = false): TensorBase {
  return TensorBase.fresh(x, fold.any(TensorBase.walkOf(x), dims, keepdim))
}

/** The largest (`sign` 1) or smallest (-1) element of all. Equal ones share the gradient. */
export function extremeOfAll(who: 'max' | 'min', sign: 1 | -1, x: TensorBase): TensorBase {
  const result = TensorBase.fresh(x, lanes.extreme(who, sign, TensorBase.walkOf(x), undefined, false).values)
  return apply(`${capital(who)}Backward1`, [x], result, ({ save }) => {
    const [value, best] = [save(x), save(result)]
    return ([g]) => {
      if (!g) return []
      const isBest = extremeMask(value(), best())
      return [where(isBest, div(g, sum(isBest)), 0)]
    }
  })
}

function extremeMask(x: TensorBase, best: TensorBase): TensorBase {
  return Number.isNaN(best.item()) ? eq(eq(x, x), false) : eq(x, best)
}

/** The largest or smallest elements along `dim`, and their positions, int64. The first of equal ones has the gradient. */
export function extremeAlong(
  who: 'max' | 'min',
  sign: 1 | -1,
  x: TensorBase,
  dim: number,
  keepdim: boolean,
): [values: TensorBase, indices: TensorBase] {
  const found = lanes.extreme(who, sign, TensorBase.walkOf(x), dim, keepdim)
  return picked(`${capital(who)}Backward0`, x, dim, keepdim, found)
}

/** The `k` largest or smallest elements along `dim`, and their positions, int64. */
export function topk(
  x: TensorBase,
  k: number,
  dim: number,
  largest: boolean,
  sorted: boolean,
): [values: TensorBase, indices: TensorBase] {
  const found = lanes.topk(TensorBase.walkOf(x), k, dim, largest, sorted)
  return picked('TopkBackward0', x, dim, true, found)
}

/** Results that are elements of `x`, at positions of `dim`. `kept` tells whether they have that dimension. */
function picked(
  name: string,
  x: TensorBase,
  dim: number,
  kept: boolean,
  found: ReturnType<typeof lanes.extreme>,
): [values: TensorBase, indices: TensorBase] {
  const [values, indices] = [TensorBase.fresh(x, found.values), TensorBase.fresh(x, found.indices)]
  const { shape } = x
  record(name, [x], [values], ({ save }) => {
    const places = save(indices)
    return ([g]) => {
      if (!g) return []
      if (shape.length === 0) return [g]
      const d = wrapDim(name, dim, shape.length)
      const wide = (part: TensorBase) => (kept ? part : reshape(part, shape.with(d, 1)))
      return [scatterAdd(wide(g), shape, d, wide(places()))]
    }
  })
  return [values, indices]
}

/** The position of the largest or smallest element, int64; the first of equals. */
export function argExtreme(
  who: 'argmax' | 'argmin',
  sign: 1 | -1,
  x: TensorBase,
  dim: number | undefined,
  keepdim: boolean,
): TensorBase {
  return TensorBase.fresh(x, lanes.argExtreme(who, sign, TensorBase.walkOf(x), dim, keepdim))
}

/** The running sum along `dim`; integers and bools add up in int64. */
export function cumsum(x: TensorBase, dim: number): TensorBase {
  return cumulative(x, dim, false)
}

/** The gradient of a running sum is the running sum from the other end. */
function cumulative(x: TensorBase, dim: number, fromEnd: boolean): TensorBase {
  const walk = TensorBase.walkOf(x)
  const result = TensorBase.fresh(x, fromEnd ? lanes.cumsumFromEnd(walk, dim) : lanes.cumsum(walk, dim))
  return apply('CumsumBackward0', [x], result, () => ([g]) => [g && cumulative(g, dim, !fromEnd)])
}

/** `exp(x) / sum(exp(x))` along `dim`. */
export function softmax(x: TensorBase, dim: number): TensorBase {
  const result = TensorBase.fresh(x, lanes.softmax(TensorBase.walkOf(x), dim))
  return apply('SoftmaxBackward0', [x], result, ({ save }) => {
    const output = save(result)
    return ([g]) => {
      if (!g) return []
      const y = output()
      const gy = mul(g, y)
      return [sub(gy, mul(y, sum(gy, dim, true)))]
    }
  })
}

/** `x - log(sum(exp(x)))` along `dim`. */
export function logSoftmax(x: TensorBase, dim: number): TensorBase {
  const result = TensorBase.fresh(x, lanes.logSoftmax(TensorBase.walkOf(x), dim))
  return apply('LogSoftmaxBackward0', [x], result, ({ save }) => {
    const output = save(result)
    return ([g]) => [g && sub(g, mul(exp(output()), sum(g, dim, true)))]
  })
}

/** A gradient of a reduction at every element that was reduced. */
function spread(g: TensorBase, shape: readonly number[], dims: fold.Dims): TensorBase {
  const isReduced = wrapDims('', dims, shape.length)
  return expand(
    reshape(
      g,
      shape.map((size, dim) => (isReduced[dim] ? 1 : size)),
    ),
    shape,
  )
}

function numbered(name: string, dims: fold.Dims): string {
  return `${name}Backward${dims === undefined ? 0 : 1}`
}

function capital(who: 'max' | 'min'): 'Max' | 'Min' {
  return who === 'max' ? 'Max' : 'Min'
}
