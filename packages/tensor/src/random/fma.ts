// Fused multiply-add: a*b + c rounded once. PyTorch's compiler uses it wherever it may, and every digit depends on it.

/** In float32, of float32 operands: their product is exact in a double, and only one sum is rounded before. */
export function fma32(a: number, b: number, c: number): number {
  return Math.fround(a * b + c)
}

/**
 * In float64. Exact where nothing over- or underflows.
 * Source: Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", IEEE Trans. Computers 57(4), 2008.
 */
export function fma64(a: number, b: number, c: number): number {
  const [product, productError] = twoProduct(a, b)
  const [low, lowError] = twoSum(c, productError)
  const [high, highError] = twoSum(product, low)
  return high + sumToOdd(highError, lowError)
}

/** `a + b` and what rounding took from it. */
function twoSum(a: number, b: number): [sum: number, error: number] {
  const sum = a + b
  const rest = sum - a
  return [sum, a - (sum - rest) + (b - rest)]
}

/** `a * b` and what rounding took from it, by splitting the factors in halves of 26 bits. */
function twoProduct(a: number, b: number): [product: number, error: number] {
  const product = a * b
  const [ah, al] = split(a)
  const [bh, bl] = split(b)
  return [product, al * bl - (product - ah * bh - al * bh - ah * bl)]
}

function split(value: number): [high: number, low: number] {
  const scaled = 134217729 * value // 2^27 + 1
  const high = scaled - (scaled - value)
  return [high, value - high]
}

const double = new Float64Array(1)
const words = new BigInt64Array(double.buffer)

/** `a + b`; if that is not exact, the one of the two neighbouring doubles whose last bit is set. */
function sumToOdd(a: number, b: number): number {
  const [sum, error] = twoSum(a, b)
  if (error === 0) return sum
  double[0] = sum
  const bits = words[0] ?? 0n
  if (bits & 1n) return sum
  words[0] = bits + (error > 0 === sum > 0 ? 1n : -1n)
  return double[0] ?? sum
}
