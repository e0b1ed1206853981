/**
 * The version of a file that a server sent, from its ETag, Last-Modified and length. Parts of a file may be put together only if
 * they are of one version.
 */
export class ServedVersion {
  readonly total: number
  /**
   * The value of `If-Range`, with which a server sends a part of this version only. Null if nothing tells versions apart reliably:
   * then the file must not be read in parts.
   */
  readonly validator: string | null
  readonly #etag: string | null
  readonly #lastModified: string | null

  /** @param total bytes of the whole file */
  constructor({ headers }: Response, total: number) {
    this.total = total
    this.#etag = headers.get('etag')
    this.#lastModified = headers.get('last-modified')
    this.validator = this.#validator(headers.get('date'))
  }

  /**
   * True if a response is of another version, or does not tell its version.
   * @param conditional whether the request had `If-Range`: then a part is of the right version, and its response may lack
   * Last-Modified (RFC 9110, 15.3.7)
   */
  differs({ headers }: Response, total: number | null, conditional: boolean): boolean {
    if (total !== null && total !== this.total) return true
    if (headers.get('etag') !== this.#etag) return true
    const lastModified = headers.get('last-modified')
    if (lastModified === null && conditional) return false
    return lastModified !== this.#lastModified
  }

  #validator(date: string | null): string | null {
    // Last-Modified counts whole seconds, so two changes within a second have the same time. Some servers make their ETag from it.
    if (this.#lastModified !== null && !isPast(this.#lastModified, date)) return null
    return isStrong(this.#etag) ? this.#etag : this.#lastModified
  }
}

/** Weak ETags, `W/"..."`, do not promise equal bytes. */
function isStrong(etag: string | null): boolean {
  return etag?.startsWith('"') === true
}

/** True if a response was made at least a second after the last change (RFC 9110, 8.8.2.2). */
function isPast(lastModified: string, date: string | null): boolean {
  // Other origins hide the server's clock, so ours is used, which may be wrong by a minute.
  const sent = date === null ? Date.now() - 60_000 : Date.parse(date)
  return sent - Date.parse(lastModified) >= 1000
}
