import type { FloatArray } from '../contract/recurrent.ts'

/** `matrix vector + bias`. The matrix has a column for each element of the vector. */
export function product(matrix: FloatArray, vector: FloatArray, bias: FloatArray | null): Float64Array {
  const columns = vector.length
  const result = new Float64Array(matrix.length / columns)
  for (let row = 0; row < result.length; row++) {
    let sum = bias?.[row] ?? 0
    for (let i = 0; i < columns; i++) sum += (matrix[row * columns + i] ?? 0) * (vector[i] ?? 0)
    result[row] = sum
  }
  return result
}

/** `matrix^T vector`. The matrix has a row for each element of the vector. */
export function transposedProduct(matrix: FloatArray, vector: FloatArray): Float64Array {
  const columns = matrix.length / vector.length
  const result = new Float64Array(columns)
  for (let row = 0; row < vector.length; row++) {
    for (let i = 0; i < columns; i++) {
      result[i] = (result[i] ?? 0) + (matrix[row * columns + i] ?? 0) * (vector[row] ?? 0)
    }
  }
  return result
}

/** `matrix += left right^T`. The matrix has a row for each element of `left` and a column for each of `right`. */
export function addOuterProduct(matrix: FloatArray, left: FloatArray, right: FloatArray): void {
  for (let row = 0; row < left.length; row++) {
    for (let i = 0; i < right.length; i++) {
      const at = row * right.length + i
      matrix[at] = (matrix[at] ?? 0) + (left[row] ?? 0) * (right[i] ?? 0)
    }
  }
}

/** `target += values` */
export function add(target: FloatArray, values: FloatArray): void {
  for (let i = 0; i < values.length; i++) target[i] = (target[i] ?? 0) + (values[i] ?? 0)
}

/** Row `index` of a matrix of `columns` columns: a view. */
export function rowOf<Matrix extends FloatArray>(matrix: Matrix, index: number, columns: number): Matrix {
  return matrix.subarray(index * columns, (index + 1) * columns) as Matrix
}
