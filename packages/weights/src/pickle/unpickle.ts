import type { CheckpointLocation } from '../errors.ts'
import { limits as defaultLimits, type Limits } from '../limits.ts'
import type { Bytes, Source } from '../source/source.ts'
import { type Pickle, PickleMachine } from './pickleMachine.ts'
import { PickleReader } from './pickleReader.ts'

/**
 * Runs the pickle that `bytes` start with (protocols 0 to 5) and gives what it describes as inert records.
 *
 * It works like Python's pickle machine, but looks up no name and calls nothing. Time and memory grow with the pickle's length
 * only: shared values (DUP, memo) stay shared, and nothing recurses.
 * @throws CorruptCheckpointError; UnsafePickleError for opcodes that no PyTorch file needs
 */
export function unpickle(bytes: Bytes, at: CheckpointLocation, limits: Limits = defaultLimits): Pickle {
  return new PickleMachine(new PickleReader(bytes, 0, at, limits), bytes.length, limits).run()
}

/** How many bytes of a stream are tried first. Most pickles end within them. */
const firstBytes = 65_536

/**
 * Runs the pickle that starts at `start` of a source and ends somewhere before `end`. Offsets count from `origin`. Little more
 * than the pickle is read.
 * @throws as {@link unpickle}, UnreadableSourceError
 */
export async function unpickleAt(
  source: Source,
  start: number,
  end: number,
  at: CheckpointLocation,
  origin = 0,
): Promise<Pickle> {
  const { limits } = source
  const available = Math.min(end - start, limits.pickleBytes)
  for (let length = firstBytes; ; ) {
    const bytes = await source.read(start, start + Math.min(length, available))
    const reader = new PickleReader(bytes, start - origin, at, limits)
    try {
      return new PickleMachine(reader, bytes.length, limits).run()
    } catch (error) {
      if (reader.needed <= bytes.length || reader.needed > available) throw error
      // Growing by four costs a third more than if the length were known.
      length = Math.max(4 * length, reader.needed)
    }
  }
}
