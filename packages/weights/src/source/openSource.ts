import { UnreadableSourceError } from '../errors.ts'
import { openFile } from './fileSource.ts'
import { openUrl } from './httpSource.ts'
import { openBytes } from './memorySource.ts'
import type { ReadContext } from './readContext.ts'
import { type ByteSource, messageOf, type OpenedSource, Source } from './source.ts'

/**
 * Where a checkpoint is read from.
 * - a string: a URL (`https:`, `http:`, `file:`, `blob:`, `data:`), else a path in Node, a relative URL in browsers;
 * - a URL, a Blob or File, an ArrayBuffer, a Uint8Array or other view;
 * - anything with `{ byteLength, slice(start, end) }`.
 */
export type CheckpointSource = string | URL | Blob | ArrayBuffer | ArrayBufferView | ByteSource

/** Bytes read in one step from where reading takes time: often enough for progress, seldom enough to cost nothing. */
const pieceBytes = 2 ** 24

/**
 * Opens `source`; whoever asked closes it.
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
  if (typeof source === 'string') return openText(source, signal)
  if (source instanceof URL) return openText(source.href, signal)
  if (source instanceof Blob) return openBlob(source)
  if (source instanceof ArrayBuffer) return openBytes(new Uint8Array(source))
  if (ArrayBuffer.isView(source)) {
    return openBytes(new Uint8Array(source.buffer, source.byteOffset, source.byteLength))
  }
  if (isByteSource(source)) {
    return {
      name: '<source>',
      byteLength: source.byteLength,
      slice: (start, end) => source.slice(start, end),
    }
  }
  throw new TypeError(
    `${who}: expected a path, URL, Blob, ArrayBuffer, Uint8Array or { byteLength, slice(start, end) }, ` +
      `got ${source === null ? 'null' : typeof source}`,
  )
}

async function openText(text: string, signal?: AbortSignal): Promise<OpenedSource> {
  // No other schemes: `C:` is a drive, and `models:v2` may be a folder.
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

function openBlob(blob: Blob): OpenedSource {
  return {
    name: blob instanceof File ? blob.name : '<blob>',
    byteLength: blob.size,
    pieceBytes,
    slice: (start, end) => blob.slice(start, end).arrayBuffer(),
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

/** Node and what calls itself compatible (Deno, Bun): where a bare string is a path. */
export function isNode(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } }
  return typeof process?.versions?.node === 'string'
}
