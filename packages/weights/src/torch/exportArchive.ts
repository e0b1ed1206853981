import { type CheckpointLocation, CorruptCheckpointError, quote, UnsupportedFormatError } from '../errors.ts'
import type { LeftOut } from '../leftOut.ts'
import { NamedTensors } from '../namedTensors.ts'
import type { Reader } from '../reader.ts'
import type { FileDType } from '../tensor/fileDtype.ts'
import { StorageSpec, TensorSpec } from '../tensor/tensorSpec.ts'
import { strictUtf8 } from '../utf8.ts'
import type { ZipArchive } from '../zip/zipArchive.ts'
import { isBigEndian } from './zipCheckpoint.ts'

/** The numbers that torch.export's schema gives dtypes. */
const dtypes: ReadonlyMap<number, FileDType> = new Map<number, FileDType>([
  [1, 'uint8'],
  [2, 'int8'],
  [3, 'int16'],
  [4, 'int32'],
  [5, 'int64'],
  [6, 'float16'],
  [7, 'float32'],
  [8, 'float64'],
  [9, 'complex32'],
  [10, 'complex64'],
  [11, 'complex128'],
  [12, 'bool'],
  [13, 'bfloat16'],
  [28, 'uint16'],
  [29, 'float8_e4m3fn'],
  [30, 'float8_e5m2'],
  [31, 'float8_e4m3fnuz'],
  [32, 'float8_e5m2fnuz'],
  [33, 'float8_e8m0fnu'],
  [34, 'uint32'],
  [35, 'uint64'],
])

/** The schema's number of the layout with strides, which all tensors but sparse ones have. */
const strided = 7

/** The folder in an archive of torch.export.save, since PyTorch 2.8; null for other archives. */
export function exportRoot(archive: ZipArchive): string | null {
  for (const name of archive.entries.keys()) {
    const root = /^([^/]+)\/archive_format$/.exec(name)?.[1]
    if (root !== undefined) return root
  }
  return null
}

/**
 * Opens what torch.export.save wrote: a program, which is not read, a record for each weight, and a JSON record that names and
 * describes the weights. If there are several models, each name starts with that of its model.
 * @throws CorruptCheckpointError; UnsupportedFormatError for archives without weights
 */
export async function openExportArchive(archive: ZipArchive, root: string): Promise<Reader> {
  const at = { file: archive.source.name }
  const models = modelsIn(archive, `${root}/data/weights/`, '_weights_config.json')
  if (models.length === 0) {
    throw new UnsupportedFormatError(
      'is a torch.export archive without weights by name: compiled code, or of a version that is not known; ' +
        'save program.state_dict with torch.save',
      at,
    )
  }
  const bigEndian = await isBigEndian(archive, root)
  const weights = new Payload(archive, `${root}/data/weights/`, bigEndian)
  const constants = new Payload(archive, `${root}/data/constants/`, bigEndian)
  for (const model of models) {
    const prefix = models.length > 1 ? `${model}.` : ''
    await weights.add(`${model}_weights_config.json`, prefix)
    await constants.add(`${model}_constants_config.json`, `<constants>.${prefix}`)
  }
  return new NamedTensors('torch-export', at, weights.specs, {
    leftOut: weights.leftOut,
    others: constants.specs,
    metadata: new Map([['byteorder', bigEndian ? 'big' : 'little']]),
  })
}

/** The record with the weights in torch.save's format, as before PyTorch 2.9; null if there is none, or several. */
export function exportedStateDict(archive: ZipArchive, root: string): string | null {
  const folder = `${root}/data/weights/`
  const [model, ...more] = modelsIn(archive, folder, '.pt')
  return model === undefined || more.length > 0 ? null : `${folder}${model}.pt`
}

/** The part of a record's name between a folder and an ending. */
function modelsIn({ entries }: ZipArchive, folder: string, ending: string): string[] {
  const records = [...entries.keys()].filter((name) => name.startsWith(folder) && name.endsWith(ending))
  return records.map((name) => name.slice(folder.length, -ending.length))
}

/** The tensors of a folder. */
class Payload {
  readonly specs = new Map<string, TensorSpec>()
  readonly leftOut: LeftOut[] = []
  readonly #archive: ZipArchive
  readonly #folder: string
  readonly #bigEndian: boolean
  /** Storages by record. Tensors that share a record share its memory. */
  readonly #storages = new Map<string, StorageSpec>()

  constructor(archive: ZipArchive, folder: string, bigEndian: boolean) {
    this.#archive = archive
    this.#folder = folder
    this.#bigEndian = bigEndian
  }

  /** Reads `{ "config": { name: { path_name, use_pickle, tensor_meta }, ... } }`, if there is such a record. */
  async add(config: string, prefix: string): Promise<void> {
    const record = this.#folder + config
    const size = this.#archive.entries.get(record)?.size
    if (size === undefined) return
    const at = { file: this.#archive.source.name, record }
    const { limits } = this.#archive.source
    if (size > limits.indexBytes) {
      throw new CorruptCheckpointError(`list of ${size} bytes, the limit is ${limits.indexBytes}`, at)
    }
    const reader = new Fields(await this.#archive.read(record), at)
    for (const [name, entry] of Object.entries(reader.object(reader.root, 'config'))) {
      const meta = reader.optional(entry, 'tensor_meta')
      if (reader.optional(entry, 'use_pickle') === true || meta === null) {
        const [what, why] = ['a tensor that is pickled by itself', 'save program.state_dict with torch.save']
        this.leftOut.push({ name: prefix + name, what, why })
      } else if (reader.count(meta, 'layout') !== strided) {
        this.leftOut.push({ name: prefix + name, what: 'a sparse tensor', why: 'save tensor.to_dense()' })
      } else {
        this.specs.set(prefix + name, this.#spec(reader, reader.text(entry, 'path_name'), meta))
      }
    }
  }

  #spec(reader: Fields, path: string, meta: unknown): TensorSpec {
    const number = reader.count(meta, 'dtype')
    const dtype = dtypes.get(number)
    if (dtype === undefined) throw reader.corrupt(`dtype ${number} is unknown`)
    const view = {
      storage: this.#storage(reader, path, dtype),
      dtype,
      offset: reader.symbol(reader.value(meta, 'storage_offset')),
      shape: reader.symbols(meta, 'sizes'),
      strides: reader.symbols(meta, 'strides'),
      requiresGrad: reader.optional(meta, 'requires_grad') === true,
    }
    try {
      return new TensorSpec(view)
    } catch (error) {
      throw error instanceof RangeError ? reader.corrupt(error.message) : error
    }
  }

  #storage(reader: Fields, path: string, dtype: FileDType): StorageSpec {
    const known = this.#storages.get(path)
    if (known !== undefined) {
      if (known.dtype === dtype) return known
      throw reader.corrupt(`record ${quote(path)} is of ${dtype}, but was of ${known.dtype}`)
    }
    const record = this.#folder + path
    const entry = this.#archive.entries.get(record)
    if (entry === undefined) throw reader.corrupt(`there is no record ${quote(path)}`)
    const content = {
      at: { file: this.#archive.source.name, record },
      bigEndian: this.#bigEndian,
      limits: this.#archive.source.limits,
      read: () => this.#archive.read(record),
    }
    const storage = new StorageSpec({ key: path, dtype, byteLength: entry.size, content })
    this.#storages.set(path, storage)
    return storage
  }
}

/** Reads fields of JSON that may be anything. */
class Fields {
  readonly root: unknown
  readonly #at: CheckpointLocation

  constructor(bytes: Uint8Array, at: CheckpointLocation) {
    this.#at = at
    try {
      this.root = JSON.parse(strictUtf8.decode(bytes))
    } catch (error) {
      throw new CorruptCheckpointError('is no JSON', at, { cause: error })
    }
  }

  corrupt(what: string): CorruptCheckpointError {
    return new CorruptCheckpointError(what, this.#at)
  }

  value(of: unknown, key: string): unknown {
    const found = this.optional(of, key)
    if (found === null) throw this.corrupt(`expected a field ${key}`)
    return found
  }

  /** Null if it is missing or null. */
  optional(of: unknown, key: string): unknown {
    if (typeof of !== 'object' || of === null) throw this.corrupt(`expected an object with a field ${key}`)
    return Object.entries(of).find(([name]) => name === key)?.[1] ?? null
  }

  object(of: unknown, key: string): object {
    const found = this.value(of, key)
    if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found
    throw this.corrupt(`expected ${key} to be an object`)
  }

  text(of: unknown, key: string): string {
    const found = this.value(of, key)
    if (typeof found === 'string') return found
    throw this.corrupt(`expected ${key} to be text`)
  }

  count(of: unknown, key: string): number {
    return this.#checked(this.value(of, key))
  }

  /** `{ "as_int": 3 }`: a size. In other places of the program sizes may depend on inputs. */
  symbol(of: unknown): number {
    return this.count(of, 'as_int')
  }

  symbols(of: unknown, key: string): number[] {
    const found = this.value(of, key)
    if (Array.isArray(found)) return found.map((one) => this.symbol(one))
    throw this.corrupt(`expected ${key} to be a list`)
  }

  #checked(value: unknown): number {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
    throw this.corrupt(`expected a count from 0 to 2^53 - 1, got ${quote(String(JSON.stringify(value)))}`)
  }
}
