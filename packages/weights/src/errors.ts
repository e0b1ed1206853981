/** The place of an error in a checkpoint. */
export interface CheckpointLocation {
  /** Path, URL or file name; `<bytes>` for memory without a name. */
  readonly file: string
  /** Name of the archive's record; null outside records. */
  readonly record?: string | null
  /** Byte offset in the record, or in the file if `record` is null; null if no single byte is wrong. */
  readonly offset?: number | null
}

/**
 * Base of every error about a checkpoint's content. The message names the file, the record, the byte offset, the
 * value found and what was expected; the first three can also be read off the fields.
 *
 * @example
 * try {
 *   await loadWeights('broken.pt')
 * } catch (error) {
 *   if (error instanceof CheckpointError) console.error(error.message, error.record, error.offset)
 * }
 */
export class CheckpointError extends Error implements CheckpointLocation {
  override readonly name: string = 'CheckpointError'
  readonly file: string
  readonly record: string | null
  readonly offset: number | null

  constructor(
    what: string,
    { file, record = null, offset = null }: CheckpointLocation,
    options?: ErrorOptions,
  ) {
    const where = [
      file,
      record === null ? null : `record ${quote(record)}`,
      offset === null ? null : `byte ${offset}`,
    ]
    super(`${where.filter((part) => part !== null).join(', ')}: ${what}`, options)
    this.file = file
    this.record = record
    this.offset = offset
  }
}

/** The source could not be read: no such file, HTTP status 404, a slice shorter than asked for. */
export class UnreadableSourceError extends CheckpointError {
  override readonly name: string = 'UnreadableSourceError'
}

/**
 * The file changed while it was read. Parts of two versions are never put together. Reading again gives the new version.
 */
export class SourceChangedError extends UnreadableSourceError {
  override readonly name: string = 'SourceChangedError'

  constructor(
    location: CheckpointLocation,
    what = 'changed while it was read; read it again',
    options?: ErrorOptions,
  ) {
    super(what, location, options)
  }
}

/** The file is of a kind, or has content, that this package recognises but does not read. */
export class UnsupportedFormatError extends CheckpointError {
  override readonly name: string = 'UnsupportedFormatError'
}

/** The pickle asks for something outside the allow-list. It was not done: nothing in a pickle is ever called. */
export class UnsafePickleError extends CheckpointError {
  override readonly name: string = 'UnsafePickleError'
}

/** The file contradicts its own format: truncated, altered, or made to mislead. */
export class CorruptCheckpointError extends CheckpointError {
  override readonly name: string = 'CorruptCheckpointError'
}

/** Makes text from a file safe for a message: quoted, control characters escaped, cut at 120 characters. */
export function quote(text: string): string {
  const quoted = JSON.stringify(text.length > 120 ? `${text.slice(0, 117)}...` : text)
  // JSON does not escape DEL, the controls of Latin-1, and those that change the direction of text.
  return quoted.replace(/[\p{Cc}\p{Bidi_Control}]/gu, unicodeEscape)
}

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}
