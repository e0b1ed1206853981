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
  return a.length === b.length && a.every((size, t) => size === b[t])
}
