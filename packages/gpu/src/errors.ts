/** There is no adapter for the mode that was asked for. The message says what to do. */
export class GpuUnavailableError extends Error {
  override readonly name = 'GpuUnavailableError'
}

/** The device or context was lost, with everything on it. `await gpu.restore()` starts again. */
export class GpuLostError extends Error {
  override readonly name = 'GpuLostError'
}

/** Something is larger than the adapter allows. The message has both sizes. */
export class GpuLimitError extends RangeError {
  override readonly name = 'GpuLimitError'
}
