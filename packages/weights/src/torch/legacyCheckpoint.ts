import { CorruptCheckpointError, quote, UnsupportedFormatError } from '../errors.ts'
import type { Pickle } from '../pickle/pickleMachine.ts'
import { unpickleAt } from '../pickle/unpickle.ts'
import { classOf, describe, isRecord, type PickleValue } from '../pickle/values.ts'
import type { Source } from '../source/source.ts'
import { itemSize } from '../tensor/fileDtype.ts'
import type { StorageContent } from '../tensor/tensorSpec.ts'
import { StorageTable, storageId, type TorchCheckpoint } from './checkpoint.ts'

/** The first pickle of a legacy stream holds this magic number: 0x1950a86a20f9469cfc6c. */
const magic = 0x1950a86a20f9469cfc6cn
const protocol = 1001

/**
 * Opens a stream as torch.save wrote it before 1.6, and still does if asked to: pickles of the magic number, the
 * protocol, facts about the machine, the object and the list of storage keys; then for each key an int64 count and
 * the storage's bytes, little-endian whatever the machine. Of these only the counts are read.
 * @throws CorruptCheckpointError, UnsafePickleError, UnsupportedFormatError
 */
export async function openLegacyCheckpoint(source: Source): Promise<TorchCheckpoint> {
  const at = { file: source.name }
  const next = (start: number): Promise<Pickle> => unpickleAt(source, start, source.byteLength, at)
  const fail = (what: string, offset: number): CorruptCheckpointError =>
    new CorruptCheckpointError(what, { ...at, offset })

  const first = await next(0)
  if (first.value !== magic) throw fail(`expected the magic number, got ${wordOf(first.value)}`, 0)
  const second = await next(first.end)
  if (second.value !== protocol) {
    throw new UnsupportedFormatError(`expected legacy protocol ${protocol}, got ${wordOf(second.value)}`, {
      ...at,
      offset: first.end,
    })
  }
  const machine = await next(second.end)
  const pickle = await next(machine.end)
  const keys = await next(pickle.end)
  const places = await locateStorages(source, pickle, keysOf(keys.value, fail, pickle.end), keys.end)

  const table = new StorageTable(
    at,
    6,
    (key) => places.get(key)?.byteLength ?? null,
    (key, byteLength): StorageContent => {
      const start = places.get(key)?.start ?? 0
      return {
        at: { ...at, offset: start },
        bigEndian: false,
        limits: source.limits,
        read: () => source.read(start, start + byteLength),
      }
    },
  )
  return {
    format: 'legacy',
    pickle,
    at,
    limits: source.limits,
    metadata: new Map([['protocol_version', String(protocol)]]),
    embedded: new Map(),
    persistent: (record) => (classOf(record) === null ? table.storage(record) : null),
  }
}

function keysOf(
  value: PickleValue,
  fail: (what: string, offset: number) => Error,
  offset: number,
): readonly string[] {
  const items = isRecord(value) && value.kind === 'list' ? value.items : null
  const keys = items?.filter((key) => typeof key === 'string')
  if (!items || keys?.length !== items.length) {
    throw fail(`expected the list of storage keys, got ${describe(value)}`, offset)
  }
  return keys
}

interface Place {
  readonly start: number
  readonly byteLength: number
}

/** Walks from count to count. Only the pickle tells how many bytes each element has. */
async function locateStorages(
  source: Source,
  pickle: Pickle,
  keys: readonly string[],
  start: number,
): Promise<Map<string, Place>> {
  const at = { file: source.name }
  const fail = (what: string, offset: number): CorruptCheckpointError =>
    new CorruptCheckpointError(what, { ...at, offset })
  const ids = new Map(
    pickle.persistents
      .filter((record) => classOf(record) === null)
      .map((record) => {
        const id = storageId(record, at, 6)
        return [id.key, id] as const
      }),
  )
  const places = new Map<string, Place>()
  let offset = start
  for (const key of keys) {
    const id = ids.get(key)
    if (id === undefined) throw fail(`storage ${quote(key)} is listed, but the object has none of it`, offset)
    if (places.has(key)) throw fail(`storage ${quote(key)} is listed twice`, offset)
    if (offset + 8 > source.byteLength) {
      throw fail(
        `expected the size of storage ${quote(key)}, the file ends after ${source.byteLength} bytes`,
        offset,
      )
    }
    const head = await source.read(offset, offset + 8)
    const numel = new DataView(head.buffer, head.byteOffset).getBigInt64(0, true)
    if (numel !== BigInt(id.numel)) {
      throw fail(`storage ${quote(key)} should be ${id.numel} of ${id.dtype}; it says ${numel}`, offset)
    }
    const byteLength = id.numel * itemSize(id.dtype)
    offset += 8
    if (offset + byteLength > source.byteLength) {
      throw fail(
        `storage ${quote(key)} has ${byteLength} bytes, the file ends after ${source.byteLength - offset} of them`,
        offset,
      )
    }
    places.set(key, { start: offset, byteLength })
    offset += byteLength
  }
  if (offset !== source.byteLength) {
    throw fail(`${source.byteLength - offset} bytes follow the last storage`, offset)
  }
  return places
}

function wordOf(value: PickleValue): string {
  return typeof value === 'number' || typeof value === 'bigint' ? `${value}` : describe(value)
}
