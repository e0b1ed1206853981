import { type DType, type Tensor, tensor } from '@unroll/tensor'
import { CorruptCheckpointError, quote, UnsupportedFormatError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Source } from '../source/source.ts'
import { typedMemory } from '../typedMemory.ts'
import { HeaderReader } from './headerReader.ts'

/** The format's dtypes: name, bits of an element, and the dtype tensors have for it. */
const rows: readonly (readonly [name: string, bits: number, dtype: DType | null])[] = [
  ['F32', 32, 'float32'],
  ['F64', 64, 'float64'],
  ['F16', 16, 'float16'],
  ['BF16', 16, 'bfloat16'],
  ['I64', 64, 'int64'],
  ['I32', 32, 'int32'],
  ['I16', 16, 'int16'],
  ['I8', 8, 'int8'],
  ['U8', 8, 'uint8'],
  ['BOOL', 8, 'bool'],
  ['U16', 16, null],
  ['U32', 32, null],
  ['U64', 64, null],
  ['C64', 64, null],
  ['F8_E5M2', 8, null],
  ['F8_E4M3', 8, null],
  ['F8_E8M0', 8, null],
  ['F8_E4M3FNUZ', 8, null],
  ['F8_E5M2FNUZ', 8, null],
  ['F6_E2M3', 6, null],
  ['F6_E3M2', 6, null],
  ['F4', 4, null],
]

const dtypes: ReadonlyMap<string, { readonly bits: number; readonly dtype: DType | null }> = new Map(
  rows.map(([name, bits, dtype]) => [name, { bits, dtype }]),
)

/** One tensor of the header. Its bytes stand at `start` to `end` of the file. */
interface SafetensorsEntry {
  readonly name: string
  /** As the format calls it: `F32`. */
  readonly dtype: string
  readonly shape: readonly number[]
  readonly start: number
  readonly end: number
}

interface SafetensorsHeader {
  /** In the header's order. */
  readonly entries: readonly SafetensorsEntry[]
  readonly metadata: ReadonlyMap<string, string>
}

/** Every tensor of a safetensors file, by name, in the header's order. */
export async function loadSafetensors(source: Source): Promise<Map<string, Tensor>> {
  const { entries } = await readHeader(source)
  const supported = entries.map((entry) => ({ entry, dtype: dtypes.get(entry.dtype)?.dtype ?? null }))
  for (const { entry, dtype } of supported) {
    if (dtype !== null) continue
    throw new UnsupportedFormatError(
      `tensor ${quote(entry.name)} is of ${entry.dtype}, which tensors cannot have`,
      {
        file: source.name,
        offset: entry.start,
      },
    )
  }
  const tensors = new Map<string, Tensor>()
  for (const { entry, dtype } of supported) {
    if (dtype === null) continue
    const bytes = await source.read(entry.start, entry.end)
    const data = typedMemory(bytes, dtype, false, { file: source.name, offset: entry.start })
    tensors.set(entry.name, tensor(data, { dtype, shape: entry.shape }))
  }
  return tensors
}

/**
 * Reads the header, and checks that the tensors it names fill the rest of the file without a hole or an overlap.
 * @throws CorruptCheckpointError
 */
async function readHeader(source: Source): Promise<SafetensorsHeader> {
  const file = source.name
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
  const header = parseHeader(decode(await source.read(8, dataStart), corrupt), file, dataStart)
  checkLayout(header.entries, dataStart, source.byteLength, corrupt)
  return header
}

type Corrupt = (what: string, offset: number) => CorruptCheckpointError

function decode(bytes: Uint8Array, corrupt: Corrupt): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw corrupt('safetensors header is not UTF-8', 8)
  }
}

function parseHeader(text: string, file: string, dataStart: number): SafetensorsHeader {
  const reader = new HeaderReader(text, { file, offset: 8 })
  const entries: SafetensorsEntry[] = []
  const metadata = new Map<string, string>()
  reader.object((name) => {
    if (name === '__metadata__') reader.object((key) => metadata.set(key, reader.string()))
    else entries.push(parseEntry(reader, name, dataStart))
  })
  reader.end()
  return { entries, metadata }
}

/** `{ "dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24] }` */
function parseEntry(reader: HeaderReader, name: string, dataStart: number): SafetensorsEntry {
  let dtype: string | null = null
  let shape: number[] | null = null
  let offsets: number[] | null = null
  reader.object((key) => {
    if (key === 'dtype') dtype = reader.string()
    else if (key === 'shape') shape = reader.counts()
    else if (key === 'data_offsets') offsets = reader.counts()
    else throw reader.error(`tensor ${quote(name)} has an unknown field ${quote(key)}`)
  })
  return checkEntry(reader, name, dtype, shape, offsets, dataStart)
}

function checkEntry(
  reader: HeaderReader,
  name: string,
  dtype: string | null,
  shape: readonly number[] | null,
  offsets: readonly number[] | null,
  dataStart: number,
): SafetensorsEntry {
  const wrong = (what: string): CorruptCheckpointError => reader.error(`tensor ${quote(name)} ${what}`)
  if (dtype === null || shape === null || offsets === null)
    throw wrong('lacks its dtype, shape or data_offsets')
  const bits = dtypes.get(dtype)?.bits
  if (bits === undefined) throw wrong(`has dtype ${quote(dtype)}, which the format does not know`)
  if (shape.length > limits.dimensions) {
    throw wrong(`has ${shape.length} dimensions, the limit is ${limits.dimensions}`)
  }
  const [begin, end] = offsets
  if (begin === undefined || end === undefined || offsets.length !== 2 || begin > end) {
    throw wrong(`has data_offsets [${offsets.slice(0, 3).join(', ')}], expected a begin and an end`)
  }
  const bytes = (shape.reduce((product, size) => product * size, 1) * bits) / 8
  if (!Number.isSafeInteger(bytes) || bytes !== end - begin) {
    throw wrong(
      `of ${dtype}, shape (${shape.join(', ')}), takes ${bytes} bytes; its data_offsets hold ${end - begin}`,
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
