/**
 * A matrix that stays on the device until it is disposed. Its elements are kept on the host too: a device that was lost
 * takes its memory along, and `restore()` sends them again.
 */
export class ResidentMatrix {
  /** `(rows, columns, channels)` */
  readonly data: Float32Array
  readonly rows: number
  readonly columns: number
  /** Numbers that lie in one texel: 1, or 4 where the gates of a unit are read at once. */
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

  /** As {@link ResidentMatrix.disposed}: otherwise it is sent again by itself, after a loss too. */
  get stale(): boolean {
    return this.disposed
  }

  dispose(): void {
    this.#release?.(this)
    this.#release = null
  }
}
