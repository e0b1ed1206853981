import { type Limits, limits } from '../limits.ts'

/** How far reading has come, in bytes of tensor data. */
export interface ReadProgress {
  readonly loaded: number
  /** What this call is going to read, not the size of the file. */
  readonly total: number
}

/** What every reading function takes beside its source. */
export interface ReadOptions {
  /** Stops the reading: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Called after each piece of tensor data, at most 16 MiB long where the source is a file, Blob or URL. */
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined
  /** Replaces single {@link limits}. */
  readonly limits?: Partial<Limits> | undefined
}

/** The options of one call, shared by all files it reads. */
export class ReadContext {
  readonly signal: AbortSignal | undefined
  readonly limits: Limits
  readonly #onProgress: ((progress: ReadProgress) => void) | undefined
  #loaded = 0
  #total = 0

  constructor(options: ReadOptions = {}) {
    this.signal = options.signal
    this.limits = { ...limits, ...options.limits }
    this.#onProgress = options.onProgress
    this.signal?.throwIfAborted()
  }

  /** From here on what is read is tensor data, `total` bytes of it. */
  begin(total: number): void {
    this.#loaded = 0
    this.#total = total
    if (total > 0) this.#onProgress?.({ loaded: 0, total })
  }

  /** Some more is read. Headers between the data do not push it over the total. */
  advance(bytes: number): void {
    if (this.#loaded >= this.#total) return
    this.#loaded = Math.min(this.#loaded + bytes, this.#total)
    this.#onProgress?.({ loaded: this.#loaded, total: this.#total })
  }

  /** All of it is read, also what came out of a cache. */
  end(): void {
    this.advance(this.#total - this.#loaded)
    this.#total = 0
  }
}
