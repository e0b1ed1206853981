// Fused multiply-add: a*b + c rounded once. PyTorch's compiler fuses wherever it can, which changes digits.

/** In float32. A double holds the product of float32 operands exactly. */
export function fma32(a: number, b: number, c: number): number {
  const product = a * b
  const sum = product + c
  const rounded = Math.fround(sum)
  const rest = sum - rounded
  if (rest === 0 || Math.fround(sum + rest) !== sum + rest) return rounded
  // The sum is halfway between two float32. What its own rounding dropped, if anything, decides.
  const error = sumError(product, c, sum)
  if (error === 0) return rounded
  return error > 0 === rest > 0 ? sum + rest : rounded
}

/**
 * In float64. Exact unless something overflows or underflows.
 * Source: Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", IEEE Trans. Computers 57(4), 2008.
 */
export function fma64(a: number, b: number, c: number): number {
  const product = a * b
  const productError = multiplyError(a, b, product)
  const low = c + productError
  const high = product + low
  return high + addToOdd(sumError(product, low, high), sumError(c, productError, low))
}

/** The rounding error of `sum`, which is `a + b`. */
function sumError(a: number, b: number, sum: number): number {
  const rest = sum - a
  return a - (sum - rest) + (b - rest)
}

/** The rounding error of `product`, which is `a * b`. Both are split into halves of 26 bits. */
function multiplyError(a: number, b: number, product: number): number {
  const ah = upperHalf(a)
  const bh = upperHalf(b)
  const al = a - ah
  const bl = b - bh
  return al * bl - (product - ah * bh - al * bh - ah * bl)
}

function upperHalf(value: number): number {
  const scaled = (2 ** 27 + 1) * value
  return scaled - (scaled - value)
}

/** `a + b` if a double holds it, else the neighbouring double whose last bit is set. */
function addToOdd(a: number, b: number): number {
  const sum = a + b
  const error = sumError(a, b, sum)
  if (error === 0) return sum
  const double = new Float64Array([sum])
  const bits = new BigInt64Array(double.buffer)
  const pattern = bits[0] ?? 0n
  if ((pattern & 1n) === 0n) bits[0] = pattern + (error > 0 === sum > 0 ? 1n : -1n)
  return double[0] ?? sum
}
