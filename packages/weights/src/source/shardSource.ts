import { UnreadableSourceError } from '../errors.ts'
import { type CheckpointSource, isNode } from './openSource.ts'

/** Gives the source of a file that an index.json names. */
export type ResolveShard = (name: string) => CheckpointSource | Promise<CheckpointSource>

/**
 * Where the files beside an index stand: in its folder, or below its URL.
 * @throws UnreadableSourceError for sources without a place: bytes, a Blob
 */
export function shardBeside(index: CheckpointSource, name: string, file: string): CheckpointSource {
  if (index instanceof URL) return new URL(name, index)
  if (typeof index !== 'string' || /^(blob|data):/i.test(index)) {
    throw new UnreadableSourceError(
      `names the file ${name}, and has no folder itself: pass { resolve: (name) => source }`,
      { file },
    )
  }
  if (/^(https?|file):/i.test(index)) return new URL(name, index)
  const folder = index.slice(0, Math.max(index.lastIndexOf('/'), isNode() ? index.lastIndexOf('\\') : -1) + 1)
  return folder + name
}
