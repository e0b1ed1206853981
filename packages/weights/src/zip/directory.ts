import { CorruptCheckpointError, quote, UnsupportedFormatError } from '../errors.ts'
import type { Bytes, Source } from '../source/source.ts'
import { strictUtf8 } from '../utf8.ts'

/** One record, as the central directory describes it. */
export interface ZipEntry {
  readonly name: string
  /** 0 stored, 8 deflated. */
  readonly method: 0 | 8
  readonly flags: number
  readonly crc: number
  /** Bytes in the file. */
  readonly compressedSize: number
  /** Bytes once inflated. */
  readonly size: number
  /** Where its local header starts. */
  readonly start: number
  /** Where the next local header, or the central directory, starts. */
  readonly end: number
}

export const signatures = {
  localHeader: 0x04034b50,
  dataDescriptor: 0x08074b50,
  centralHeader: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  end64Locator: 0x07064b50,
} as const

/** Fixed parts of the structures, in bytes. */
export const lengths = { localHeader: 30, centralHeader: 46, end: 22, end64: 56, end64Locator: 20 } as const

export const flagBits = {
  encrypted: 0x1,
  dataDescriptor: 0x8,
  patch: 0x20,
  strong: 0x40,
  masked: 0x2000,
} as const

/** Values that mean "see the zip64 field". */
const full16 = 0xffff
const full32 = 0xffffffff

/**
 * Reads the central directory and checks it: the structures must fill the file from the first byte to the last, records may not
 * overlap or hide bytes between them, and every count must be right.
 *
 * Every local header is compared with it when its record is read; see {@link ZipArchive}.
 * @throws CorruptCheckpointError, UnsupportedFormatError (encrypted, patched, other compression methods)
 */
export async function readDirectory(source: Source): Promise<ZipEntry[]> {
  const { limits } = source
  const { count, start, size } = await locateDirectory(source)
  const corrupt = (what: string, offset: number): CorruptCheckpointError =>
    new CorruptCheckpointError(what, { file: source.name, offset })
  if (size > limits.zipDirectoryBytes) {
    throw corrupt(`central directory of ${size} bytes, the limit is ${limits.zipDirectoryBytes}`, start)
  }
  const directory = await source.read(start, start + size)
  const headers: Omit<ZipEntry, 'end'>[] = []
  let at = 0
  while (at < size) {
    const header = readCentralHeader(source.name, directory, at, start)
    headers.push(header.entry)
    at = header.next
  }
  if (headers.length !== count) {
    throw corrupt(`central directory has ${headers.length} entries, its end record says ${count}`, start)
  }
  return withEnds(source.name, headers, start)
}

interface DirectoryPlace {
  readonly count: number
  readonly start: number
  readonly size: number
}

/** Reads the end records: the plain one, and the zip64 one if there is one. They must agree. */
async function locateDirectory(source: Source): Promise<DirectoryPlace> {
  const corrupt = (what: string, offset: number): CorruptCheckpointError =>
    new CorruptCheckpointError(what, { file: source.name, offset })
  const tailBytes = lengths.end64 + lengths.end64Locator + lengths.end
  const tailStart = Math.max(0, source.byteLength - tailBytes)
  const tail = viewOf(await source.read(tailStart, source.byteLength))
  const end = tail.byteLength - lengths.end
  const endOffset = tailStart + end
  if (end < 0 || tail.getUint32(end, true) !== signatures.end) {
    throw corrupt(
      'no end of central directory in the last 22 bytes: the file is truncated, or has something appended',
      Math.max(0, endOffset),
    )
  }
  const disks = [tail.getUint16(end + 4, true), tail.getUint16(end + 6, true)]
  const plain = {
    count: tail.getUint16(end + 10, true),
    size: tail.getUint32(end + 12, true),
    start: tail.getUint32(end + 16, true),
  }
  if (tail.getUint16(end + 8, true) !== plain.count || disks.some((disk) => disk !== 0 && disk !== full16)) {
    throw corrupt('the archive is split over several disks', endOffset)
  }
  const commentLength = tail.getUint16(end + 20, true)
  if (commentLength !== 0) throw corrupt(`archive comment of ${commentLength} bytes is missing`, endOffset)

  const locator = end - lengths.end64Locator
  if (locator < 0 || tail.getUint32(locator, true) !== signatures.end64Locator) {
    return checkPlace(plain, endOffset)
  }
  const end64 = locator - lengths.end64
  const end64Offset = tailStart + end64
  if (end64 < 0 || tail.getUint32(end64, true) !== signatures.end64) {
    throw corrupt('no zip64 end record before its locator', Math.max(0, end64Offset))
  }
  const u64 = (at: number): number => readUint64(tail, at, source.name, tailStart)
  const place = { count: u64(end64 + 32), size: u64(end64 + 40), start: u64(end64 + 48) }
  const agree =
    u64(locator + 8) === end64Offset &&
    u64(end64 + 4) === lengths.end64 - 12 &&
    u64(end64 + 24) === place.count &&
    [place.count, full16].includes(plain.count) &&
    [place.size, full32].includes(plain.size) &&
    [place.start, full32].includes(plain.start) &&
    tail.getUint32(end64 + 16, true) === 0 &&
    tail.getUint32(end64 + 20, true) === 0
  if (!agree) throw corrupt('the zip64 end record, its locator and the end record disagree', end64Offset)
  return checkPlace(place, end64Offset)

  function checkPlace(found: DirectoryPlace, directoryEnd: number): DirectoryPlace {
    if (found.start + found.size === directoryEnd) return found
    throw corrupt(
      `central directory said to be ${found.size} bytes at ${found.start}, expected it to end at ${directoryEnd}`,
      endOffset,
    )
  }
}

function readCentralHeader(
  file: string,
  directory: Bytes,
  at: number,
  directoryStart: number,
): { entry: Omit<ZipEntry, 'end'>; next: number } {
  const offset = directoryStart + at
  const fail = (what: string): CorruptCheckpointError => new CorruptCheckpointError(what, { file, offset })
  const view = viewOf(directory)
  const fixed = at + lengths.centralHeader
  if (fixed > directory.length || view.getUint32(at, true) !== signatures.centralHeader) {
    throw fail('expected the header of a directory entry')
  }
  const extraStart = fixed + view.getUint16(at + 28, true)
  const extraEnd = extraStart + view.getUint16(at + 30, true)
  const next = extraEnd + view.getUint16(at + 32, true)
  if (next > directory.length) throw fail('directory entry runs past the end of the directory')

  const name = decodeName(directory.subarray(fixed, extraStart), file, offset)
  const flags = view.getUint16(at + 8, true)
  const method = view.getUint16(at + 10, true)
  const zip64 = zip64Fields(view, extraStart, extraEnd, file, directoryStart)
  const wide = (value: number): number => {
    if (value !== full32) return value
    const field = zip64.shift()
    if (field === undefined) throw fail(`entry ${quote(name)} lacks its zip64 sizes`)
    return field
  }
  const size = wide(view.getUint32(at + 24, true))
  const compressedSize = wide(view.getUint32(at + 20, true))
  const start = wide(view.getUint32(at + 42, true))
  const disk = view.getUint16(at + 34, true)

  const refuse = (what: string): UnsupportedFormatError =>
    new UnsupportedFormatError(what, { file, record: name })
  const { encrypted, patch, strong, masked } = flagBits
  if (flags & (encrypted | strong | masked)) throw refuse(`is encrypted (flags 0x${flags.toString(16)})`)
  if (flags & patch) throw refuse(`is patch data (flags 0x${flags.toString(16)})`)
  if (method !== 0 && method !== 8)
    throw refuse(`has compression method ${method}, expected 0 (stored) or 8 (deflated)`)
  if (method === 0 && size !== compressedSize) {
    throw fail(`entry ${quote(name)} is stored, but its sizes are ${compressedSize} and ${size}`)
  }
  if (disk !== 0 && disk !== full16) throw fail(`entry ${quote(name)} is on disk ${disk}`)
  return {
    entry: { name, method, flags, crc: view.getUint32(at + 16, true), compressedSize, size, start },
    next,
  }
}

/** The 64-bit numbers of the zip64 extra field, in order; an empty list without one. */
function zip64Fields(view: DataView, start: number, end: number, file: string, base: number): number[] {
  const fields: number[] = []
  let at = start
  while (at + 4 <= end) {
    const id = view.getUint16(at, true)
    const fieldEnd = at + 4 + view.getUint16(at + 2, true)
    if (fieldEnd > end) break
    if (id === 1) {
      for (let field = at + 4; field + 8 <= fieldEnd; field += 8)
        fields.push(readUint64(view, field, file, base))
      return fields
    }
    at = fieldEnd
  }
  return fields
}

/** Sets the start of each entry's successor, after checking that nothing overlaps or lies between. */
function withEnds(
  file: string,
  headers: readonly Omit<ZipEntry, 'end'>[],
  directoryStart: number,
): ZipEntry[] {
  const ordered = [...headers].sort((a, b) => a.start - b.start)
  const first = ordered[0]?.start ?? directoryStart
  if (first !== 0) {
    throw new CorruptCheckpointError(`the first record starts at byte ${first}: something stands before it`, {
      file,
      offset: 0,
    })
  }
  const ends = new Map<Omit<ZipEntry, 'end'>, number>()
  ordered.forEach((entry, i) => {
    const end = ordered[i + 1]?.start ?? directoryStart
    const used = lengths.localHeader + entry.compressedSize
    const room = end - entry.start
    // There may be the name, an extra field and a data descriptor between.
    if (used > room || room - used > 2 * full16 + 24) {
      throw new CorruptCheckpointError(
        `needs ${used} bytes and its name, but has ${room} before the next record: records overlap or hide bytes`,
        { file, record: entry.name, offset: entry.start },
      )
    }
    ends.set(entry, end)
  })
  return headers.map((entry) => ({ ...entry, end: ends.get(entry) ?? directoryStart }))
}

function decodeName(bytes: Bytes, file: string, offset: number): string {
  let name: string
  try {
    name = strictUtf8.decode(bytes)
  } catch {
    throw new CorruptCheckpointError('the name of a record is not UTF-8', { file, offset })
  }
  const parts = name.split('/')
  if (name === '' || parts[0] === '' || parts.includes('..') || parts.includes('.') || /[\\\0]/.test(name)) {
    throw new CorruptCheckpointError(`record name ${quote(name)} is not a plain relative path`, {
      file,
      offset,
    })
  }
  return name
}

export function viewOf(bytes: Bytes): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** A 64-bit size or offset. No file is larger than 2^53 bytes. */
function readUint64(view: DataView, at: number, file: string, base: number): number {
  const value = Number(view.getBigUint64(at, true))
  if (Number.isSafeInteger(value)) return value
  throw new CorruptCheckpointError(`64-bit field holds ${value}, the limit is 2^53`, {
    file,
    offset: base + at,
  })
}
