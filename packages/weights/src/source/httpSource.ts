import { SourceChangedError, UnreadableSourceError } from '../errors.ts'
import { isNode } from './isNode.ts'
import { openBytes } from './memorySource.ts'
import { ServedVersion } from './servedVersion.ts'
import { type Bytes, messageOf, type OpenedSource } from './source.ts'

/** A request fetches at least this many bytes if they exist: it costs about as much time as they do. */
const blockBytes = 2 ** 20

/**
 * A source for anything that `fetch` understands. If the server answers range requests and tells versions of the file apart, only
 * what is read is fetched, in blocks of {@link blockBytes} or more. Otherwise the whole body is fetched once. The first request
 * finds out which.
 */
export async function openUrl(
  target: string | Request,
  name: string,
  signal?: AbortSignal,
): Promise<OpenedSource> {
  const unreadable = (what: string, cause?: unknown): UnreadableSourceError =>
    new UnreadableSourceError(what, { file: name }, { cause })

  const request = async (headers: Readonly<Record<string, string>>, abort = signal): Promise<Response> => {
    try {
      return await send(target, headers, abort)
    } catch (error) {
      abort?.throwIfAborted()
      if (typeof target !== 'string') target.signal.throwIfAborted()
      throw unreadable(`cannot be fetched: ${causeOf(error)}`, error)
    }
  }
  const whole = async (answer: Promise<Response> | Response): Promise<OpenedSource> =>
    openBytes(await bodyOf(await answer, name), name)

  // Without permission for the Range header (CORS) the request itself fails. A plain one may still work.
  const first = await request({ Range: `bytes=0-${blockBytes - 1}` }).catch(() => {
    signal?.throwIfAborted()
    return request({})
  })
  if (first.status !== 206) {
    if (first.status !== 416) return whole(first)
    // The file is empty, or the server refuses this range: a plain request may work.
    await discard(first)
    return whole(request({}))
  }
  const range = contentRange(first)
  const version = new ServedVersion(first, range?.total ?? 0)
  // Other origins see Content-Range only if the server exposes it, and without a total the end is unknown.
  // A body that was compressed on its way is not a range of the file.
  if (range === null || range.start !== 0 || isEncoded(first) || !(version.validator || holdsAll(range))) {
    await discard(first)
    return whole(request({}))
  }
  const head = await bodyOf(first, name)
  if (range.end !== head.length) return whole(request({}))

  const { total, validator } = version
  // Browsers need permission of other origins to send If-Range, and most do not give it.
  let ifRange = isNode() || first.type !== 'cors' ? validator : null
  const fetchRange = async (start: number, end: number, abort?: AbortSignal): Promise<Bytes> => {
    const response = await request(
      { Range: `bytes=${start}-${end - 1}`, ...(ifRange === null ? {} : { 'If-Range': ifRange }) },
      abort,
    )
    const got = contentRange(response)
    const part = response.status === 206
    const size = part ? (got?.total ?? null) : contentLength(response)
    // 412 and 416: the version that was asked for no longer exists.
    const gone = response.status === 412 || response.status === 416
    if (gone || (response.ok && version.differs(response, size, part && ifRange !== null))) {
      await discard(response)
      throw new SourceChangedError({ file: name }, 'changed on the server while it was read; read it again')
    }
    if (!response.ok) throw await statusError(response, name)
    if (response.status === 200 && ifRange !== null) {
      // The whole file in the same version: this server does not understand If-Range.
      ifRange = null
      await discard(response)
      return fetchRange(start, end, abort)
    }
    if (!part || got?.start !== start || got.end !== end || isEncoded(response)) {
      await discard(response)
      const sent = got === null ? 'no range' : `bytes ${got.start} to ${got.end}`
      throw unreadable(
        `asked for bytes ${start} to ${end}, the server sent ${sent} (HTTP status ${response.status})`,
      )
    }
    const bytes = await bodyOf(response, name)
    if (bytes.length !== end - start) {
      throw unreadable(`asked for bytes ${start} to ${end}, the server sent ${bytes.length} bytes`)
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
      // The caller keeps a large read. Small ones are cached: their neighbours are probably read next.
      if (end - start >= blockBytes) return fetchRange(start, end, abort)
      lastBlock = { start, bytes: await fetchRange(start, Math.min(start + blockBytes, total), abort) }
      return lastBlock.bytes.slice(0, end - start)
    },
  }
}

/** A source for the whole body of a response: `await fetch(url)`. */
export async function openResponse(
  response: Response,
  name: string,
  signal?: AbortSignal,
): Promise<OpenedSource> {
  const unreadable = (what: string): UnreadableSourceError => new UnreadableSourceError(what, { file: name })
  if (response.type === 'opaque' || response.type === 'error') {
    throw unreadable(`an answer of type ${response.type}, whose body is hidden; fetch it with mode: 'cors'`)
  }
  if (response.bodyUsed || response.body?.locked === true) {
    throw unreadable('the body of this Response was read already; fetch it again, or pass response.clone()')
  }
  const range = contentRange(response)
  if (response.status === 206 && !(range !== null && holdsAll(range))) {
    throw unreadable('a part of the file only (HTTP status 206); fetch it without a Range header')
  }
  return openBytes(await bodyOf(response, name, signal), name)
}

/** A Request is sent with its own headers, credentials and signal. */
async function send(
  target: string | Request,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Response> {
  if (typeof target === 'string') return fetch(target, { headers, ...(signal ? { signal } : {}) })
  const all = new Headers(target.headers)
  for (const [name, value] of Object.entries(headers)) all.set(name, value)
  return fetch(target, {
    headers: all,
    ...(signal ? { signal: AbortSignal.any([signal, target.signal]) } : {}),
  })
}

/** @throws UnreadableSourceError unless the status is 2xx and the whole body arrives */
async function bodyOf(response: Response, name: string, signal?: AbortSignal): Promise<Bytes> {
  if (!response.ok) throw await statusError(response, name)
  try {
    // Only a piped body can be aborted halfway.
    const body = signal && response.body?.pipeThrough(new TransformStream<Bytes, Bytes>(), { signal })
    return new Uint8Array(await (body ? new Response(body) : response).arrayBuffer())
  } catch (error) {
    signal?.throwIfAborted()
    throw new UnreadableSourceError(
      `the answer broke off: ${causeOf(error)}`,
      { file: name },
      { cause: error },
    )
  }
}

async function statusError(response: Response, name: string): Promise<UnreadableSourceError> {
  await discard(response)
  const what = `HTTP status ${response.status} ${response.statusText}`.trimEnd()
  return new UnreadableSourceError(what, { file: name })
}

interface Block {
  readonly start: number
  readonly bytes: Bytes
}

interface ContentRange {
  readonly start: number
  readonly end: number
  readonly total: number
}

/** `bytes 0-9/100` as start 0, end 10, total 100; null where absent or without a total. */
function contentRange({ headers }: Response): ContentRange | null {
  const [, start, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? []
  if (start === undefined || last === undefined || total === undefined) return null
  return { start: Number(start), end: Number(last) + 1, total: Number(total) }
}

function holdsAll({ start, end, total }: ContentRange): boolean {
  return start === 0 && end === total
}

/** Null if absent, or if it counts the bytes of a compressed body. */
function contentLength(response: Response): number | null {
  const length = response.headers.get('content-length')
  return length === null || isEncoded(response) ? null : Number(length)
}

/** True if the body was compressed for the transfer, so that `fetch` inflates it. */
function isEncoded({ headers }: Response): boolean {
  const encoding = headers.get('content-encoding')
  return encoding !== null && encoding !== 'identity'
}

/** Frees the connection of a response that is not read. */
async function discard(response: Response): Promise<void> {
  await response.body?.cancel()
}

/** Node's fetch says only "fetch failed". The reason is in the cause. */
function causeOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause instanceof Error ? error.cause : error)
}
