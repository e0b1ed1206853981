import { CorruptCheckpointError, quote } from '../errors.ts'
import { NamedTensors } from '../namedTensors.ts'
import type { Reader } from '../reader.ts'
import type { Source } from '../source/source.ts'
import type { TensorSpec } from '../tensor/tensorSpec.ts'
import { strictUtf8 } from '../utf8.ts'
import { HeaderReader } from './headerReader.ts'
import { openSafetensors } from './safetensors.ts'

/** Gives the file that an index names. */
export type OpenShard = (name: string) => Promise<Source>

/**
 * Opens an `index.json`, whose `weight_map` says for each tensor in which safetensors file beside it it stands. Of
 * these the headers are read. Tensors that the index does not name are left out.
 * @throws CorruptCheckpointError if a file's name is no plain relative path, or it lacks a tensor
 */
export async function openSharded(source: Source, openShard: OpenShard): Promise<Reader> {
  const at = { file: source.name, offset: 0 }
  if (source.byteLength > source.limits.indexBytes) {
    throw new CorruptCheckpointError(
      `index of ${source.byteLength} bytes, the limit is ${source.limits.indexBytes}`,
      at,
    )
  }
  const { files, metadata } = readIndex(
    decode(await source.read(0, source.byteLength), source.name),
    source.name,
  )
  const shards = new Map<string, Map<string, TensorSpec>>()
  const specs = new Map<string, TensorSpec>()
  for (const [name, file] of files) {
    let shard = shards.get(file)
    if (shard === undefined) {
      shard = (await openSafetensors(await openShard(file))).weights()
      shards.set(file, shard)
    }
    const spec = shard.get(name)
    if (spec === undefined) {
      throw new CorruptCheckpointError(
        `tensor ${quote(name)} is not in ${quote(file)}, where the index has it`,
        at,
      )
    }
    specs.set(name, spec)
  }
  return new NamedTensors('safetensors-index', { file: source.name }, specs, metadata)
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

/** Only files beside or below the index: no way up, no drive, no other server. */
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
