// Writes numbers as Python's format() does. It differs from toFixed and toExponential for values exactly halfway between two
// results, where Python takes the even digit, and in exponents, which have at least two digits.

/** Python's `{:.<decimals>f}`, below 1e21. */
export function pythonFixed(value: number, decimals: number): string {
  return nonFinite(value) ?? roundTies(value, decimals, (x) => x.toFixed(decimals))
}

/** Python's `{:.<decimals>e}`. */
export function pythonExponential(value: number, decimals: number): string {
  const special = nonFinite(value)
  if (special !== null) return special
  const exponent = Number(value.toExponential().split('e')[1])
  const text = roundTies(value, decimals - exponent, (x) => x.toExponential(decimals))
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}

function nonFinite(value: number): string | null {
  if (Number.isNaN(value)) return 'nan'
  return Number.isFinite(value) ? null : value > 0 ? 'inf' : '-inf'
}

/**
 * `format` rounds values halfway between two texts away from 0. Such a value is first moved towards 0 by the smallest step, if that
 * gives the even digit.
 */
function roundTies(value: number, decimals: number, format: (x: number) => string): string {
  const text = format(value)
  const sign = Object.is(value, -0) ? '-' : ''
  if (!isTie(value, decimals) || isEven(text)) return sign + text
  return format(value * (1 - Number.EPSILON))
}

/** Whether `value * 10^decimals` is a whole number and a half. */
function isTie(value: number, decimals: number): boolean {
  // 10^d is 2^d * 5^d, and only the factors of 2 can turn a binary fraction into a half.
  if (decimals >= 0) return Math.abs(value * 2 ** (decimals + 1)) % 2 === 1
  const half = 10n ** BigInt(-decimals) / 2n
  return Number.isInteger(value) && BigInt(value) % half === 0n && (BigInt(value) / half) % 2n !== 0n
}

/** Whether the last digit before an exponent is even. */
function isEven(text: string): boolean {
  return /[02468](e.*)?$/.test(text)
}
