const superscripts: Readonly<Record<string, string>> = Object.fromEntries(
  [...'⁰¹²³⁴⁵⁶⁷⁸⁹'].map((digit, at) => [String(at), digit]),
)

/** A power of ten: `10⁻³`, and `1`. */
export function powerOfTen(exponent: number): string {
  return exponent === 0 ? '1' : `10${raised(exponent)}`
}

/** Two digits: `0.54`, `9.3 × 10⁻⁴`. */
export function shown(value: number): string {
  if (value >= 0.0095 && value < 99.5) return value.toPrecision(2)
  const [digits = '', exponent = '0'] = value.toExponential(1).split('e')
  return `${digits}\u00a0×\u00a010${raised(Number(exponent))}`
}

function raised(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => superscripts[digit] ?? digit).join('')
  return exponent < 0 ? `⁻${digits}` : digits
}
