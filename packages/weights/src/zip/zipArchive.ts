import { CorruptCheckpointError, quote } from '../errors.ts'
import type { Limits } from '../limits.ts'
import type { Bytes, Source } from '../source/source.ts'
import { lossyUtf8 } from '../utf8.ts'
import { crc32 } from './crc32.ts'
import { flagBits, lengths, readDirectory, signatures, viewOf, type ZipEntry } from './directory.ts'
import { inflate } from './inflate.ts'

/** Up to this size one read and a copy are cheaper than four reads. */
const wholeRecordBytes = 65_536

type Read = (start: number, end: number) => Promise<Bytes>

/**
 * A zip archive read record by record. Opening reads the central directory only; reading a record checks its local
 * header against it, that it fills its place exactly, and its checksum.
 */
export class ZipArchive {
  readonly source: Source
  /** By name; names are unique. In the directory's order. */
  readonly entries: ReadonlyMap<string, ZipEntry>

  /** False if no checksum was computed, which PyTorch can be asked for: then all are 0. */
  readonly hasChecksums: boolean

  private constructor(source: Source, entries: ReadonlyMap<string, ZipEntry>) {
    this.source = source
    this.entries = entries
    this.hasChecksums = [...entries.values()].some(({ crc }) => crc !== 0)
  }

  /** @throws CorruptCheckpointError, UnsupportedFormatError, UnreadableSourceError */
  static async open(source: Source): Promise<ZipArchive> {
    const entries = new Map<string, ZipEntry>()
    for (const entry of await readDirectory(source)) {
      if (entries.has(entry.name)) {
        throw new CorruptCheckpointError('two records have this name', {
          file: source.name,
          record: entry.name,
        })
      }
      entries.set(entry.name, entry)
    }
    checkInflation(source.name, source.limits, entries.values())
    return new ZipArchive(source, entries)
  }

  /** The record's bytes, inflated if need be. @throws CorruptCheckpointError, UnreadableSourceError */
  async read(name: string): Promise<Bytes> {
    const entry = this.entries.get(name)
    if (entry === undefined) {
      throw new CorruptCheckpointError(`has no record ${quote(name)}`, { file: this.source.name })
    }
    const read = await this.#reader(entry)
    const dataStart = await this.#checkLocalHeader(entry, read)
    const dataEnd = dataStart + entry.compressedSize
    const data = await read(dataStart, dataEnd)
    this.#checkDescriptor(entry, await read(dataEnd, entry.end))
    const at = { file: this.source.name, record: name }
    const bytes = entry.method === 8 ? await inflate(data, entry.size, at) : data
    const crc = this.hasChecksums ? crc32(bytes) : entry.crc
    if (crc !== entry.crc) {
      throw new CorruptCheckpointError(`checksum is ${hex(crc)}, the directory says ${hex(entry.crc)}`, at)
    }
    return bytes
  }

  /**
   * The first `length` bytes of a record, its checksum unchecked; less is read where it is stored.
   * @throws as {@link read}
   */
  async readStart(name: string, length: number): Promise<Bytes> {
    const entry = this.entries.get(name)
    if (entry === undefined || entry.method !== 0 || length >= entry.size) {
      return (await this.read(name)).subarray(0, length)
    }
    const dataStart = await this.#checkLocalHeader(entry, (from, to) => this.source.read(from, to))
    return this.source.read(dataStart, dataStart + length)
  }

  /** Reads a small record as a whole. For a large one it reads the data alone, so that it can be kept. */
  async #reader({ start, end }: ZipEntry): Promise<Read> {
    if (end - start > wholeRecordBytes) return (from, to) => this.source.read(from, to)
    const whole = await this.source.read(start, end)
    return async (from, to) => whole.subarray(from - start, to - start)
  }

  /** The offset of a record's data. Local name and extra field may have other lengths than in the directory. */
  async #checkLocalHeader(entry: ZipEntry, read: Read): Promise<number> {
    const fixedEnd = entry.start + lengths.localHeader
    const header = viewOf(await read(entry.start, fixedEnd))
    const fail = (what: string): CorruptCheckpointError =>
      new CorruptCheckpointError(what, { file: this.source.name, record: entry.name, offset: entry.start })
    if (header.getUint32(0, true) !== signatures.localHeader)
      throw fail('has no local header where it should start')
    const differs = (what: string, local: number, central: number): void => {
      if (local !== central)
        throw fail(`${what} is ${local} in the local header, ${central} in the directory`)
    }
    differs('flags', header.getUint16(6, true), entry.flags)
    differs('method', header.getUint16(8, true), entry.method)
    const nameEnd = fixedEnd + header.getUint16(26, true)
    const dataStart = nameEnd + header.getUint16(28, true)
    if (dataStart + entry.compressedSize > entry.end) throw fail('local header runs into the next record')

    const variable = await read(fixedEnd, dataStart)
    const name = lossyUtf8.decode(variable.subarray(0, nameEnd - fixedEnd))
    if (name !== entry.name) throw fail(`is named ${quote(name)} in its local header`)
    // With a data descriptor the header was written before the data, with zeros.
    const late = (entry.flags & flagBits.dataDescriptor) !== 0
    const [crc, compressedSize, size] = [14, 18, 22].map((at) => header.getUint32(at, true))
    const zeros = crc === 0 && compressedSize === 0 && size === 0
    if (!(late && zeros)) {
      differs('checksum', crc ?? 0, entry.crc)
      // In zip64 the true sizes are in the extra field, and these fields are all ones.
      if (compressedSize !== 0xffffffff) differs('compressed size', compressedSize ?? 0, entry.compressedSize)
      if (size !== 0xffffffff) differs('size', size ?? 0, entry.size)
    }
    return dataStart
  }

  /** Checks the bytes after the data: a data descriptor if the header announces one, with the directory's numbers. */
  #checkDescriptor(entry: ZipEntry, bytes: Bytes): void {
    const fail = (): CorruptCheckpointError =>
      new CorruptCheckpointError(`${bytes.length} bytes after its data are no data descriptor of it`, {
        file: this.source.name,
        record: entry.name,
        offset: entry.end - bytes.length,
      })
    if ((entry.flags & flagBits.dataDescriptor) === 0) {
      if (bytes.length !== 0) throw fail()
      return
    }
    const view = viewOf(bytes)
    // The signature is optional; sizes are 4 bytes, in zip64 8.
    const wide = bytes.length === 20 || bytes.length === 24
    const signed = bytes.length === 16 || bytes.length === 24
    if (!wide && !signed && bytes.length !== 12) throw fail()
    const fields = signed ? 4 : 0
    const size = (at: number): number =>
      wide ? Number(view.getBigUint64(fields + 4 + 8 * at, true)) : view.getUint32(fields + 4 + 4 * at, true)
    const same =
      (!signed || view.getUint32(0, true) === signatures.dataDescriptor) &&
      view.getUint32(fields, true) === entry.crc &&
      size(0) === entry.compressedSize &&
      size(1) === entry.size
    if (!same) throw fail()
  }
}

/** Refuses records that would inflate far more than those of any checkpoint. */
function checkInflation(file: string, limits: Limits, entries: Iterable<ZipEntry>): void {
  let total = 0
  for (const { name, method, size, compressedSize } of entries) {
    if (method === 0) continue
    if (size > limits.inflateRatio * Math.max(compressedSize, 1024)) {
      throw new CorruptCheckpointError(
        `${compressedSize} bytes inflate to ${size}, the limit is ${limits.inflateRatio} to 1`,
        { file, record: name },
      )
    }
    total += size
    if (total > limits.inflatedBytes) {
      throw new CorruptCheckpointError(
        `its records inflate to over ${limits.inflatedBytes} bytes, the limit`,
        { file },
      )
    }
  }
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`
}
