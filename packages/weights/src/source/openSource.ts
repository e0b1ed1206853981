import { describeValue } from '@unroll/kernels'
import { SourceChangedError, UnreadableSourceError } from '../errors.ts'
import { openFile } from './fileSource.ts'
import { openResponse, openUrl } from './httpSource.ts'
import { isA, tagOf } from './isA.ts'
import { isNode } from './isNode.ts'
import { openBytes } from './memorySource.ts'
import type { ReadContext } from './readContext.ts'
import { type ByteSource, messageOf, type OpenedSource, Source } from './source.ts'

/**
 * Where a checkpoint is read from.
 * - a string: a URL (`https:`, `http:`, `file:`, `blob:`, `data:`), else a path in Node, a relative URL in browsers;
 * - a URL, a Request (for headers and credentials), a Response (`await fetch(url)`);
 * - a Blob or File, an ArrayBuffer, a Uint8Array or other view;
 * - anything with `{ byteLength, slice(start, end) }`.
 */
export type CheckpointSource =
  | string
  | URL
  | Request
  | Response
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | ByteSource

/** Slow sources are read in pieces of this many bytes: small enough for progress, large enough to cost nothing. */
const pieceBytes = 2 ** 24

/**
 * Opens `source`. The caller closes it.
 * @throws UnreadableSourceError if it cannot be opened; TypeError if it is no source at all.
 */
export async function openSource(
  who: string,
  source: CheckpointSource,
  context: ReadContext,
): Promise<Source> {
  return new Source(await open(who, source, context.signal), context)
}

async function open(who: string, source: CheckpointSource, signal?: AbortSignal): Promise<OpenedSource> {
  if (typeof source === 'string' && source !== '') return openText(source, signal)
  if (ArrayBuffer.isView(source)) {
    return openBytes(new Uint8Array(source.buffer, source.byteOffset, source.byteLength))
  }
  if (isA(source, 'ArrayBuffer')) return openBytes(new Uint8Array(source))
  if (isA(source, 'URL')) return openText(source.href, signal)
  if (isA(source, 'Blob') || isA(source, 'File')) return openBlob(source)
  if (isA(source, 'Response')) return openResponse(source, source.url || '<response>', signal)
  if (isA(source, 'Request')) return openRequest(who, source, signal)
  if (isByteSource(source)) return openByteSource(source)
  throw new TypeError(
    `${who}: expected a path, URL, Blob, File, Response, Request, ArrayBuffer, Uint8Array or ` +
      `{ byteLength, slice(start, end) }, got ${describeValue(source)}${remedyFor(source)}`,
  )
}

/** The remedy in a message, for values that are passed by mistake. */
function remedyFor(source: unknown): string {
  switch (tagOf(source)) {
    case 'ReadableStream':
      return '; write new Response(stream)'
    case 'FileList':
      return '; pass one of its files'
    case 'Array':
      return '; of bytes make a Uint8Array'
    default:
      return ''
  }
}

async function openText(text: string, signal?: AbortSignal): Promise<OpenedSource> {
  // Other schemes are paths: `C:` is a drive, and `models:v2` may be a folder.
  const scheme = /^(https?|file|blob|data):/i.exec(text)?.[1]?.toLowerCase()
  const name = scheme === 'data' ? `${text.slice(0, 40)}...` : text
  try {
    if (scheme === 'file') return { ...(await openFile(new URL(text), name)), pieceBytes }
    if (scheme || !isNode()) return { pieceBytes, ...(await openUrl(text, name, signal)) }
    return { ...(await openFile(text, name)), pieceBytes }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof UnreadableSourceError) throw error
    throw new UnreadableSourceError(`cannot be opened: ${messageOf(error)}`, { file: name }, { cause: error })
  }
}

async function openRequest(who: string, request: Request, signal?: AbortSignal): Promise<OpenedSource> {
  if (request.method !== 'GET') {
    throw new TypeError(
      `${who}: expected a Request with method GET, which may be sent for each part of the file, got ` +
        `${request.method}; pass the answer: await fetch(request)`,
    )
  }
  return { pieceBytes, ...(await openUrl(request, request.url, signal)) }
}

function openBlob(blob: Blob): OpenedSource {
  const name = isA(blob, 'File') ? blob.name : '<blob>'
  return {
    name,
    byteLength: blob.size,
    pieceBytes,
    async slice(start, end) {
      try {
        return await blob.slice(start, end).arrayBuffer()
      } catch (error) {
        // A File on disk that was changed or moved meanwhile cannot be read any more.
        if (!(error instanceof Error && /^Not(Readable|Found)Error$/.test(error.name))) throw error
        throw new SourceChangedError(
          { file: name },
          `cannot be read (${error.name}): it was changed, moved or locked since it was chosen; choose it again`,
          { cause: error },
        )
      }
    },
  }
}

function openByteSource(source: ByteSource): OpenedSource {
  const { byteLength } = source
  return {
    name: '<source>',
    byteLength,
    async slice(start, end) {
      const slice = await source.slice(start, end)
      if (source.byteLength !== byteLength) throw new SourceChangedError({ file: '<source>' })
      return slice
    },
  }
}

function isByteSource(value: unknown): value is ByteSource {
  return (
    typeof value === 'object' &&
    value !== null &&
    'byteLength' in value &&
    typeof value.byteLength === 'number' &&
    'slice' in value &&
    typeof value.slice === 'function'
  )
}
