/** A number as files keep it: four digits. */
export function digits(value: number): number {
  return Number(value.toPrecision(4))
}
