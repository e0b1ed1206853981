import { CorruptCheckpointError, quote } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { NamedTensors } from '../namedTensors.ts'
import type { Reader } from '../reader.ts'
import type { Source } from '../source/source.ts'
import { dtypeOfSafetensors, type FileDType, itemSize } from '../tensor/fileDtype.ts'
import { type StorageContent, StorageSpec, TensorSpec } from '../tensor/tensorSpec.ts'
import { strictUtf8 } from '../utf8.ts'
import { HeaderReader } from './headerReader.ts'

/** One tensor of the header. Its bytes stand at `start` to `end` of the file. */
interface SafetensorsEntry {
  readonly name: string
  readonly dtype: FileDType
  readonly shape: readonly number[]
  readonly start: number
  readonly end: number
}

interface SafetensorsHeader {
  /** In the header's order. */
  readonly entries: readonly SafetensorsEntry[]
  readonly metadata: ReadonlyMap<string, string>
}

/** Opens a safetensors file: its header only is read. @throws CorruptCheckpointError */
export async function openSafetensors(source: Source): Promise<Reader> {
  const { entries, metadata } = await readHeader(source)
  const specs = new Map<string, TensorSpec>()
  for (const { name, dtype, shape, start, end } of entries) {
    const content: StorageContent = {
      at: { file: source.name, offset: start },
      bigEndian: false,
      limits: source.limits,
      read: () => source.read(start, end),
    }
    const storage = new StorageSpec({ key: name, dtype, byteLength: end - start, content })
    specs.set(name, TensorSpec.whole(storage, dtype, shape))
  }
  addAliases(specs, metadata)
  return new NamedTensors('safetensors', { file: source.name }, specs, { metadata })
}

/**
 * `save_model` writes a tensor with several names once. The metadata maps each other name to the one that was written. Metadata
 * that does not name a tensor of the file is an ordinary note.
 */
function addAliases(specs: Map<string, TensorSpec>, metadata: ReadonlyMap<string, string>): void {
  const aliases = [...metadata].filter(([name]) => name !== 'format' && !specs.has(name))
  for (const [name, spec] of aliases.map(([name, written]) => [name, specs.get(written)] as const)) {
    if (spec !== undefined) specs.set(name, spec)
  }
}

/**
 * Reads the header, and checks that the tensors it names fill the rest of the file without a hole or an overlap.
 * @throws CorruptCheckpointError
 */
async function readHeader(source: Source): Promise<SafetensorsHeader> {
  const { name: file, limits } = source
  const corrupt = (what: string, offset: number): CorruptCheckpointError =>
    new CorruptCheckpointError(what, { file, offset })
  if (source.byteLength < 8) throw corrupt(`safetensors file of ${source.byteLength} bytes`, 0)
  const start = await source.read(0, 8)
  const length = Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true))
  if (length > limits.safetensorsHeaderBytes) {
    throw corrupt(`safetensors header of ${length} bytes, the limit is ${limits.safetensorsHeaderBytes}`, 0)
  }
  const dataStart = 8 + length
  if (dataStart > source.byteLength) {
    throw corrupt(
      `safetensors header of ${length} bytes, the file has ${source.byteLength - 8} after its length`,
      0,
    )
  }
  const header = parseHeader(decode(await source.read(8, dataStart), corrupt), file, dataStart, limits)
  checkLayout(header.entries, dataStart, source.byteLength, corrupt)
  return header
}

type Corrupt = (what: string, offset: number) => CorruptCheckpointError

function decode(bytes: Uint8Array, corrupt: Corrupt): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    throw corrupt('safetensors header is not UTF-8', 8)
  }
}

function parseHeader(text: string, file: string, dataStart: number, limits: Limits): SafetensorsHeader {
  const reader = new HeaderReader(text, { file, offset: 8 })
  const entries: SafetensorsEntry[] = []
  const metadata = new Map<string, string>()
  reader.object((name) => {
    if (name === '__metadata__') reader.object((key) => metadata.set(key, reader.string()))
    else entries.push(parseEntry(reader, name, dataStart, limits))
  })
  reader.end()
  return { entries, metadata }
}

/** `{ "dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24] }` */
function parseEntry(reader: HeaderReader, name: string, dataStart: number, limits: Limits): SafetensorsEntry {
  let dtype: string | null = null
  let shape: number[] | null = null
  let offsets: number[] | null = null
  reader.object((key) => {
    if (key === 'dtype') dtype = reader.string()
    else if (key === 'shape') shape = reader.counts()
    else if (key === 'data_offsets') offsets = reader.counts()
    else throw reader.error(`tensor ${quote(name)} has an unknown field ${quote(key)}`)
  })
  return checkEntry(reader, name, dtype, shape, offsets, dataStart, limits)
}

function checkEntry(
  reader: HeaderReader,
  name: string,
  dtypeName: string | null,
  shape: readonly number[] | null,
  offsets: readonly number[] | null,
  dataStart: number,
  limits: Limits,
): SafetensorsEntry {
  const wrong = (what: string): CorruptCheckpointError => reader.error(`tensor ${quote(name)} ${what}`)
  if (dtypeName === null || shape === null || offsets === null)
    throw wrong('lacks its dtype, shape or data_offsets')
  const dtype = dtypeOfSafetensors(dtypeName)
  if (dtype === null) throw wrong(`has dtype ${quote(dtypeName)}, which the format does not know`)
  if (shape.length > limits.dimensions) {
    throw wrong(`has ${shape.length} dimensions, the limit is ${limits.dimensions}`)
  }
  const [begin, end] = offsets
  if (begin === undefined || end === undefined || offsets.length !== 2 || begin > end) {
    throw wrong(`has data_offsets [${offsets.slice(0, 3).join(', ')}], expected a begin and an end`)
  }
  const bytes = shape.reduce((product, size) => product * size, 1) * itemSize(dtype)
  if (!Number.isSafeInteger(bytes) || bytes !== end - begin) {
    throw wrong(
      `of ${dtypeName}, shape (${shape.join(', ')}), takes ${bytes} bytes; its data_offsets hold ${end - begin}`,
    )
  }
  return { name, dtype, shape, start: dataStart + begin, end: dataStart + end }
}

/** Sorted by offset, each tensor begins where the last one ends; together they fill the file. */
function checkLayout(
  entries: readonly SafetensorsEntry[],
  dataStart: number,
  fileEnd: number,
  corrupt: Corrupt,
): void {
  let end = dataStart
  for (const entry of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (entry.start !== end) {
      const what = entry.start > end ? 'leaves a hole before it' : 'overlaps the tensor before it'
      throw corrupt(`tensor ${quote(entry.name)} ${what}: expected it to start at byte ${end}`, entry.start)
    }
    end = entry.end
  }
  if (end !== fileEnd) {
    throw corrupt(`tensors end at byte ${end}, the file has ${fileEnd} bytes`, Math.min(end, fileEnd))
  }
}
