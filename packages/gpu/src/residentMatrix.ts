/**
 * A matrix that stays on the device until it is disposed. Its elements are kept on the host too, because the memory of a
 * lost device is gone: they are sent again after `restore()`.
 */
export class ResidentMatrix {
  /** `(rows, columns, channels)` */
  readonly data: Float32Array
  readonly rows: number
  readonly columns: number
  /** How many numbers a texel has: 1, or 4 if the gates of a unit are read together. */
  readonly channels: 1 | 4
  #release: ((matrix: ResidentMatrix) => void) | null

  /** @param release called once, by {@link ResidentMatrix.dispose} */
  constructor(
    data: Float32Array,
    {
      rows,
      columns,
      channels = 1,
    }: { readonly rows: number; readonly columns: number; readonly channels?: 1 | 4 },
    release: (matrix: ResidentMatrix) => void,
  ) {
    this.data = data
    this.rows = rows
    this.columns = columns
    this.channels = channels
    this.#release = release
  }

  get disposed(): boolean {
    return this.#release === null
  }

  /**
   * The same as {@link ResidentMatrix.disposed}: a matrix that is not disposed is sent again when needed, even after a
   * loss.
   */
  get stale(): boolean {
    return this.disposed
  }

  dispose(): void {
    this.#release?.(this)
    this.#release = null
  }
}
