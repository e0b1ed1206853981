import { CorruptCheckpointError } from '../errors.ts'
import { NamedTensors, OneTensor } from '../namedTensors.ts'
import type { Reader } from '../reader.ts'
import type { Bytes, Source } from '../source/source.ts'
import type { TensorSpec } from '../tensor/tensorSpec.ts'
import type { ZipArchive } from '../zip/zipArchive.ts'
import { type NpyBytes, readNpyHeader } from './npy.ts'

/** What a state dict calls the one tensor of an .npy file. */
const arrayName = 'array'

/** Opens what numpy.save wrote: one tensor, called `array`. */
export async function openNpy(source: Source): Promise<Reader> {
  const file: NpyBytes = {
    name: arrayName,
    source,
    record: null,
    byteLength: source.byteLength,
    head: (end) => source.read(0, end),
    data: (start) => source.read(start, source.byteLength),
  }
  const spec = await readNpyHeader(file)
  return new OneTensor('npy', { file: source.name }, arrayName, spec)
}

/** True for archives of arrays only. */
export function isNpz(archive: ZipArchive): boolean {
  const names = [...archive.entries.keys()]
  return names.length > 0 && names.every((name) => name.endsWith('.npy'))
}

/** Opens what numpy.savez and savez_compressed wrote: a tensor for each record. */
export async function openNpz(archive: ZipArchive): Promise<Reader> {
  const specs = new Map<string, TensorSpec>()
  for (const [record, entry] of archive.entries) {
    const name = record.slice(0, -'.npy'.length)
    if (name === '')
      throw new CorruptCheckpointError('an array has no name', { file: archive.source.name, record })
    const file: NpyBytes = {
      name,
      source: archive.source,
      record,
      byteLength: entry.size,
      head: (end) => archive.readStart(record, end),
      data: async (start) => own(await archive.read(record), start),
    }
    specs.set(name, await readNpyHeader(file))
  }
  return new NamedTensors('npz', { file: archive.source.name }, specs)
}

function own(bytes: Bytes, start: number): Bytes {
  return bytes.subarray(start)
}
