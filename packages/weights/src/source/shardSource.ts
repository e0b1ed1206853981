import { UnreadableSourceError } from '../errors.ts'
import { isA } from './isA.ts'
import { isNode } from './isNode.ts'
import type { CheckpointSource } from './openSource.ts'

/** Gives the source of a file that an index.json names. */
export type ResolveShard = (name: string) => CheckpointSource | Promise<CheckpointSource>

/**
 * Finds the files beside an index: in its folder, or below its URL. If the index is a Request, they are requested with its
 * headers.
 * @throws UnreadableSourceError for sources without a location: bytes, a Blob
 */
export function shardBeside(index: CheckpointSource, name: string, file: string): CheckpointSource {
  if (isA(index, 'Request')) return new Request(new URL(name, index.url), index)
  if (isA(index, 'URL')) return new URL(name, index)
  const place = isA(index, 'Response') ? index.url : index
  if (typeof place !== 'string' || place === '' || /^(blob|data):/i.test(place)) {
    throw new UnreadableSourceError(
      `names the file ${name}, and has no folder itself: pass { resolve: (name) => source }`,
      { file },
    )
  }
  if (/^(https?|file):/i.test(place)) return new URL(name, place)
  const folder = place.slice(0, Math.max(place.lastIndexOf('/'), isNode() ? place.lastIndexOf('\\') : -1) + 1)
  return folder + name
}
