import type { Bytes } from '../source/source.ts'
import { crc32 } from '../zip/crc32.ts'
import { lengths, signatures } from '../zip/directory.ts'
import { ByteWriter } from './byteWriter.ts'

export interface ZipRecord {
  /** ASCII. */
  readonly name: string
  readonly data: Uint8Array
}

/** Data starts at multiples of this, as in PyTorch's files, so that it can be mapped into memory. */
const alignment = 64

/** Values from here on do not fit 32-bit fields, and are written in zip64 fields. */
const full32 = 0xffffffff

/**
 * A zip archive of stored records.
 * @param wideFrom sizes and offsets from here on are written in zip64 fields. Tests set it low.
 */
export function writeZip(records: readonly ZipRecord[], wideFrom: number = full32): Bytes {
  const { heads, tail, tailStart } = layOutZip(
    records.map(({ name, data }) => ({ name, size: data.length, crc: crc32(data) })),
    wideFrom,
  )
  const archive = new Uint8Array(tailStart + tail.length)
  let at = 0
  for (const [i, { data }] of records.entries()) {
    const head = heads[i] ?? new Uint8Array(0)
    archive.set(head, at)
    archive.set(data, at + head.length)
    at += head.length + data.length
  }
  archive.set(tail, tailStart)
  return archive
}

/** Everything in an archive except the data. */
export interface ZipLayout {
  /** The bytes before the data of each record. */
  readonly heads: readonly Bytes[]
  /** The bytes after the last record, and their offset. */
  readonly tail: Bytes
  readonly tailStart: number
}

/** Lays out an archive of stored records without needing their data. */
export function layOutZip(
  records: readonly { readonly name: string; readonly size: number; readonly crc: number }[],
  wideFrom: number = full32,
): ZipLayout {
  const heads: Bytes[] = []
  const directory = new ByteWriter()
  let start = 0
  for (const { name, size, crc } of records) {
    const head = localHeader(name, size, crc, start, wideFrom)
    heads.push(head)
    centralHeader(directory, name, size, crc, start, wideFrom)
    start += head.length + size
  }
  const directoryLength = directory.length
  directory.append(endRecords(records.length, directoryLength, start, wideFrom))
  return { heads, tail: directory.bytes, tailStart: start }
}

function localHeader(name: string, size: number, crc: number, start: number, wideFrom: number): Bytes {
  const wide = size >= wideFrom
  const zip64 = wide ? 20 : 0
  const unpadded = start + lengths.localHeader + name.length + zip64 + 4
  const padding = (alignment - (unpadded % alignment)) % alignment
  const out = new ByteWriter()
    .uint32(signatures.localHeader)
    .uint16(wide ? 45 : 20)
    .uint16(0) // flags
    .uint16(0) // stored
    .uint32(0) // no time
    .uint32(crc)
    .uint32(wide ? full32 : size)
    .uint32(wide ? full32 : size)
    .uint16(name.length)
    .uint16(zip64 + 4 + padding)
    .ascii(name)
  if (wide) out.uint16(1).uint16(16).uint64(size).uint64(size)
  // The extra field that PyTorch uses for padding.
  out.ascii('FB').uint16(padding).ascii('Z'.repeat(padding))
  return out.bytes
}

function centralHeader(
  out: ByteWriter,
  name: string,
  size: number,
  crc: number,
  start: number,
  wideFrom: number,
): void {
  const wideSize = size >= wideFrom
  const wideStart = start >= wideFrom
  const fields = (wideSize ? 16 : 0) + (wideStart ? 8 : 0)
  const version = fields > 0 ? 45 : 20
  out
    .uint32(signatures.centralHeader)
    .uint16(version)
    .uint16(version)
    .uint16(0) // flags
    .uint16(0) // stored
    .uint32(0) // no time
    .uint32(crc)
    .uint32(wideSize ? full32 : size)
    .uint32(wideSize ? full32 : size)
    .uint16(name.length)
    .uint16(fields > 0 ? 4 + fields : 0)
    .uint16(0) // no comment
    .uint16(0) // disk
    .uint16(0) // internal attributes
    .uint32(0) // external attributes
    .uint32(wideStart ? full32 : start)
    .ascii(name)
  if (fields > 0) out.uint16(1).uint16(fields)
  if (wideSize) out.uint64(size).uint64(size)
  if (wideStart) out.uint64(start)
}

function endRecords(count: number, size: number, start: number, wideFrom: number): Bytes {
  const wide = start >= wideFrom || size >= wideFrom || count >= 0xffff
  const out = new ByteWriter()
  if (wide) {
    out
      .uint32(signatures.end64)
      .uint64(lengths.end64 - 12)
      .uint16(45)
      .uint16(45)
      .uint32(0)
      .uint32(0)
      .uint64(count)
      .uint64(count)
      .uint64(size)
      .uint64(start)
    out
      .uint32(signatures.end64Locator)
      .uint32(0)
      .uint64(start + size)
      .uint32(1)
  }
  const count16 = wide ? 0xffff : count
  return out
    .uint32(signatures.end)
    .uint32(0) // disks
    .uint16(count16)
    .uint16(count16)
    .uint32(wide ? full32 : size)
    .uint32(wide ? full32 : start)
    .uint16(0).bytes
}
