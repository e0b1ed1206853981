/** @throws RangeError without values */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/**
 * The value below which the share `q` of the values lies, between neighbours in proportion.
 * @throws RangeError without values
 */
export function quantile(values: readonly number[], q: number): number {
  const [found = Number.NaN] = quantiles(values, [q])
  return found
}

/** Several of them, sorted once. */
export function quantiles(values: readonly number[], shares: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort()
  return shares.map((q) => {
    const at = (sorted.length - 1) * q
    const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
    if (low === undefined || high === undefined) throw new RangeError('quantile: expected at least one value')
    return low + (high - low) * (at - Math.floor(at))
  })
}

/** Undefined for no values. A half and a double cancel in it. */
export function geometricMean(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
}

/** Divides element by element. A slow spell of the machine, which hits both sides of a round, cancels. */
export function quotients(numerators: readonly number[], denominators: readonly number[]): number[] {
  return numerators.map((numerator, i) => numerator / (denominators[i] ?? Number.NaN))
}
