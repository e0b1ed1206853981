import { CorruptCheckpointError } from '../errors.ts'
import { unpickleAt } from '../pickle/unpickle.ts'
import { classOf } from '../pickle/values.ts'
import type { Source } from '../source/source.ts'
import type { TorchCheckpoint } from './checkpoint.ts'

/**
 * Opens what `pickle.dump` wrote: one pickle that includes the numbers of its tensors and arrays.
 * @throws CorruptCheckpointError, UnsafePickleError
 */
export async function openBarePickle(source: Source): Promise<TorchCheckpoint> {
  const at = { file: source.name }
  const { limits } = source
  if (source.byteLength > limits.pickleBytes) {
    throw new CorruptCheckpointError(
      `pickle of ${source.byteLength} bytes, the limit is ${limits.pickleBytes}`,
      at,
    )
  }
  const pickle = await unpickleAt(source, 0, source.byteLength, at)
  if (pickle.end !== source.byteLength) {
    throw new CorruptCheckpointError(`${source.byteLength - pickle.end} bytes follow the pickle`, {
      ...at,
      offset: pickle.end,
    })
  }
  return {
    format: 'pickle',
    pickle,
    at,
    limits,
    metadata: new Map(),
    embedded: new Map(),
    persistent(record) {
      if (classOf(record) !== null) return null
      throw new CorruptCheckpointError('refers to a storage outside, which a bare pickle has not', {
        ...at,
        offset: record.offset,
      })
    },
  }
}
