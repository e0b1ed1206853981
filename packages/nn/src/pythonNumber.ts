/** A number as Python prints it, a whole number as an int: `0.1`, `1e-05`, `3`. */
export function pythonNumber(value: number): string {
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  const power = Number(exponent)
  if (Number.isInteger(value) || (power >= -4 && power < 16)) return String(value)
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}
