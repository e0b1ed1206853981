import { type CheckpointLocation, CorruptCheckpointError } from '../errors.ts'
import { type Bytes, messageOf } from '../source/source.ts'
import { inflateRaw } from './inflateRaw.ts'

/**
 * Inflates raw deflate data that should give `size` bytes, and stops as soon as it gives more. Memory grows with
 * what comes out, not with what was claimed.
 * @throws CorruptCheckpointError if the data is broken or gives another number of bytes.
 */
export async function inflate(compressed: Bytes, size: number, at: CheckpointLocation): Promise<Bytes> {
  let bytes: Bytes
  try {
    const hasStreams = typeof DecompressionStream !== 'undefined'
    bytes = hasStreams ? await inflateStream(compressed, size) : inflateRaw(compressed, size)
  } catch (error) {
    throw new CorruptCheckpointError(`cannot be inflated: ${messageOf(error)}`, at, { cause: error })
  }
  if (bytes.length === size) return bytes
  const got = bytes.length > size ? 'more' : `${bytes.length}`
  throw new CorruptCheckpointError(`inflates to ${got} bytes, expected ${size}`, at)
}

/** At most a piece more than `size` bytes. */
async function inflateStream(compressed: Bytes, size: number): Promise<Bytes> {
  const inflated = new Blob([compressed])
    .stream()
    .pipeThrough(new DecompressionStream('deflate-raw'))
    .getReader()
  const chunks: Uint8Array[] = []
  let total = 0
  for (let next = await inflated.read(); !next.done; next = await inflated.read()) {
    chunks.push(next.value)
    total += next.value.length
    if (total > size) break
  }
  // This fails if the data after this is broken, too, which makes no difference now.
  if (total > size) await inflated.cancel().catch(() => undefined)
  const bytes = new Uint8Array(total)
  let filled = 0
  for (const chunk of chunks) {
    bytes.set(chunk, filled)
    filled += chunk.length
  }
  return bytes
}
