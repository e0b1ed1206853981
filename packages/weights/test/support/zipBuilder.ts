import type { Bytes } from '../../src/source/source.ts'
import { crc32 } from '../../src/zip/crc32.ts'
import { concat, latin1, little } from './bytes.ts'

/** One record. Fields that are not given are correct. Fields that start with `local` are written to the local header only. */
export interface ZipRecord {
  readonly name: string
  readonly data: Uint8Array
  readonly method?: number
  readonly flags?: number
  readonly crc?: number
  readonly size?: number
  readonly compressedSize?: number
  /** The offset of the local header in the central directory. */
  readonly start?: number
  readonly extra?: string
  readonly localName?: string
  readonly localMethod?: number
  readonly localFlags?: number
  readonly localSize?: number
  readonly localExtra?: string
  /** Bytes after the data. */
  readonly after?: string
  /** Only in the central directory. */
  readonly absent?: boolean
}

export interface ZipOptions {
  readonly before?: string
  readonly after?: string
  readonly count?: number
  readonly directorySize?: number
  readonly directoryStart?: number
  readonly comment?: string
  /** A zip64 end record and locator. Fields that are not given are correct. */
  readonly zip64?: { readonly count?: number; readonly start?: number; readonly locator?: number }
}

/** Writes a zip archive, with the faults that are asked for. */
export function buildZip(records: readonly ZipRecord[], options: ZipOptions = {}): Bytes {
  const before = options.before ?? ''
  const parts: Uint8Array[] = [latin1(before)]
  let at = before.length
  let directory = ''
  for (const record of records) {
    const { name, data, method = 0, flags = 0, extra = '', localExtra = '', after = '' } = record
    const { crc = crc32(data), size = data.length, compressedSize = data.length, start = at } = record
    const { localName = name, localMethod = method, localFlags = flags, localSize = compressedSize } = record
    if (!record.absent) {
      const header =
        `PK\x03\x04${little(20, 2)}${little(localFlags, 2)}${little(localMethod, 2)}${little(0, 4)}` +
        `${little(crc, 4)}${little(localSize, 4)}${little(size, 4)}` +
        `${little(localName.length, 2)}${little(localExtra.length, 2)}${localName}${localExtra}`
      parts.push(latin1(header), data, latin1(after))
      at += header.length + data.length + after.length
    }
    directory +=
      `PK\x01\x02${little(20, 2)}${little(20, 2)}${little(flags, 2)}${little(method, 2)}${little(0, 4)}` +
      `${little(crc, 4)}${little(compressedSize, 4)}${little(size, 4)}` +
      `${little(name.length, 2)}${little(extra.length, 2)}${little(0, 2)}${little(0, 2)}${little(0, 2)}` +
      `${little(0, 4)}${little(start, 4)}${name}${extra}`
  }
  const { count = records.length, directorySize = directory.length, directoryStart = at, zip64 } = options
  let end = directory
  if (zip64) {
    end +=
      `PK\x06\x06${little(44, 8)}${little(45, 2)}${little(45, 2)}${little(0, 4)}${little(0, 4)}` +
      `${little(zip64.count ?? records.length, 8)}${little(zip64.count ?? records.length, 8)}` +
      `${little(directory.length, 8)}${little(zip64.start ?? at, 8)}`
    end += `PK\x06\x07${little(0, 4)}${little(zip64.locator ?? (zip64.start ?? at) + directory.length, 8)}${little(1, 4)}`
  }
  const comment = options.comment ?? ''
  end +=
    `PK\x05\x06${little(0, 4)}${little(count, 2)}${little(count, 2)}${little(directorySize, 4)}` +
    `${little(directoryStart, 4)}${little(comment.length, 2)}${comment}${options.after ?? ''}`
  return concat([...parts, latin1(end)])
}
