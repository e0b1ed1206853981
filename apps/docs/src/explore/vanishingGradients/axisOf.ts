import { type Flows, kinds } from './flows.ts'

/** The logarithmic axis that all three pictures share: exponents of ten. */
export interface Axis {
  readonly low: number
  readonly high: number
  /** From the highest down. */
  readonly ticks: readonly number[]
}

/** An axis changes by six decades at once, so it stands still while a curve moves a little. */
const decades = 6

export function axisOf(flows: Flows): Axis {
  const shares = kinds.flatMap((kind) => {
    const { hidden, cell, theory } = flows[kind]
    return [...hidden, ...(cell ?? []), ...theory]
  })
  const [least, most] = [Math.log10(Math.min(...shares)), Math.log10(Math.max(...shares))]
  const low = Math.min(-2 * decades, decades * Math.floor(least / decades))
  const high = most < 2 ? 2 : decades * Math.ceil(most / decades)
  const step = high - low <= 14 ? 3 : high - low <= 38 ? 6 : high - low <= 62 ? 12 : 24
  const count = Math.floor(high / step) - Math.ceil(low / step) + 1
  return { low, high, ticks: Array.from({ length: count }, (_, at) => (Math.floor(high / step) - at) * step) }
}
