import { describeValue, optionsOf } from '@unroll/kernels'
import { type Limits, limits } from '../limits.ts'
import { tagOf } from './isA.ts'

/** The progress of reading, in bytes of tensor data. */
export interface ReadProgress {
  readonly loaded: number
  /** What this call will read, not the size of the file. */
  readonly total: number
}

/** The options of every reading function. */
export interface ReadOptions {
  /** Stops the reading: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | null | undefined
  /** Called after each piece of tensor data, at most 16 MiB long where the source is a file, Blob or URL. */
  readonly onProgress?: ((progress: ReadProgress) => void) | null | undefined
  /** Replaces single {@link limits}. */
  readonly limits?: Partial<Limits> | null | undefined
}

/** The options of one call, shared by all files it reads. */
export class ReadContext {
  readonly signal: AbortSignal | undefined
  readonly limits: Limits
  readonly #onProgress: ((progress: ReadProgress) => void) | undefined
  #loaded = 0
  #total = 0

  /**
   * @param who the function that was called, for messages
   * @throws TypeError for options that are not valid
   */
  constructor({ signal, onProgress, limits: own }: ReadOptions = {}, who = 'load') {
    this.signal = signal ?? undefined
    this.#onProgress = onProgress ?? undefined
    if (this.signal && typeof this.signal.throwIfAborted !== 'function') {
      const remedy = tagOf(signal) === 'AbortController' ? '; pass its signal' : ''
      throw new TypeError(
        `${who}: expected signal to be an AbortSignal, got ${describeValue(signal)}${remedy}`,
      )
    }
    if (this.#onProgress && typeof this.#onProgress !== 'function') {
      throw new TypeError(`${who}: expected onProgress to be a function, got ${describeValue(onProgress)}`)
    }
    this.limits = optionsOf<Limits>(`${who}: limits`, own, limits)
    for (const [name, limit] of Object.entries(this.limits)) {
      if (typeof limit === 'number' && limit >= 0) continue
      throw new TypeError(
        `${who}: expected limits.${name} to be a number from 0 on, got ${describeValue(limit)}`,
      )
    }
    this.signal?.throwIfAborted()
  }

  /** Called before tensor data is read, which will be `total` bytes. */
  begin(total: number): void {
    this.#loaded = 0
    this.#total = total
    if (total > 0) this.#onProgress?.({ loaded: 0, total })
  }

  /** Called for each piece. Headers between the data do not count beyond the total. */
  advance(bytes: number): void {
    if (this.#loaded >= this.#total) return
    this.#loaded = Math.min(this.#loaded + bytes, this.#total)
    this.#onProgress?.({ loaded: this.#loaded, total: this.#total })
  }

  /** Called when everything was read, also from a cache. */
  end(): void {
    this.advance(this.#total - this.#loaded)
    this.#total = 0
  }
}
