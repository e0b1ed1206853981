import type { CheckpointLocation } from '../errors.ts'
import { limits as defaultLimits, type Limits } from '../limits.ts'
import type { Bytes, Source } from '../source/source.ts'
import { type Pickle, PickleMachine } from './pickleMachine.ts'
import { PickleReader } from './pickleReader.ts'

/**
 * Runs the pickle that `bytes` start with (protocols 0 to 5) and gives what it describes as inert records.
 *
 * The machine of Python's pickle without its hands: no name is looked up, nothing is called. Time and memory grow
 * with the pickle's length only: sharing (DUP, memo) stays sharing, and nothing recurses.
 * @throws CorruptCheckpointError; UnsafePickleError for the opcodes that no PyTorch file has a use for
 */
export function unpickle(bytes: Bytes, at: CheckpointLocation, limits: Limits = defaultLimits): Pickle {
  return new PickleMachine(new PickleReader(bytes, 0, at, limits), bytes.length, limits).run()
}

/** Bytes of a stream that are tried first: most pickles end within them. */
const firstBytes = 65_536

/**
 * Runs the pickle that starts at `start` of a source and may end anywhere before `end`; its offsets count from `origin`.
 * Reads about as far as it goes.
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
      // Four times as much costs a third more than knowing the length.
      length = Math.max(4 * length, reader.needed)
    }
  }
}
