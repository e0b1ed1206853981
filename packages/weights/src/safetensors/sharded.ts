import { type CheckpointLocation, CorruptCheckpointError, quote } from '../errors.ts'
import type { LeftOut } from '../leftOut.ts'
import type { PickleGlobal } from '../pickle/values.ts'
import type { Contents, Format, Making, Reader, Weights } from '../reader.ts'
import type { Source } from '../source/source.ts'
import type { TensorSpec } from '../tensor/tensorSpec.ts'
import type { Saved } from '../torch/savedValue.ts'
import { strictUtf8 } from '../utf8.ts'
import { HeaderReader } from './headerReader.ts'

/** Gives the file that an index names. */
export type OpenShard = (name: string) => Promise<Source>

/**
 * Opens an `index.json`. Its `weight_map` says which file beside it has each tensor; the files are safetensors or written by
 * torch.save. Only the descriptions of tensors are read. Tensors that the index does not name are left out.
 * @param openFile opens a file that is not an index itself
 * @throws CorruptCheckpointError if a file's name is not a plain relative path
 */
export async function openSharded(
  source: Source,
  openShard: OpenShard,
  openFile: (source: Source) => Promise<Reader>,
): Promise<Reader> {
  const at = { file: source.name, offset: 0 }
  if (source.byteLength > source.limits.indexBytes) {
    throw new CorruptCheckpointError(
      `index of ${source.byteLength} bytes, the limit is ${source.limits.indexBytes}`,
      at,
    )
  }
  const index = readIndex(decode(await source.read(0, source.byteLength), source.name), source.name)
  const shards = new Map<string, Reader>()
  for (const file of index.files.values()) {
    if (!shards.has(file)) shards.set(file, await openFile(await openShard(file)))
  }
  return new ShardedReader(at, index, shards)
}

/** A state dict whose tensors are in several files. */
class ShardedReader implements Reader {
  readonly format: Format
  readonly at: CheckpointLocation
  readonly globals: readonly PickleGlobal[]
  readonly #index: Index
  readonly #shards: ReadonlyMap<string, Reader>

  constructor(at: CheckpointLocation, index: Index, shards: ReadonlyMap<string, Reader>) {
    const isPlain = [...shards.values()].every(({ format }) => format === 'safetensors')
    this.format = isPlain ? 'safetensors-index' : 'torch-index'
    this.at = at
    this.globals = [...shards.values()].flatMap((shard) => shard.globals)
    this.#index = index
    this.#shards = shards
  }

  saved<T>({ tensor }: Making<T>): Saved<T> {
    return new Map(Array.from(this.weights().tensors, ([name, spec]) => [name, tensor(spec)]))
  }

  /** @throws CorruptCheckpointError if a file lacks a tensor that it should have according to the index */
  weights(): Weights {
    const read = new Map(Array.from(this.#shards, ([file, shard]) => [file, shard.weights()]))
    const tensors = new Map<string, TensorSpec>()
    const leftOut: LeftOut[] = []
    for (const [name, file] of this.#index.files) {
      const spec = read.get(file)?.tensors.get(name)
      const left = read.get(file)?.leftOut.find((one) => one.name === name)
      if (spec !== undefined) tensors.set(name, spec)
      else if (left !== undefined) leftOut.push(left)
      else {
        throw new CorruptCheckpointError(
          `tensor ${quote(name)} is not in ${quote(file)}, where the index has it`,
          this.at,
        )
      }
    }
    return { tensors, leftOut }
  }

  contents(): Contents {
    const tensors = new Map<string, TensorSpec>()
    const values = new Map<string, string>()
    for (const shard of this.#shards.values()) {
      const contents = shard.contents()
      for (const [name, spec] of contents.tensors) tensors.set(name, spec)
      for (const [name, text] of contents.values) values.set(name, text)
    }
    return { tensors, values, metadata: this.#index.metadata, globals: this.globals }
  }
}

interface Index {
  readonly files: ReadonlyMap<string, string>
  readonly metadata: ReadonlyMap<string, string>
}

/** `{ "metadata": { "total_size": 123 }, "weight_map": { "tensor": "file" } }` */
function readIndex(text: string, file: string): Index {
  const reader = new HeaderReader(text, { file, offset: 0 }, 'index')
  const files = new Map<string, string>()
  const metadata = new Map<string, string>()
  let found = false
  reader.object((key) => {
    if (key === 'weight_map') {
      found = true
      reader.object((name) => {
        const shard = reader.string()
        checkShardName(reader, shard)
        files.set(name, shard)
      })
    } else if (key === 'metadata') {
      reader.object((name) => metadata.set(name, reader.scalar()))
    } else {
      throw reader.error(`unknown field ${quote(key)}`)
    }
  })
  reader.end()
  if (!found) throw reader.error('no weight_map')
  return { files, metadata }
}

/** Allows only files beside or below the index: no parent folder, no drive, no other server. */
function checkShardName(reader: HeaderReader, name: string): void {
  const parts = name.split('/')
  const plain =
    !/[\\\0:?#%]/.test(name) && parts.every((part) => part !== '' && part !== '.' && part !== '..')
  if (!plain) throw reader.error(`file name ${quote(name)} is not a plain relative path`)
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    throw new CorruptCheckpointError('index is not UTF-8', { file, offset: 0 })
  }
}
