import { type CheckpointLocation, CorruptCheckpointError, quote } from '../errors.ts'
import type { Pickle } from '../pickle/pickleMachine.ts'
import { unpickleAt } from '../pickle/unpickle.ts'
import { classOf, describe, isRecord, type PickleValue } from '../pickle/values.ts'
import type { Source } from '../source/source.ts'
import { itemSize } from '../tensor/fileDtype.ts'
import { type StorageContent, StorageSpec, StorageWindow, TensorSpec } from '../tensor/tensorSpec.ts'
import { storageDtype } from './allowList.ts'
import type { TorchCheckpoint } from './checkpoint.ts'
import { readTar, type TarMember } from './tarArchive.ts'

/**
 * Opens a tar archive of PyTorch 0.1: the members `storages` and `tensors` list what `pickle` names by number.
 * Only the lists are read, not the storages' bytes.
 * @throws CorruptCheckpointError, UnsafePickleError
 */
export async function openTarCheckpoint(source: Source): Promise<TorchCheckpoint> {
  const members = await readTar(source)
  const cursor = (name: string): Cursor => {
    const member = members.get(name)
    if (member === undefined) {
      throw new CorruptCheckpointError(`tar archive has no member ${quote(name)}`, { file: source.name })
    }
    return new Cursor(source, name, member)
  }
  const storages = await readStorages(cursor('storages'))
  const tensors = await readTensorTable(cursor('tensors'), storages)
  const object = cursor('pickle')
  const pickle = await object.pickle()
  object.end()
  return {
    format: 'tar',
    pickle,
    at: object.at,
    limits: source.limits,
    metadata: new Map([['protocol_version', '1000']]),
    embedded: new Map(),
    persistent(record) {
      if (classOf(record) !== null) return null
      const key = keyText(record.id)
      const found = key === null ? undefined : (tensors.get(key) ?? storages.get(key))
      if (found !== undefined) return found
      const what = key === null ? describe(record.id) : quote(key)
      throw new CorruptCheckpointError(`expected the number of a tensor or storage, got ${what}`, {
        ...object.at,
        offset: record.offset,
      })
    },
  }
}

/** Reads a member from its start to its end. */
class Cursor {
  readonly source: Source
  readonly at: CheckpointLocation
  readonly #start: number
  readonly #end: number
  /** In the file. */
  offset: number

  constructor(source: Source, record: string, { start, end }: TarMember) {
    this.source = source
    this.at = { file: source.name, record }
    this.#start = start
    this.offset = start
    this.#end = end
  }

  /** Errors count offsets from the start of the member. */
  locate(offset: number): CheckpointLocation {
    return { ...this.at, offset: offset - this.#start }
  }

  corrupt(what: string): CorruptCheckpointError {
    return new CorruptCheckpointError(what, this.locate(this.offset))
  }

  async pickle(): Promise<Pickle> {
    const pickle = await unpickleAt(this.source, this.offset, this.#end, this.at, this.#start)
    this.offset = this.#start + pickle.end
    return pickle
  }

  /** A pickled tuple. */
  async tuple(): Promise<readonly PickleValue[]> {
    const { value } = await this.pickle()
    if (!isRecord(value) || value.kind !== 'tuple')
      throw this.corrupt(`expected a tuple, got ${describe(value)}`)
    return value.items
  }

  /** A pickled count of things that take at least a byte each. */
  async count(): Promise<number> {
    const { value } = await this.pickle()
    if (
      typeof value === 'number' &&
      Number.isInteger(value) &&
      value >= 0 &&
      value <= this.#end - this.offset
    ) {
      return value
    }
    throw this.corrupt(`expected how many follow, got ${typeof value === 'number' ? value : describe(value)}`)
  }

  async int32(): Promise<number> {
    return (await this.#view(4)).getInt32(0, true)
  }

  /** An int64 from 0 to 2^53 - 1. */
  async size(what: string): Promise<number> {
    const value = Number((await this.#view(8)).getBigInt64(0, true))
    if (Number.isSafeInteger(value) && value >= 0) return value
    throw this.corrupt(`expected ${what} from 0 to 2^53 - 1, got ${value}`)
  }

  /** Steps over bytes and gives where they start. */
  skip(length: number): number {
    const start = this.offset
    if (length > this.#end - start) {
      throw this.corrupt(`needs ${length} bytes, the member has ${this.#end - start} left`)
    }
    this.offset += length
    return start
  }

  end(): void {
    if (this.offset !== this.#end) throw this.corrupt(`${this.#end - this.offset} bytes follow`)
  }

  async #view(length: number): Promise<DataView> {
    const start = this.skip(length)
    const bytes = await this.source.read(start, start + length)
    return new DataView(bytes.buffer, bytes.byteOffset)
  }
}

/** A count, for each storage `(key, location, class)`, an int64 size and the data; then the list of views. */
async function readStorages(cursor: Cursor): Promise<Map<string, StorageSpec>> {
  const storages = new Map<string, StorageSpec>()
  const { source } = cursor
  for (let left = await cursor.count(); left > 0; left--) {
    const [id = null, location, storageClass = null] = await cursor.tuple()
    const key = keyText(id)
    const dtype = isRecord(storageClass) && storageClass.kind === 'global' ? storageDtype(storageClass) : null
    if (key === null || typeof location !== 'string' || dtype === null) {
      throw cursor.corrupt('expected key, location and class of a storage')
    }
    if (storages.has(key)) throw cursor.corrupt(`two storages are called ${quote(key)}`)
    const byteLength = (await cursor.size('the size of a storage')) * itemSize(dtype)
    const start = cursor.skip(byteLength)
    const content: StorageContent = {
      at: cursor.locate(start),
      bigEndian: false,
      limits: source.limits,
      read: () => source.read(start, start + byteLength),
    }
    storages.set(key, new StorageSpec({ key, dtype, byteLength, location, content }))
  }
  const { value } = await cursor.pickle()
  if (!isRecord(value) || value.kind !== 'list') {
    throw cursor.corrupt(`expected the list of views, got ${describe(value)}`)
  }
  for (const view of value.items) addView(cursor, storages, view)
  cursor.end()
  return storages
}

/** `(key of the view, key of its storage, offset, size)` */
function addView(cursor: Cursor, storages: Map<string, StorageSpec>, view: PickleValue): void {
  const [id = null, rootId = null, start, numel] = isRecord(view) && view.kind === 'tuple' ? view.items : []
  const [key, root] = [keyText(id), storages.get(keyText(rootId) ?? '')]
  const counts = isCount(start) && isCount(numel)
  if (key === null || root === undefined || !counts) {
    throw cursor.corrupt('expected key, storage, offset and size of a view')
  }
  if (storages.has(key)) throw cursor.corrupt(`two storages are called ${quote(key)}`)
  storages.set(
    key,
    checked(cursor, () => new StorageWindow(root, start, numel)),
  )
}

/** A count, for each tensor `(key, key of its storage, class)`, int32 dimensions, 4 bytes, sizes, strides, offset. */
async function readTensorTable(
  cursor: Cursor,
  storages: ReadonlyMap<string, StorageSpec>,
): Promise<Map<string, TensorSpec>> {
  const tensors = new Map<string, TensorSpec>()
  const { limits } = cursor.source
  for (let left = await cursor.count(); left > 0; left--) {
    const [id = null, storageKey = null] = await cursor.tuple()
    const [key, storage] = [keyText(id), storages.get(keyText(storageKey) ?? '')]
    if (key === null || storage === undefined)
      throw cursor.corrupt('expected keys of a tensor and its storage')
    if (tensors.has(key)) throw cursor.corrupt(`two tensors are called ${quote(key)}`)
    const dimensions = await cursor.int32()
    if (dimensions < 0 || dimensions > limits.dimensions) {
      throw cursor.corrupt(`tensor of ${dimensions} dimensions, the limit is ${limits.dimensions}`)
    }
    cursor.skip(4)
    const sizes = async (what: string): Promise<number[]> => {
      const list: number[] = []
      for (let i = 0; i < dimensions; i++) list.push(await cursor.size(what))
      return list
    }
    const [shape, strides] = [await sizes('a size'), await sizes('a stride')]
    const offset = await cursor.size('an offset')
    const dtype = storage.dtype === 'untyped' ? 'uint8' : storage.dtype
    const view = { storage, dtype, shape, strides, offset, requiresGrad: false }
    tensors.set(
      key,
      checked(cursor, () => new TensorSpec(view)),
    )
  }
  cursor.end()
  return tensors
}

function checked<T>(cursor: Cursor, make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw error instanceof RangeError ? cursor.corrupt(error.message) : error
  }
}

/** Keys are numbers, in the pickle also as text. */
function keyText(value: PickleValue): string | null {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  return typeof value === 'string' ? value : null
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
