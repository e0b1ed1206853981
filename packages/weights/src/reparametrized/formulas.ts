import { itemSize } from '../tensor/fileDtype.ts'
import { rowMajor, type TensorSpec } from '../tensor/tensorSpec.ts'
import type { Merge } from './mergedSpec.ts'

// What PyTorch's reparametrizations compute in evaluation. Each function returns null if the shapes do not fit: then only the
// names of the tensors look like a reparametrization.

/** `torch.nn.utils.prune`: orig * mask. */
export function pruned(orig: TensorSpec, mask: TensorSpec): Merge | null {
  if (
    !isWeight(orig) ||
    String(orig.shape) !== String(mask.shape) ||
    !/^(bool|u?int|b?float)/.test(mask.dtype)
  ) {
    return null
  }
  return ([values = none, kept = none], round) => values.map((value, i) => round(value * (kept[i] ?? 0)))
}

/**
 * `weight_norm`: v * (g / ||v||). The norm is taken over all dimensions that g does not have.
 */
export function weightNorm(g: TensorSpec, v: TensorSpec): Merge | null {
  if (!isWeight(g) || !isWeight(v) || g.dtype !== v.dtype) return null
  const kept = g.shape.findIndex((size) => size !== 1)
  const expected = v.shape.map((size, dim) => (dim === kept ? size : 1))
  if (g.shape.length > 0 && String(g.shape) !== String(expected)) return null
  const group = groups(v.shape, kept)
  return ([magnitudes = none, values = none], round) => {
    const squares = new Float64Array(magnitudes.length)
    values.forEach((value, i) => {
      squares[group(i)] = (squares[group(i)] ?? 0) + value * value
    })
    const factors = magnitudes.map((magnitude, i) => round(magnitude / round(Math.sqrt(squares[i] ?? 0))))
    return values.map((value, i) => round(value * (factors[group(i)] ?? 0)))
  }
}

/** `spectral_norm`: W / sigma with sigma = u^T W v. One dimension of W is the rows, mostly the first. */
export function spectralNorm(orig: TensorSpec, u: TensorSpec, v: TensorSpec): Merge | null {
  if (![orig, u, v].every(isWeight) || u.shape.length !== 1 || v.shape.length !== 1) return null
  if (orig.shape.length < 2 || u.dtype !== orig.dtype || v.dtype !== orig.dtype) return null
  const rows = orig.shape.findIndex((size) => size === u.numel && orig.numel === size * v.numel)
  if (rows < 0) return null
  const [row, column] = [groups(orig.shape, rows), columns(orig.shape, rows)]
  return ([values = none, left = none, right = none], round) => {
    const products = new Float64Array(left.length)
    values.forEach((value, i) => {
      products[row(i)] = (products[row(i)] ?? 0) + value * (right[column(i)] ?? 0)
    })
    const sigma = round(left.reduce((sum, value, i) => sum + value * round(products[i] ?? 0), 0))
    return values.map((value) => round(value / sigma))
  }
}

const none = new Float64Array(0)

/**
 * True for floating-point tensors without strides of 0. Their elements are distinct, so what is computed from them takes no more
 * memory than they take in the file.
 */
function isWeight({ dtype, numel, storage }: TensorSpec): boolean {
  return (
    /^(b?float16|float32|float64)$/.test(dtype) && numel > 0 && numel * itemSize(dtype) <= storage.byteLength
  )
}

/** The index along `dim` of each element in logical order; 0 without a dimension. */
function groups(shape: readonly number[], dim: number): (element: number) => number {
  const [size, stride] = [shape[dim] ?? 1, rowMajor(shape)[dim] ?? 1]
  return (element) => Math.floor(element / stride) % size
}

/** The index among the other dimensions. */
function columns(shape: readonly number[], dim: number): (element: number) => number {
  const [size, stride] = [shape[dim] ?? 1, rowMajor(shape)[dim] ?? 1]
  return (element) => Math.floor(element / (stride * size)) * stride + (element % stride)
}
