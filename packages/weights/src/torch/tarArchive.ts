import { CorruptCheckpointError, quote } from '../errors.ts'
import type { Bytes, Source } from '../source/source.ts'
import { lossyUtf8 } from '../utf8.ts'

/** A member's content: bytes `start` to `end` of the file. */
export interface TarMember {
  readonly start: number
  readonly end: number
}

const blockBytes = 512

/**
 * The regular files of a ustar or PAX archive, by name. Extended headers are stepped over; what PyTorch never wrote
 * (links, devices, GNU extensions, sizes beyond octal) is refused.
 * @throws CorruptCheckpointError
 */
export async function readTar(source: Source): Promise<Map<string, TarMember>> {
  const members = new Map<string, TarMember>()
  let count = 0
  for (let at = 0; ; ) {
    const fail = (what: string): CorruptCheckpointError =>
      new CorruptCheckpointError(`tar archive: ${what}`, { file: source.name, offset: at })
    if (at + blockBytes > source.byteLength) throw fail('ends without a block of zeros')
    const header = await source.read(at, at + blockBytes)
    if (header.every((byte) => byte === 0)) {
      await checkPadding(source, at)
      return members
    }
    if (++count > source.limits.tarMembers) throw fail(`over ${source.limits.tarMembers} members, the limit`)
    if (octal(header, 148, 8) !== checksum(header)) throw fail('header has a wrong checksum')
    const size = octal(header, 124, 12)
    if (size === null) throw fail('the size of a member is no octal number')
    const start = at + blockBytes
    const end = start + size
    if (end > source.byteLength) {
      throw fail(`a member has ${size} bytes, the file ends after ${source.byteLength - start} of them`)
    }
    const type = String.fromCharCode(header[156] ?? 0)
    const name = textAt(header, 0, 100)
    if (type === '0' || type === '\0') {
      if (textAt(header, 345, 155) !== '') throw fail(`member ${quote(name)} lies in a folder`)
      if (members.has(name)) throw fail(`two members are called ${quote(name)}`)
      members.set(name, { start, end })
    } else if (type !== 'x' && type !== 'g') {
      throw fail(`member ${quote(name)} is of type ${quote(type)}, expected a regular file`)
    } else if (/(^|\n)\d+ (size|path|linkpath)=/.test(textAt(await source.read(start, end), 0, size))) {
      throw fail('an extended header gives another name or size')
    }
    at = start + Math.ceil(size / blockBytes) * blockBytes
  }
}

/** Only zeros may follow the last member: some readers would see a second archive there. */
async function checkPadding(source: Source, start: number): Promise<void> {
  // tarfile fills up to 10,240 bytes.
  const rest = source.byteLength - start
  const bytes = rest > 65_536 ? null : await source.read(start, source.byteLength)
  if (bytes?.every((byte) => byte === 0)) return
  throw new CorruptCheckpointError('tar archive: something follows its end', {
    file: source.name,
    offset: start,
  })
}

/** Spaces and zeros around octal digits; null for anything else. */
function octal(header: Bytes, start: number, length: number): number | null {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(
    String.fromCharCode(...header.subarray(start, start + length)),
  )?.[1]
  return digits === undefined ? null : Number.parseInt(digits, 8)
}

/** The sum of a header's bytes, its checksum field counted as spaces. */
function checksum(header: Bytes): number {
  return header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 0x20 : byte), 0)
}

function textAt(bytes: Bytes, start: number, length: number): string {
  const field = bytes.subarray(start, start + length)
  const end = field.indexOf(0)
  return lossyUtf8.decode(end < 0 ? field : field.subarray(0, end))
}
