/** No adapter for the mode that was asked for; the message says what to do. */
export class GpuUnavailableError extends Error {
  override readonly name = 'GpuUnavailableError'
}

/** The device or context was lost, with all that was on it. `await gpu.restore()` starts anew. */
export class GpuLostError extends Error {
  override readonly name = 'GpuLostError'
}

/** Something larger than the adapter allows; the message has both numbers. */
export class GpuLimitError extends RangeError {
  override readonly name = 'GpuLimitError'
}
