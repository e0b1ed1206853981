import { CorruptCheckpointError, UnsafePickleError } from '../errors.ts'
import type { Pickle } from '../pickle/pickleMachine.ts'
import { globalName, isRecord, type PickleObject, type PickleValue } from '../pickle/values.ts'
import { openBytes } from '../source/memorySource.ts'
import { type Bytes, Source } from '../source/source.ts'
import { StorageSpec } from '../tensor/tensorSpec.ts'
import { storageDtype } from './allowList.ts'
import { openLegacyCheckpoint } from './legacyCheckpoint.ts'

/**
 * Reads the storages inside a pickle, by the offset of the call that would load each. Tensors are pickled like this without
 * torch.save: each storage is the bytes of a legacy stream that holds nothing else.
 * @throws CorruptCheckpointError, UnsafePickleError, UnsupportedFormatError
 */
export async function readEmbedded(source: Source, { loads }: Pickle): Promise<Map<number, StorageSpec>> {
  const storages = new Map<number, StorageSpec>()
  for (const load of loads) storages.set(load.offset, await readStorage(source, load))
  return storages
}

async function readStorage(source: Source, { args, offset }: PickleObject): Promise<StorageSpec> {
  const bytes = bytesOf(args.items[0] ?? null)
  const at = { file: source.name, offset }
  if (bytes === null || args.items.length !== 1) {
    throw new CorruptCheckpointError('expected the bytes of a storage', at)
  }
  const name = `${source.name}, storage at byte ${offset}`
  const stream = await openLegacyCheckpoint(new Source(openBytes(bytes, name), source.context))
  const { value, globals } = stream.pickle
  const stranger = globals.find((global) => storageDtype(global) === null)
  if (stranger !== undefined) {
    throw new UnsafePickleError(`a storage that names ${globalName(stranger)}`, at)
  }
  const storage = isRecord(value) && value.kind === 'persistent' ? stream.persistent(value) : null
  if (storage instanceof StorageSpec) return storage
  throw new CorruptCheckpointError('expected the bytes to hold a storage and nothing else', at)
}

/** Bytes. Protocol 2 writes them as text that is to be encoded in Latin-1. */
function bytesOf(value: PickleValue): Bytes | null {
  if (value instanceof Uint8Array) return value
  if (!isRecord(value) || value.kind !== 'object') return null
  const { callable, args } = value
  const isEncode = isRecord(callable) && callable.kind === 'global' && callable.module === '_codecs'
  const [text, encoding] = args.items
  if (!isEncode || typeof text !== 'string' || encoding !== 'latin1') return null
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0xff) return null
    bytes[i] = code
  }
  return bytes
}
