import { describe, expect, it } from 'vitest'
import {
  type ByteSource,
  type CheckpointSource,
  CorruptCheckpointError,
  load,
  loadWeights,
  UnreadableSourceError,
} from '../src/index.ts'
import { concat, little } from './support/bytes.ts'
import { failureOf } from './support/failure.ts'
import { checkpoint, dict, pickle, records, storage, tensor } from './support/torchBuilder.ts'
import { buildZip } from './support/zipBuilder.ts'

const bytes = checkpoint(dict({ weight: tensor() }))

async function loads(source: CheckpointSource): Promise<void> {
  expect((await loadWeights(source)).get('weight')?.toArray()).toEqual([1, 2, 3, 4])
}

describe('sources', () => {
  it('an ArrayBuffer', () => loads(bytes.slice().buffer))
  it('a Uint8Array', () => loads(bytes))
  it('a part of a larger buffer, at an odd offset', () =>
    loads(concat([Uint8Array.of(1, 2, 3), bytes, Uint8Array.of(4)]).subarray(3, 3 + bytes.length)))
  it('a DataView', () => loads(new DataView(bytes.buffer)))
  it('a Blob', () => loads(new Blob([bytes])))
  it('a File, by whose name errors call it', async () => {
    await loads(new File([bytes], 'weights.pt'))
    const empty = await failureOf(load(new File([], 'weights.pt')), CorruptCheckpointError)
    expect(empty.message).toBe('weights.pt, byte 0: is empty')
  })
  it('a blob URL', async () => {
    const url = URL.createObjectURL(new Blob([bytes]))
    await loads(url)
    await loads(new URL(url))
    URL.revokeObjectURL(url)
    const error = await failureOf(load(url), UnreadableSourceError)
    expect(error.file).toBe(url)
  })
  it('a data URL, which errors cut short', async () => {
    const url = `data:;base64,${btoa(String.fromCharCode(...bytes))}`
    await loads(url)
    const error = await failureOf(load('data:,'), CorruptCheckpointError)
    expect(error.message).toContain('is empty')
  })
  it.each([
    ['of bytes', (start: number, end: number) => bytes.subarray(start, end)],
    ['of buffers', (start: number, end: number) => bytes.buffer.slice(start, end)],
    ['of promises', async (start: number, end: number) => bytes.slice(start, end)],
  ])('an object with slices %s', (_, slice) => loads({ byteLength: bytes.length, slice }))
})

describe('tensors', () => {
  it('are copies: changing them leaves the source alone, and the other way round', async () => {
    const source = bytes.slice()
    const weights = await loadWeights(source)
    weights.get('weight')?.fill_(9)
    expect(source).toEqual(bytes)
    source.fill(0)
    expect(weights.get('weight')?.toArray()).toEqual([9, 9, 9, 9])
  })

  it('use large slices that fill their buffer without another copy', async () => {
    const given = new Set<ArrayBufferLike>()
    const [dataPkl, data0, version] = records(pickle(dict({ weight: tensor({ of: storage(50_000) }) })))
    const large = buildZip([dataPkl, { ...data0, data: new Uint8Array(200_000) }, version])
    const source: ByteSource = {
      byteLength: large.length,
      slice(start, end) {
        const slice = large.slice(start, end)
        given.add(slice.buffer)
        return slice
      },
    }
    const weights = await loadWeights(source)
    expect(given.has(weights.get('weight')?.storage.data.buffer ?? new ArrayBuffer(0))).toBe(true)
  })

  it('that are not asked for are not read', async () => {
    let read = 0
    const twice = checkpoint(dict({ state_dict: dict({}), other: tensor() }))
    const slice = (start: number, end: number): Uint8Array => {
      read += end - start
      return twice.subarray(start, end)
    }
    await loadWeights({ byteLength: twice.length, slice })
    const without = read
    read = 0
    await load({ byteLength: twice.length, slice })
    expect(read - without).toBeGreaterThanOrEqual(16)
  })
})

describe('sources that fail', () => {
  it.each([
    ['with too few bytes', () => new Uint8Array(0), 'expected 512 bytes, got 0; did the file change?'],
    ['with too many bytes', () => new Uint8Array(513), 'expected 512 bytes, got 513'],
    [
      'by throwing',
      () => {
        throw new Error('disk on fire')
      },
      'cannot be read: disk on fire',
    ],
    ['by rejecting', () => Promise.reject(new Error('gone')), 'cannot be read: gone'],
  ])('%s', async (_, slice, message) => {
    const error = await failureOf(load({ byteLength: 1000, slice }), UnreadableSourceError)
    expect(error.message).toContain(message)
    expect(error.offset).toBe(0)
  })

  it.each([Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY])('with a byteLength of %d', async (byteLength) => {
    const error = await failureOf(load({ byteLength, slice: () => bytes }), UnreadableSourceError)
    expect(error.message).toContain(`byteLength is ${byteLength}`)
  })

  it.each([null, undefined, 3, {}, []])('%j is no source', async (source) => {
    // @ts-expect-error: what the types forbid
    await expect(load(source)).rejects.toThrow(TypeError)
    // @ts-expect-error: what the types forbid
    await expect(loadWeights(source)).rejects.toThrow('loadWeights: expected a path, URL, Blob')
  })
})

describe('a file of 5 GiB', () => {
  it('gives the tensor behind its first 5 GiB, and reads little else', async () => {
    const hole = 5 * 2 ** 30
    const [dataPkl, data0, version] = records(pickle(dict({ weight: tensor() })))
    const name = 'archive/data/9'
    const holeStart = 30 + dataPkl.name.length + dataPkl.data.length + 30 + name.length
    const data0Start = holeStart + hole
    const versionStart = data0Start + 30 + data0.name.length + data0.data.length
    const versionEnd = versionStart + 30 + version.name.length + version.data.length
    // Beyond 32 bits sizes and places are all ones, and stand in the zip64 extra field.
    const zip64 = (...values: readonly number[]): string =>
      `\x01\x00${little(8 * values.length, 2)}${values.map((value) => little(value, 8)).join('')}`
    const archive = buildZip(
      [
        dataPkl,
        { name, data: new Uint8Array(0), size: -1, compressedSize: -1, extra: zip64(hole, hole) },
        { ...data0, start: -1, extra: zip64(data0Start) },
        { ...version, start: -1, extra: zip64(versionStart) },
      ],
      { zip64: { start: versionEnd }, directoryStart: -1 },
    )
    let read = 0
    const slice = (start: number, end: number): Uint8Array => {
      read += end - start
      if (start >= data0Start) return archive.subarray(start - hole, end - hole)
      const bytes = new Uint8Array(end - start)
      bytes.set(archive.subarray(start, Math.min(end, holeStart)))
      return bytes
    }
    const weights = await loadWeights({ byteLength: archive.length + hole, slice })
    expect(weights.get('weight')?.toArray()).toEqual([1, 2, 3, 4])
    expect(read).toBeLessThan(archive.length + 1024)
  })
})
