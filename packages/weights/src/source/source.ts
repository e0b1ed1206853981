import { UnreadableSourceError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import type { ReadContext } from './readContext.ts'
import { systemErrorText } from './systemError.ts'

/**
 * Random access to bytes that the caller provides. A reader needs nothing else.
 *
 * `slice` gives the bytes from `start` up to, not including, `end`. Fresh memory is best: a slice that fills its
 * whole ArrayBuffer is kept as a tensor's memory, anything else is copied.
 */
export interface ByteSource {
  readonly byteLength: number
  slice(start: number, end: number): ByteSlice | Promise<ByteSlice>
}

export type ByteSlice = ArrayBufferLike | Uint8Array

/**
 * Bytes in memory that is not shared with other threads: `Uint8Array<ArrayBuffer>`. TypeScript before 5.7 calls it `Uint8Array`,
 * so the type is taken from what `of` returns.
 */
export type Bytes = ReturnType<Uint8ArrayConstructor['of']>

/** The interface of every kind of source. */
export interface OpenedSource extends ByteSource {
  /** The name for messages. */
  readonly name: string
  /** Larger reads are made in pieces of this size, into memory of their own. Absent: never in pieces. */
  readonly pieceBytes?: number
  slice(start: number, end: number, signal?: AbortSignal): ByteSlice | Promise<ByteSlice>
  close?(): Promise<void>
}

/** A source whose reads are checked: they are in bounds and complete, or fail with an {@link UnreadableSourceError}. */
export class Source {
  readonly name: string
  readonly byteLength: number
  /** Limits, progress and cancellation of the call that opened it. */
  readonly context: ReadContext
  readonly #opened: OpenedSource
  #closed = false

  constructor(opened: OpenedSource, context: ReadContext) {
    this.context = context
    this.name = opened.name
    this.byteLength = opened.byteLength
    this.#opened = opened
    if (!Number.isSafeInteger(this.byteLength) || this.byteLength < 0) {
      throw this.#unreadable(`byteLength is ${this.byteLength}, expected a whole number`, null)
    }
  }

  get limits(): Limits {
    return this.context.limits
  }

  /**
   * The bytes from `start` to `end`, which must lie within the source. They may be a view of the caller's memory.
   * @throws UnreadableSourceError
   */
  async read(start: number, end: number): Promise<Bytes> {
    if (!(start >= 0 && start <= end && end <= this.byteLength)) {
      throw this.#unreadable(`bytes ${start} to ${end} asked for, of ${this.byteLength}`, start)
    }
    if (this.#closed) throw this.#unreadable('is closed; open it again', null)
    if (start === end) return new Uint8Array(0)
    const piece = this.#opened.pieceBytes ?? Number.POSITIVE_INFINITY
    if (end - start <= piece) return this.#piece(start, end)
    const whole = this.#allocate(start, end)
    for (let at = start; at < end; at += piece) {
      whole.set(await this.#piece(at, Math.min(at + piece, end)), at - start)
    }
    return whole
  }

  /** Lengths come from the file, so lack of memory for one is an error about the source. */
  #allocate(start: number, end: number): Bytes {
    try {
      return new Uint8Array(end - start)
    } catch (error) {
      throw this.#unreadable(`${end - start} bytes do not fit into memory`, start, error)
    }
  }

  async #piece(start: number, end: number): Promise<Bytes> {
    this.context.signal?.throwIfAborted()
    const slice = await this.#slice(start, end)
    if (slice.byteLength !== end - start) {
      throw this.#unreadable(
        `expected ${end - start} bytes, got ${slice.byteLength}; did the file change?`,
        start,
      )
    }
    this.context.advance(slice.byteLength)
    return slice
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#opened.close?.()
  }

  async #slice(start: number, end: number): Promise<Bytes> {
    try {
      return plain(await this.#opened.slice(start, end, this.context.signal))
    } catch (error) {
      this.context.signal?.throwIfAborted()
      if (error instanceof UnreadableSourceError) throw error
      throw this.#unreadable(`bytes ${start} to ${end} cannot be read: ${messageOf(error)}`, start, error)
    }
  }

  #unreadable(what: string, offset: number | null, cause?: unknown): UnreadableSourceError {
    return new UnreadableSourceError(what, { file: this.name, offset }, { cause })
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return systemErrorText(error) ?? (error instanceof Error ? error.message : String(error))
}

/**
 * Makes a plain Uint8Array of what `slice` returned, since the `slice` of a Node Buffer would not copy. The bytes of a
 * SharedArrayBuffer are copied: another thread could change them after they were checked.
 */
function plain(slice: ByteSlice): Bytes {
  const { buffer, byteOffset, byteLength } = slice instanceof Uint8Array ? slice : new Uint8Array(slice)
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer, byteOffset, byteLength)
  return new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength))
}
