/** Numbers as the page writes them: the same in every browser. */

/** `1.5 MiB` */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let [value, unit] = [bytes, 0]
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${units[unit]}`
}

/** `1,234,567` */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** Four digits that count: `-0.04512`, `1.2e-9`. */
export function valueText(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size < 1e-4 || size >= 1e7) return value.toExponential(3)
  return String(Number(value.toPrecision(4)))
}

/** `(4, 3)`, of a number without dimensions `()`. */
export function shapeText(shape: readonly number[]): string {
  return `(${shape.join(', ')})`
}
