import { currentHostEngine, type FloatArray, type HostEngine, type PackedMatrix } from '@unroll/kernels'
import { checkComputable, checkSigned, isFloatingPoint, type TypedArray } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { cast, contiguous, copyInto, elementsOf, reshape } from './cast.ts'
import { broadcastShapes } from './dims.ts'
import { floatsOf } from './engine.ts'
import { forEachRow } from './loop.ts'
import { bigintsOf, dense, isContiguous, numelOf, type Strided, shapeText, Walk } from './strided.ts'
import { expand, transpose, unsqueeze } from './views.ts'

/**
 * The matrix product, like PyTorch's matmul: a vector is a row on the left and a column on the right, and the dimensions before the
 * last two are batches, which broadcast.
 * @throws RuntimeError if the shapes do not fit or the dtypes differ
 */
export function matmul(a: Strided, b: Strided): Strided {
  if (a.shape.length === 0 || b.shape.length === 0) {
    throw new RuntimeError('matmul: expected at least one dimension each, got a tensor of none; use mul()')
  }
  checkDTypes('matmul', a, b)
  const left = a.shape.length === 1 ? unsqueeze(a, 0) : a
  const right = b.shape.length === 1 ? unsqueeze(b, 1) : b
  if (left.shape.at(-1) !== right.shape.at(-2)) {
    throw new RuntimeError(
      `matmul: shapes ${shapeText(a.shape)} and ${shapeText(b.shape)} do not fit together`,
    )
  }
  const product = right.shape.length === 2 ? timesMatrix(left, right, null) : batched(left, right)
  const shape = [
    ...product.shape.slice(0, -2),
    ...(a.shape.length === 1 ? [] : product.shape.slice(-2, -1)),
    ...(b.shape.length === 1 ? [] : product.shape.slice(-1)),
  ]
  return reshape(product, shape)
}

/**
 * `input weight^T + bias`.
 * @param input (..., I)
 * @param weight (O, I)
 * @param bias (O), or null
 * @returns (..., O)
 * @throws RuntimeError if the shapes do not fit or the dtypes differ
 */
export function linear(input: Strided, weight: Strided, bias: Strided | null): Strided {
  linearShape(input, weight, bias)
  return timesMatrix(input, transpose(weight, 0, 1), bias)
}

/**
 * As {@link linear}, by a weight and bias that `engine` keeps; of integers, which engines do not multiply, without.
 * @param packed gives them once the arguments are known to fit
 */
export function packedLinear(
  engine: HostEngine,
  input: Strided,
  weight: Strided,
  bias: Strided | null,
  packed: () => PackedMatrix,
): Strided {
  if (!isFloatingPoint(input.dtype)) return linear(input, weight, bias)
  const shape = linearShape(input, weight, bias)
  return dense(shape, input.dtype, engine.multiply(floatsOf(input), numelOf(shape.slice(0, -1)), packed()))
}

/**
 * The shape of {@link linear}'s result, (..., O).
 * @throws RuntimeError if the shapes do not fit or the dtypes differ
 */
export function linearShape(input: Strided, weight: Strided, bias: Strided | null): number[] {
  checkDTypes('linear', input, weight, ...(bias === null ? [] : [bias]))
  const [features, size] = weight.shape
  if (weight.shape.length !== 2 || input.shape.at(-1) !== size) {
    throw new RuntimeError(
      `linear: expected an input (..., I) and a weight (O, I), got ${shapeText(input.shape)} and ${shapeText(weight.shape)}`,
    )
  }
  if (bias !== null && (bias.shape.length !== 1 || bias.shape[0] !== features)) {
    throw new RuntimeError(`linear: expected a bias of shape (${features}), got ${shapeText(bias.shape)}`)
  }
  return [...input.shape.slice(0, -1), features ?? 0]
}

/** `a` (..., K) times one matrix `b` (K, N): all rows of `a` at once. */
function timesMatrix(a: Strided, b: Strided, bias: Strided | null): Strided {
  const lead = a.shape.slice(0, -1)
  const m = numelOf(lead)
  const data = isFloatingPoint(b.dtype)
    ? multiplyFloats(a, b, m, bias)
    : multiplyIntegers(elementsOf(a), b, m)
  return dense([...lead, b.shape[1] ?? 0], a.dtype, data)
}

/** (..., M, K) times (..., K, N), matrix by matrix. */
function batched(a: Strided, b: Strided): Strided {
  const [m = 0, k = 0] = a.shape.slice(-2)
  const n = b.shape.at(-1) ?? 0
  const batch = broadcastShapes('matmul', [a.shape.slice(0, -2), b.shape.slice(0, -2)])
  const result = dense([...batch, m, n], a.dtype)
  const lefts = expand(a, [...batch, m, k])
  const rights = expand(b, [...batch, k, n])
  let at = 0
  forEachRow(batch, [lefts, rights], (count, [i = 0, j = 0], [si = 0, sj = 0]) => {
    for (let p = 0; p < count; p++) {
      const [left, right] = [matrixAt(lefts, i + p * si), matrixAt(rights, j + p * sj)]
      copyInto(matrixAt(result, at), timesMatrix(left, right, null), 'matmul')
      at += m * n
    }
  })
  return result
}

/** The last two dimensions of `t`, from `offset` on. */
function matrixAt({ storage, shape, strides, dtype }: Strided, offset: number): Strided {
  return new Walk(storage, shape.slice(-2), strides.slice(-2), offset, dtype)
}

/** `a` (M, K) times `b` (K, N) plus `bias` (N), of floats: a fresh (M, N). */
function multiplyFloats(a: Strided, b: Strided, m: number, bias: Strided | null): FloatArray {
  const [k = 0, n = 0] = b.shape
  // Transposed views of matrices, such as the weight of a Linear, are not copied.
  const left = flippedOf(a)
  const right = flippedOf(b)
  return currentHostEngine().matmul({
    a: floatsOf(left ?? a),
    b: floatsOf(right ?? b),
    m,
    k,
    n,
    transposeA: left !== null,
    transposeB: right !== null,
    bias: bias && floatsOf(bias),
  })
}

/** The matrix of which `t` is a transposed view; null if it is none, or lies in order itself. */
function flippedOf(t: Strided): Strided | null {
  if (t.shape.length !== 2 || isContiguous(t)) return null
  const flipped = transpose(t, 0, 1)
  return isContiguous(flipped) ? flipped : null
}

/** Integers multiply and add up in int64, and wrap around in their own dtype. */
function multiplyIntegers(a: TypedArray, b: Strided, m: number): TypedArray {
  const [k = 0, n = 0] = b.shape
  if (b.dtype === 'bool') {
    throw new RuntimeError("matmul: bools have no product; convert first, with .to('int64')")
  }
  const right = bigintsOf(contiguous(cast(b, 'int64')))
  const out = new BigInt64Array(m * n)
  for (let row = 0; row < m; row++) {
    for (let i = 0; i < k; i++) {
      const factor = BigInt(a[row * k + i] ?? 0)
      for (let column = 0; column < n; column++) {
        const at = row * n + column
        out[at] = (out[at] ?? 0n) + factor * (right[i * n + column] ?? 0n)
      }
    }
  }
  return cast(dense([m * n], 'int64', out), b.dtype).storage.elements
}

function checkDTypes(who: string, ...tensors: readonly Strided[]): void {
  const dtypes = tensors.map(({ dtype }) => dtype)
  for (const dtype of dtypes) {
    checkComputable(who, dtype)
    checkSigned(who, dtype)
  }
  if (new Set(dtypes).size > 1) {
    throw new RuntimeError(
      `${who}: expected tensors of one dtype, got ${dtypes.join(' and ')}; convert with .to()`,
    )
  }
}
