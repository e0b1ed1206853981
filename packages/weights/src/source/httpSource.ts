import { UnreadableSourceError } from '../errors.ts'
import { openBytes } from './memorySource.ts'
import { type Bytes, messageOf, type OpenedSource } from './source.ts'

/** Bytes fetched at least, where they exist: a request costs about as much time as this many bytes. */
const blockBytes = 2 ** 20

/**
 * Anything `fetch` understands. Where the server answers ranges, only what is read travels, in blocks of
 * {@link blockBytes} or more; else the whole body is fetched once. Which of both is found out by the first request.
 */
export async function openUrl(url: string, name: string, signal?: AbortSignal): Promise<OpenedSource> {
  const unreadable = (what: string, cause?: unknown): UnreadableSourceError =>
    new UnreadableSourceError(what, { file: name }, { cause })

  const request = async (range: string | null, abort = signal): Promise<Response> => {
    try {
      return await fetch(url, {
        ...(range === null ? {} : { headers: { Range: range } }),
        ...(abort ? { signal: abort } : {}),
      })
    } catch (error) {
      abort?.throwIfAborted()
      throw unreadable(`cannot be fetched: ${causeOf(error)}`, error)
    }
  }
  const bodyOf = async (response: Response): Promise<Bytes> => {
    try {
      return new Uint8Array(await response.arrayBuffer())
    } catch (error) {
      throw unreadable(`the answer broke off: ${causeOf(error)}`, error)
    }
  }
  const whole = async (response: Response): Promise<OpenedSource> => {
    if (!response.ok) {
      await discard(response)
      throw unreadable(`HTTP status ${response.status} ${response.statusText}`.trimEnd())
    }
    return openBytes(await bodyOf(response), name)
  }

  // Without permission for the header (CORS) even the request fails; a plain one may still work.
  const first = await request(`bytes=0-${blockBytes - 1}`).catch(() => {
    signal?.throwIfAborted()
    return request(null)
  })
  if (first.status !== 206) {
    if (first.status !== 416) return whole(first)
    // Not even one byte there, or a server that is particular about ranges: ask plainly.
    await discard(first)
    return whole(await request(null))
  }
  const range = contentRange(first)
  const head = await bodyOf(first)
  // The header is hidden from other origins unless the server exposes it, and without a total the end is unknown.
  if (range === null || range.start !== 0 || range.end !== head.length) return whole(await request(null))

  const { total } = range
  const etag = first.headers.get('etag')
  const fetchRange = async (start: number, end: number, abort?: AbortSignal): Promise<Bytes> => {
    const response = await request(`bytes=${start}-${end - 1}`, abort)
    const bytes = await bodyOf(response)
    const got = contentRange(response)
    if (response.status !== 206 || got?.start !== start || got.end !== end || bytes.length !== end - start) {
      throw unreadable(
        `asked for bytes ${start} to ${end}, got ${bytes.length} with HTTP status ${response.status}`,
      )
    }
    if (got.total !== total || response.headers.get('etag') !== etag) {
      throw unreadable('the file changed on the server while it was read')
    }
    return bytes
  }

  const headBlock: Block = { start: 0, bytes: head }
  let lastBlock = headBlock
  return {
    name,
    byteLength: total,
    async slice(start, end, abort) {
      for (const block of [lastBlock, headBlock]) {
        if (start >= block.start && end <= block.start + block.bytes.length) {
          return block.bytes.slice(start - block.start, end - block.start)
        }
      }
      // A large read is the caller's to keep; a small one probably has neighbours that are read next.
      if (end - start >= blockBytes) return fetchRange(start, end, abort)
      lastBlock = { start, bytes: await fetchRange(start, Math.min(start + blockBytes, total), abort) }
      return lastBlock.bytes.slice(0, end - start)
    },
  }
}

interface Block {
  readonly start: number
  readonly bytes: Bytes
}

/** `bytes 0-9/100` as start 0, end 10, total 100; null where absent or without a total. */
function contentRange(response: Response): { start: number; end: number; total: number } | null {
  const [, start, last, total] =
    /^bytes (\d+)-(\d+)\/(\d+)$/.exec(response.headers.get('content-range') ?? '') ?? []
  if (start === undefined || last === undefined || total === undefined) return null
  return { start: Number(start), end: Number(last) + 1, total: Number(total) }
}

/** Frees the connection of an answer that nobody reads. */
async function discard(response: Response): Promise<void> {
  await response.body?.cancel()
}

/** Node's fetch says only "fetch failed" and keeps the reason as the cause. */
function causeOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause instanceof Error ? error.cause : error)
}
