import { type CheckpointLocation, CorruptCheckpointError, quote } from '../errors.ts'
import type { Limits } from '../limits.ts'
import type { Pickle } from '../pickle/pickleMachine.ts'
import { describe, isRecord, type PicklePersistent } from '../pickle/values.ts'
import { type FileDType, itemSize } from '../tensor/fileDtype.ts'
import { type StorageContent, StorageSpec, StorageWindow, type TensorSpec } from '../tensor/tensorSpec.ts'
import { storageDtype } from './allowList.ts'

/** A pickle, and what is stored beside it. */
export interface PickledObject {
  readonly pickle: Pickle
  /** The file, and the record of the pickle. */
  readonly at: CheckpointLocation
  readonly limits: Limits
  readonly metadata: ReadonlyMap<string, string>
  /**
   * What a persistent id names; null for the class of a module, which old files name like this.
   * @throws CorruptCheckpointError if there is nothing of that name
   */
  persistent(record: PicklePersistent): StorageSpec | TensorSpec | null
  /**
   * Storages inside the pickle, by the offset of the call that reads them. They come from `readEmbedded`, and from NumPy's arrays
   * when these are first met, so that an array is one storage however often the pickle is walked through.
   */
  readonly embedded: Map<number, StorageSpec>
}

/** The common content of all containers of PyTorch checkpoints. */
export interface TorchCheckpoint extends PickledObject {
  readonly format: 'zip' | 'legacy' | 'tar' | 'pickle'
}

/** The parts of a storage's persistent id. */
export interface StorageId {
  readonly key: string
  readonly dtype: FileDType | 'untyped'
  readonly numel: number
  readonly byteLength: number
  readonly location: string
  /** In legacy files: a part of the storage, with a key of its own. */
  readonly view: { readonly start: number; readonly numel: number } | null
}

/**
 * Reads `("storage", class, key, location, numel)`, in legacy files followed by the view or None; an untyped storage
 * counts its bytes.
 * @throws CorruptCheckpointError if the id is anything else
 */
export function storageId(record: PicklePersistent, at: CheckpointLocation, parts: 5 | 6): StorageId {
  const fail = (what: string): CorruptCheckpointError =>
    new CorruptCheckpointError(what, { ...at, offset: record.offset })
  const { id } = record
  if (!isRecord(id) || id.kind !== 'tuple') throw fail(`expected the id of a storage, got ${describe(id)}`)
  const [tag, storageClass = null, key, location, numel = null, view = null] = id.items
  if (tag !== 'storage')
    throw fail(`expected the id of a storage, got ${typeof tag === 'string' ? quote(tag) : 'other'}`)
  if (id.items.length !== parts)
    throw fail(`expected ${parts} parts in the id of a storage, got ${id.items.length}`)
  const dtype = isRecord(storageClass) && storageClass.kind === 'global' ? storageDtype(storageClass) : null
  if (dtype === null) throw fail(`expected a class of storages, got ${describe(storageClass)}`)
  if (typeof key !== 'string' || typeof location !== 'string')
    throw fail('expected key and location to be text')
  if (!isCount(numel)) {
    throw fail(
      `expected the size of storage ${quote(key)} to be a count, got ${typeof numel === 'number' ? numel : describe(numel)}`,
    )
  }
  const byteLength = numel * itemSize(dtype)
  if (view === null) return { key, dtype, numel, byteLength, location, view }
  const [viewKey, start = null, viewNumel = null] = isRecord(view) && view.kind === 'tuple' ? view.items : []
  if (typeof viewKey !== 'string' || !isCount(start) || !isCount(viewNumel)) {
    throw fail(`expected key, offset and size of a view of storage ${quote(key)}, got ${describe(view)}`)
  }
  return { key, dtype, numel, byteLength, location, view: { start, numel: viewNumel } }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** Finds the storages that persistent ids name: one for each key. */
export class StorageTable {
  readonly #at: CheckpointLocation
  readonly #parts: 5 | 6
  readonly #held: (key: string) => number | null
  readonly #content: (key: string, byteLength: number) => StorageContent
  readonly #byKey = new Map<string, StorageSpec>()

  /**
   * @param parts of an id: 6 in legacy files
   * @param held bytes of the storage called `key`; null if there is none
   */
  constructor(
    at: CheckpointLocation,
    parts: 5 | 6,
    held: (key: string) => number | null,
    content: (key: string, byteLength: number) => StorageContent,
  ) {
    this.#at = at
    this.#parts = parts
    this.#held = held
    this.#content = content
  }

  /** @throws CorruptCheckpointError if the id is invalid, or does not agree with the storage's true size */
  storage(record: PicklePersistent): StorageSpec {
    const id = storageId(record, this.#at, this.#parts)
    const fail = (what: string): CorruptCheckpointError =>
      new CorruptCheckpointError(what, { ...this.#at, offset: record.offset })
    const storage = this.#whole(id, fail)
    if (id.view === null) return storage
    try {
      return new StorageWindow(storage, id.view.start, id.view.numel)
    } catch (error) {
      throw error instanceof RangeError ? fail(error.message) : error
    }
  }

  #whole({ key, dtype, numel, byteLength, location }: StorageId, fail: (what: string) => Error): StorageSpec {
    const known = this.#byKey.get(key)
    if (known !== undefined) {
      if (known.dtype === dtype && known.byteLength === byteLength) return known
      throw fail(
        `storage ${quote(key)} is ${byteLength} bytes of ${dtype}, but was ${known.byteLength} bytes of ${known.dtype}`,
      )
    }
    const held = this.#held(key)
    if (held === null) throw fail(`storage ${quote(key)} is not in the file`)
    if (held !== byteLength) {
      throw fail(
        `storage ${quote(key)} should be ${numel} of ${dtype}, ${byteLength} bytes; its record has ${held}`,
      )
    }
    const content = this.#content(key, byteLength)
    const storage = new StorageSpec({ key, dtype, byteLength, location, content })
    this.#byKey.set(key, storage)
    return storage
  }
}
