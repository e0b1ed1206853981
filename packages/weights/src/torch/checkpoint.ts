import { type CheckpointLocation, CorruptCheckpointError, quote } from '../errors.ts'
import type { Pickle } from '../pickle/unpickle.ts'
import { describe, isRecord, type PicklePersistent } from '../pickle/values.ts'
import type { Bytes } from '../source/source.ts'
import { storageDtype } from './allowList.ts'
import { itemSize } from './fileDtype.ts'
import { StorageSpec } from './tensorSpec.ts'

/** What every container of a PyTorch checkpoint comes down to: a pickle, and storages beside it. */
export interface TorchCheckpoint {
  readonly pickle: Pickle
  /** The file, and the record of the pickle. */
  readonly at: CheckpointLocation
  /** Bytes of the storage called `key`; null if there is none. */
  storageBytes(key: string): number | null
  /** Reads a storage, in the file's byte order. Memory that fills its whole buffer may be kept. */
  readStorage(storage: StorageSpec): Promise<Bytes>
  /** Where errors about a storage's content point at. */
  locate(storage: StorageSpec): CheckpointLocation
  readonly bigEndian: boolean
}

/** Finds the storages that persistent ids name: one for each key. */
export class StorageTable {
  readonly checkpoint: TorchCheckpoint
  readonly #byKey = new Map<string, StorageSpec>()

  constructor(checkpoint: TorchCheckpoint) {
    this.checkpoint = checkpoint
  }

  /**
   * The storage of `("storage", class, key, location, numel)`; an untyped one counts its bytes.
   * @throws CorruptCheckpointError if the id is anything else, or does not agree with the storage's true size
   */
  storage(record: PicklePersistent): StorageSpec {
    const fail = (what: string): CorruptCheckpointError =>
      new CorruptCheckpointError(what, { ...this.checkpoint.at, offset: record.offset })
    const { id } = record
    if (!isRecord(id) || id.kind !== 'tuple') throw fail(`expected the id of a storage, got ${describe(id)}`)
    const [tag, storageClass = null, key, location, numel = null] = id.items
    if (tag !== 'storage')
      throw fail(`expected the id of a storage, got ${typeof tag === 'string' ? quote(tag) : 'other'}`)
    if (id.items.length !== 5) throw fail(`expected 5 parts in the id of a storage, got ${id.items.length}`)
    const dtype = isRecord(storageClass) && storageClass.kind === 'global' ? storageDtype(storageClass) : null
    if (dtype === null) throw fail(`expected a class of storages, got ${describe(storageClass)}`)
    if (typeof key !== 'string' || typeof location !== 'string')
      throw fail('expected key and location to be text')
    if (typeof numel !== 'number' || !Number.isSafeInteger(numel) || numel < 0) {
      throw fail(
        `expected the size of storage ${quote(key)} to be a count, got ${typeof numel === 'number' ? numel : describe(numel)}`,
      )
    }
    const byteLength = numel * (dtype === 'untyped' ? 1 : itemSize(dtype))
    const known = this.#byKey.get(key)
    if (known !== undefined) {
      if (known.dtype === dtype && known.byteLength === byteLength) return known
      throw fail(
        `storage ${quote(key)} is ${byteLength} bytes of ${dtype}, but was ${known.byteLength} bytes of ${known.dtype}`,
      )
    }
    const held = this.checkpoint.storageBytes(key)
    if (held === null) throw fail(`storage ${quote(key)} is not in the file`)
    if (held !== byteLength) {
      throw fail(
        `storage ${quote(key)} should be ${numel} of ${dtype}, ${byteLength} bytes; its record has ${held}`,
      )
    }
    const storage = new StorageSpec(key, dtype, byteLength, location)
    this.#byKey.set(key, storage)
    return storage
  }
}
