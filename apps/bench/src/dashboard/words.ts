/** How tables write figures. */

export function times(ratio: number): string {
  return `${ratio >= 100 ? ratio.toFixed(0) : ratio.toPrecision(3)}×`
}

export function percent(share: number | undefined): string {
  return share === undefined ? '' : `${(100 * share).toFixed(0)} %`
}

/** The time of a call in ms, or of a step of a stream in µs. */
export function milliseconds(ms: number, streaming: boolean): string {
  const value = streaming ? 1000 * ms : ms
  return `${value >= 1000 ? value.toFixed(0) : value.toPrecision(3)} ${streaming ? 'µs' : 'ms'}`
}
