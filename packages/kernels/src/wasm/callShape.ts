/** What a call's areas depend on besides the weights. */
export interface CallShape {
  /** `(T)` */
  readonly batchSizes: Int32Array
  readonly batchFirst: boolean
  /** Elements of the dropout factors; 0 without dropout. */
  readonly dropoutLength: number
  /** Whether the cell states of all timesteps are kept. */
  readonly returnCells: boolean
  /** Whether everything is kept that the way back needs. */
  readonly recorded: boolean
}

export function isSameShape(a: CallShape, b: CallShape): boolean {
  return (
    a.batchFirst === b.batchFirst &&
    a.dropoutLength === b.dropoutLength &&
    a.returnCells === b.returnCells &&
    a.recorded === b.recorded &&
    areSameSizes(a.batchSizes, b.batchSizes)
  )
}

export function areSameSizes(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false
  // A loop takes a tenth of the time that a function for each timestep takes.
  for (let t = 0; t < a.length; t++) if (a[t] !== b[t]) return false
  return true
}
