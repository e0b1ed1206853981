import { describe, expect, it } from 'vitest'
import {
  type ByteSource,
  type CheckpointSource,
  CorruptCheckpointError,
  load,
  loadWeights,
  open,
  SourceChangedError,
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
    // Sizes and offsets beyond 32 bits are all ones, and their values are in the zip64 extra field.
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

describe('a file that was chosen', () => {
  it.each(['NotReadableError', 'NotFoundError'])('and cannot be read any more, by %s', async (name) => {
    const chosen = new File([bytes], 'weights.pt')
    const gone = new DOMException('could not be read', name)
    chosen.slice = () => Object.assign(new Blob(), { arrayBuffer: () => Promise.reject(gone) })
    const error = await failureOf(load(chosen), SourceChangedError)
    expect(error.message).toContain(`weights.pt: cannot be read (${name}): it was changed, moved or locked`)
    expect(error.cause).toBe(gone)
  })
})

describe('a source of the caller', () => {
  it('whose length changes is refused', async () => {
    const source = {
      byteLength: bytes.length,
      slice: (start: number, end: number) => bytes.slice(start, end),
    }
    const checkpoint = await open(source)
    source.byteLength++
    await failureOf(checkpoint.get('weight'), SourceChangedError)
  })
})

describe('a Response', () => {
  it('is read, by itself and with its signal', async () => {
    await loads(new Response(bytes))
    await loads(await fetch(URL.createObjectURL(new Blob([bytes]))))
    const { signal } = new AbortController()
    expect((await loadWeights(new Response(bytes), { signal })).size).toBe(1)
  })

  it.each([
    [
      'with status 404',
      () => new Response('no', { status: 404, statusText: 'Not Found' }),
      'HTTP status 404 Not Found',
    ],
    ['with a part of the file', () => new Response(bytes, { status: 206 }), 'a part of the file only'],
    ['of a failed request', () => Response.error(), 'an answer of type error, whose body is hidden'],
  ])('%s is refused', async (_, response, message) => {
    const error = await failureOf(loadWeights(response()), UnreadableSourceError)
    expect(error.message).toBe(`<response>: ${error.message.slice('<response>: '.length)}`)
    expect(error.message).toContain(message)
  })

  it('that holds all of a range is read', () => {
    const headers = { 'content-range': `bytes 0-${bytes.length - 1}/${bytes.length}` }
    return loads(new Response(bytes, { status: 206, headers }))
  })

  it('that was read already, or is being read, is refused', async () => {
    const [used, locked] = [new Response(bytes), new Response(bytes)]
    await used.arrayBuffer()
    locked.body?.getReader()
    for (const response of [used, locked]) {
      const error = await failureOf(loadWeights(response), UnreadableSourceError)
      expect(error.message).toContain('was read already; fetch it again, or pass response.clone()')
    }
  })

  it('is given up when a signal says so, with its reason', async () => {
    const controller = new AbortController()
    const reason = new Error('closed the page')
    const endless = new ReadableStream({ pull: () => new Promise(() => undefined) })
    const reading = loadWeights(new Response(endless), { signal: controller.signal })
    controller.abort(reason)
    await expect(reading).rejects.toBe(reason)
  })

  it('that breaks off is an error', async () => {
    const broken = new ReadableStream({ start: (stream) => stream.error(new Error('cable pulled')) })
    const error = await failureOf(loadWeights(new Response(broken)), UnreadableSourceError)
    expect(error.message).toContain('<response>: the answer broke off: ')
  })
})

describe('a Request', () => {
  it('is sent', () => loads(new Request(URL.createObjectURL(new Blob([bytes])))))

  it('that could not be sent for each part is no source', async () => {
    const post = new Request('http://localhost/', { method: 'POST' })
    await expect(loadWeights(post)).rejects.toThrow(
      /^loadWeights: expected a Request with method GET.*got POST; pass the answer: await fetch\(request\)/,
    )
  })

  it('that is aborted by its own signal gives its reason', async () => {
    const reason = new Error('closed the page')
    const request = new Request('http://localhost/', { signal: AbortSignal.abort(reason) })
    await expect(loadWeights(request)).rejects.toBe(reason)
  })
})

describe('what is no source', () => {
  it.each([
    ['a promise', fetch('data:,'), 'got a promise; await it first'],
    ['a stream', new Blob().stream(), 'got ReadableStream; write new Response(stream)'],
    ['an array of bytes', [1, 2], 'got array of 2; of bytes make a Uint8Array'],
    ['an empty path', '', 'got string ""'],
    ['a Map', new Map(), 'got Map'],
    ['a function', () => bytes, 'got a function'],
  ])('%s: the error names it, and what is one', async (_, source, got) => {
    // @ts-expect-error: what the types forbid
    await expect(loadWeights(source)).rejects.toThrow(
      `loadWeights: expected a path, URL, Blob, File, Response, Request, ArrayBuffer, Uint8Array or { byteLength, slice(start, end) }, ${got}`,
    )
  })
})
