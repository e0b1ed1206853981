import { describe, expect, it } from 'vitest'
import { CorruptCheckpointError, load, UnsupportedFormatError } from '../src/index.ts'
import { crc32 } from '../src/zip/crc32.ts'
import { concat, latin1, little } from './support/bytes.ts'
import { failureOf } from './support/failure.ts'
import { dict, pickle, records, tensor } from './support/torchBuilder.ts'
import { buildZip, type ZipOptions, type ZipRecord } from './support/zipBuilder.ts'

const good = records(pickle(dict({ w: tensor() })))
const [dataPkl, data0, version] = good

async function refused(
  entries: readonly ZipRecord[],
  message: string,
  options: ZipOptions = {},
  kind: typeof CorruptCheckpointError | typeof UnsupportedFormatError = CorruptCheckpointError,
): Promise<void> {
  const error = await failureOf(load(buildZip(entries, options)), kind)
  expect(error.message).toContain(message)
}

describe('archives that load', () => {
  it.each([
    ['plain', good, {}],
    ['with zip64 end records', good, { zip64: {} }],
    ['in another order', [...good].reverse(), {}],
    [
      'with extra fields that differ in length',
      [dataPkl, { ...data0, localExtra: 'FB\x04\x00ZZZZ' }, version],
      {},
    ],
    ['with signed data descriptors', good.map((record) => described(record, 'PK\x07\x08', 4)), {}],
    ['with unsigned data descriptors', good.map((record) => described(record, '', 4)), {}],
    ['with zip64 data descriptors', good.map((record) => described(record, 'PK\x07\x08', 8)), {}],
    [
      'whose directory counts by sentinels',
      good,
      { zip64: {}, count: 0xffff, directorySize: -1, directoryStart: -1 },
    ],
  ] satisfies [string, ZipRecord[], ZipOptions][])('%s', async (_, entries, options) => {
    expect(await load(buildZip(entries, options))).toBeInstanceOf(Map)
  })
})

describe('names', () => {
  it.each([
    ['data.pkl twice', [dataPkl, { ...dataPkl, data: pickle('N') }, data0, version]],
    ['data.pkl first and last', [...good, { ...dataPkl, data: pickle('N') }]],
    ['data.pkl twice, the same bytes', [dataPkl, dataPkl, data0, version]],
    ['a storage twice', [...good, { ...data0, data: new Uint8Array(16) }]],
    ['the version twice', [...good, { ...version, data: latin1('4\n') }]],
  ])('%s', (_, entries) => refused(entries, 'two records have this name'))
  it('one record under one name twice', () =>
    refused([dataPkl, { ...dataPkl, start: 0, absent: true }, data0, version], 'records overlap'))
  it.each(['../data.pkl', 'archive/../x', '/etc/passwd', 'a\\b', 'archive/./x', 'a\0b', ''])('%j', (name) =>
    refused([...good, { name, data: latin1('x') }], 'is not a plain relative path'),
  )
  it.each([
    ['two folders', [...good, { name: 'other/data.pkl', data: pickle('N') }], '"archive", "other"'],
    ['another folder first', [{ name: 'other/data.pkl', data: pickle('N') }, ...good], '"other", "archive"'],
    ['another folder with anything', [...good, { name: 'other/x', data: latin1('x') }], '"archive", "other"'],
    ['a folder spelled otherwise', [...good, { name: 'Archive/data.pkl', data: pickle('N') }], '"Archive"'],
  ])('%s', (_, entries, message) => refused(entries, message))
  it('a thousand folders, without naming them all', () =>
    refused(
      [...good, ...Array.from({ length: 1000 }, (_, i) => ({ name: `${i}/x`, data: latin1('x') }))],
      'in one folder, but there are "archive", "0"',
    ))
  it('a name that is not UTF-8', () =>
    refused([...good, { name: 'archive/\xff', data: latin1('') }], 'not UTF-8'))
})

describe('a local header that differs from the directory', () => {
  it.each([
    ['in name', { localName: 'archive/data/1' }, 'is named "archive/data/1" in its local header'],
    ['in method', { localMethod: 8 }, 'method is 8 in the local header, 0 in the directory'],
    ['in flags', { localFlags: 1 }, 'flags is 1'],
    ['in name, by a folder', { localName: 'x/archive/data/0' }, 'is named "x/archive/data/0"'],
    ['in name, by case', { localName: 'archive/DATA/0' }, 'is named "archive/DATA/0"'],
    ['in method, unknown', { localMethod: 99 }, 'method is 99 in the local header, 0 in the directory'],
    [
      'in flags, announcing a descriptor',
      { localFlags: 8 },
      'flags is 8 in the local header, 0 in the directory',
    ],
    ['in size', { localSize: 15 }, 'compressed size is 15'],
  ])('%s', (_, change, message) => refused([dataPkl, { ...data0, ...change }, version], message))
  it('in place', () => refused([dataPkl, { ...data0, start: 1 }, version], 'records overlap or hide bytes'))
})

describe('places and sizes', () => {
  it('two records over the same bytes', () =>
    refused(
      [...good, { ...data0, name: 'archive/data/1', start: 0, absent: true }],
      'records overlap or hide bytes',
    ))
  it('a record that claims its successor', () =>
    refused(
      [{ ...dataPkl, size: 400, compressedSize: 400 }, data0, version],
      'records overlap or hide bytes',
    ))
  it('a record that reaches past the file', () =>
    refused(
      [dataPkl, data0, { ...version, size: 1e9, compressedSize: 1e9 }],
      'records overlap or hide bytes',
    ))
  it('bytes between records', () =>
    refused(
      [dataPkl, { ...data0, after: 'hidden' }, version],
      '6 bytes after its data are no data descriptor',
    ))
  it('many bytes between records', () =>
    refused([dataPkl, { ...data0, after: 'x'.repeat(2e5) }, version], 'records overlap or hide bytes'))
  it('a data descriptor that disagrees', () =>
    refused([dataPkl, described(data0, 'PK\x07\x08', 4, 1), version], 'are no data descriptor of it'))
  it('stored, with two sizes', () =>
    refused([dataPkl, { ...data0, size: 17 }, version], 'its sizes are 16 and 17'))
  it('zip64 sizes that are not there', () =>
    refused([dataPkl, { ...data0, size: -1, compressedSize: -1 }, version], 'lacks its zip64 sizes'))
  it('zip64 sizes beyond 2^53', () =>
    refused(
      [
        dataPkl,
        {
          ...data0,
          size: -1,
          compressedSize: -1,
          extra: `\x01\x00\x10\x00${little(-1n, 8)}${little(-1n, 8)}`,
        },
        version,
      ],
      'the limit is 2^53',
    ))
})

describe('contents', () => {
  it.each(good.map((record) => [record.name, record] as const))('a wrong checksum of %s', (name, record) =>
    refused(
      good.map((one) => (one === record ? { ...one, crc: 1 } : one)),
      `record "${name}": checksum is 0x`,
    ),
  )

  it.each([
    ['encrypted', 1],
    ['strongly encrypted', 0x41],
    ['patched', 0x20],
    ['masked', 0x2000],
  ])('%s records', (what, flags) =>
    refused(
      [dataPkl, { ...data0, flags }, version],
      what === 'patched' ? 'patch data' : 'encrypted',
      {},
      UnsupportedFormatError,
    ),
  )

  it('other compression methods', () =>
    refused(
      [dataPkl, { ...data0, method: 12 }, version],
      'compression method 12',
      {},
      UnsupportedFormatError,
    ))
})

describe('deflated records', () => {
  const deflated = async (record: ZipRecord, claimed?: number): Promise<ZipRecord> => {
    const stream = new Blob([record.data as Uint8Array<ArrayBuffer>])
      .stream()
      .pipeThrough(new CompressionStream('deflate-raw'))
    const data = new Uint8Array(await new Response(stream).arrayBuffer())
    return { ...record, data, method: 8, size: claimed ?? record.data.length, crc: crc32(record.data) }
  }
  const zeros = (length: number): ZipRecord => ({ name: 'archive/zeros', data: new Uint8Array(length) })

  it('load', async () => {
    const entries = await Promise.all(good.map((record) => deflated(record)))
    expect(await load(buildZip(entries))).toBeInstanceOf(Map)
  })
  it('that inflate to more than they claim', async () =>
    refused(
      [dataPkl, await deflated({ ...data0, data: new Uint8Array(5000) }, 16), version],
      'inflates to more bytes, expected 16',
    ))
  it('that inflate to less than they claim', async () =>
    refused(
      [dataPkl, await deflated({ ...data0, data: new Uint8Array(8) }, 16), version],
      'inflates to 8 bytes, expected 16',
    ))
  it('that go on after their end', async () => {
    const whole = await deflated(dataPkl)
    const data = concat([whole.data, latin1('junk')])
    for (const size of [8, dataPkl.data.length, dataPkl.data.length + 1]) {
      await refused([{ ...whole, data, size }, data0, version], 'inflate')
    }
  })
  it('that are no deflate data', () =>
    refused(
      [dataPkl, { ...data0, method: 8, data: latin1('\xff\xff\xff\xff\xff\xff'), size: 16 }, version],
      'cannot be inflated',
    ))
  it('that are cut off', async () => {
    const whole = await deflated(data0)
    const data = whole.data.slice(0, -3)
    await refused([dataPkl, { ...whole, data }, version], 'inflate')
  })
  it('beyond the ratio', async () =>
    refused([...good, await deflated(zeros(1e6))], 'inflate to 1000000, the limit is 200 to 1'))
  it('beyond the ratio, the pickle itself', async () => {
    const pickled = pickle(`X${little(1e6, 4)}${'x'.repeat(1e6)}`)
    await refused([await deflated({ ...dataPkl, data: pickled }), data0, version], 'the limit is 200 to 1')
  })
  it('beyond the ratio, by what they claim', async () =>
    refused(
      [dataPkl, await deflated(data0, 2 ** 31), version],
      'inflate to 2147483648, the limit is 200 to 1',
    ))
  it('beyond the total, by many', () => {
    const bombs = Array.from({ length: 30 }, (_, i) => ({
      name: `archive/${i}`,
      data: new Uint8Array(4e5),
      method: 8,
      size: 75e6,
    }))
    return refused([...good, ...bombs], 'inflate to over 2147483648 bytes')
  })
  it("beyond a limit of one's own", async () => {
    const bytes = buildZip([...good, await deflated(zeros(1e5))])
    expect(await load(bytes)).toBeInstanceOf(Map)
    for (const own of [{ inflateRatio: 50 }, { inflatedBytes: 99_999 }]) {
      const error = await failureOf(load(bytes, { limits: own }), CorruptCheckpointError)
      expect(error.message).toContain('the limit')
    }
  })
  it('beyond the total', () => {
    const bomb = (name: string): ZipRecord => ({ name, data: new Uint8Array(8e6), method: 8, size: 15e8 })
    return refused([...good, bomb('archive/a'), bomb('archive/b')], 'inflate to over 2147483648 bytes')
  })
})

describe('end records', () => {
  it.each([
    ['a count too high', { count: 4 }, 'has 3 entries, its end record says 4'],
    ['a count too low', { count: 2 }, 'has 3 entries, its end record says 2'],
    ['a directory elsewhere', { directoryStart: 1 }, 'expected it to end at'],
    ['a directory too long', { directorySize: 1e9 }, 'expected it to end at'],
    ['a comment', { comment: 'hello' }, 'the file is truncated, or has something appended'],
    ['a comment that is an end record', { comment: `PK\x05\x06${little(0, 18)}` }, 'expected it to end at'],
    ['something before', { before: '#!/bin/sh\n' }, 'of an unknown format'],
    ['an archive before', { before: `PK\x03\x04${'x'.repeat(40)}` }, 'something stands before it'],
    ['something after', { after: 'x' }, 'something appended'],
    ['zip64: another count', { zip64: { count: 2 } }, 'disagree'],
    ['zip64: another start', { zip64: { start: 1 } }, 'disagree'],
    ['zip64: a locator elsewhere', { zip64: { locator: 0 } }, 'disagree'],
  ] satisfies [string, ZipOptions, string][])('%s', (what, options, message) =>
    refused(
      good,
      message,
      options,
      what === 'something before' ? UnsupportedFormatError : CorruptCheckpointError,
    ),
  )

  const end = buildZip(good).slice(-22)
  it.each([
    ['two archives, one after the other', concat([buildZip(good), buildZip(good)]), 'expected it to end at'],
    ['two end records', concat([buildZip(good), end]), 'expected it to end at'],
    ['an end record of nothing after it', concat([buildZip(good), buildZip([])]), 'expected it to end at'],
    ['a polyglot with a pickle', concat([pickle('N'), buildZip(good)]), 'bytes follow the pickle'],
    ['a polyglot with a script', concat([buildZip(good), latin1('\n#!/bin/sh')]), 'something appended'],
  ])('%s', async (_, bytes, message) => {
    const error = await failureOf(load(bytes), CorruptCheckpointError)
    expect(error.message).toContain(message)
    expect(error.offset).toBeGreaterThanOrEqual(0)
  })
})

describe('what is no checkpoint', () => {
  it('an empty file', async () => {
    const error = await failureOf(load(new Uint8Array(0)), CorruptCheckpointError)
    expect(error.message).toBe('<bytes>, byte 0: is empty')
  })
  it('an empty archive', () => refused([], 'it holds nothing', {}, UnsupportedFormatError))
  it('an archive of other files', () =>
    refused(
      [{ name: 'word/document.xml', data: latin1('<x/>') }],
      'without a record data.pkl',
      {},
      UnsupportedFormatError,
    ))
  it('no version', () => refused([dataPkl, data0], 'version 1 to 10', {}, UnsupportedFormatError))
  it.each(['0', '11', 'x', '', '3 4'])('version %j', (text) =>
    refused(
      [dataPkl, data0, { ...version, data: latin1(text) }],
      'version 1 to 10',
      {},
      UnsupportedFormatError,
    ),
  )
  it('a version of many bytes', () =>
    refused([dataPkl, data0, { ...version, data: latin1('3'.repeat(99)) }], 'at most 64 bytes, got 99'))
  it('an unknown byte order', () =>
    refused([...good, { name: 'archive/byteorder', data: latin1('middle') }], 'little or big, got "middle"'))
  it.each([
    ['a web page', '<!DOCTYPE html><html>', 'a web page'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:0', 'a Git LFS pointer'],
    ['JSON', '{"weights": {}}', 'a JSON file'],
    ['a flatbuffer', '\x00\x00\x00\x00PTMF\x00', 'a PyTorch Mobile flatbuffer'],
    ['gzip', '\x1f\x8b\x08\x00\x00\x00\x00\x00', 'compressed with gzip'],
    ['HDF5', '\x89HDF\r\n\x1a\n', 'an HDF5 file'],
    ['anything', 'hello', 'unknown format, starting with bytes 68 65 6c 6c 6f'],
  ])('%s', async (_, text, message) => {
    const error = await failureOf(load(latin1(text)), UnsupportedFormatError)
    expect(error.message).toContain(message)
  })
})

/** A record that was written in one pass: the local header has zeros, and the true numbers follow the data. */
function described(record: ZipRecord, signature: string, width: number, wrong = 0): ZipRecord {
  const size = little(record.data.length + wrong, width)
  return { ...record, flags: 8, after: `${signature}${little(crc32(record.data), 4)}${size}${size}` }
}
