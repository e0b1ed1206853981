import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { ones } from '@unroll/tensor'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  load,
  loadWeights,
  open,
  SourceChangedError,
  saveSafetensors,
  UnreadableSourceError,
  UnsupportedFormatError,
} from '../src/index.ts'
import type { Bytes } from '../src/source/source.ts'
import { failureOf } from './support/failure.ts'
import { checkpoint, dict, pickle, records, storage, tensor } from './support/torchBuilder.ts'
import { buildZip } from './support/zipBuilder.ts'

const small = checkpoint(dict({ weight: tensor() }))

/** A storage of 5 MB that the state dict does not need, and one of 3 MB that it needs. */
const large = ((): Bytes => {
  const [, data0, version] = records(new Uint8Array(0))
  const used = { ...data0, data: new Uint8Array(3e6).fill(1) }
  const unused = { ...data0, name: 'archive/data/1', data: new Uint8Array(5e6) }
  const weights = dict({ weight: tensor({ of: storage(750_000) }) })
  const body = dict({ state_dict: weights, optimizer: tensor({ of: storage(1_250_000, '1') }) })
  return buildZip([{ name: 'archive/data.pkl', data: pickle(body) }, unused, used, version])
})()

type Answer = (request: IncomingMessage, response: ServerResponse) => void

function ranges(file: Bytes, { etag = (): string => '"1"', shift = 0 } = {}): Answer {
  return (request, response) => {
    const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    if (start === undefined || last === undefined) {
      response.writeHead(200, { 'content-length': file.length, etag: etag() }).end(file)
      return
    }
    if (Number(start) >= file.length) {
      response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end()
      return
    }
    const end = Math.min(Number(last) + 1, file.length)
    const from = Number(start) + (Number(start) === 0 ? 0 : shift)
    const body = file.subarray(from, end)
    sent += body.length
    response
      .writeHead(206, { 'content-range': `bytes ${from}-${end - 1}/${file.length}`, etag: etag() })
      .end(body)
  }
}

function whole(file: Bytes): Answer {
  return (_, response) => response.writeHead(200).end(file)
}

let answer: Answer = whole(small)
let requests: (string | undefined)[] = []
let sent = 0
let base = ''

const server = createServer((request, response) => {
  requests.push(request.headers.range)
  answer(request, response)
})

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a port')
  base = `http://127.0.0.1:${address.port}`
})
beforeEach(() => {
  requests = []
  sent = 0
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

describe('a server that answers ranges', () => {
  it('is asked once for a small file', async () => {
    answer = ranges(small)
    expect((await loadWeights(`${base}/small.pt`)).get('weight')?.toArray()).toEqual([1, 2, 3, 4])
    expect(requests).toEqual(['bytes=0-1048575'])
  })

  it('is asked for the parts of a large file that are needed', async () => {
    answer = ranges(large)
    const weights = await loadWeights(new URL(`${base}/large.pt`))
    expect(weights.get('weight')?.shape).toEqual([4])
    expect(weights.get('weight')?.storage.data.length).toBe(750_000)
    expect(sent).toBeLessThan(3e6 + 3 * 2 ** 20)
    expect(requests.length).toBeLessThan(8)
  })

  it('whose file is empty', async () => {
    answer = ranges(new Uint8Array(0))
    await expect(load(`${base}/empty.pt`)).rejects.toThrow('is empty')
  })

  it('but gives other bytes than asked for is refused', async () => {
    answer = ranges(large, { shift: 1 })
    const error = await failureOf(load(`${base}/large.pt`), UnreadableSourceError)
    expect(error.message).toContain('asked for bytes')
  })

  it('whose file changes meanwhile is refused', async () => {
    let version = 0
    answer = ranges(large, { etag: () => `"${version++}"` })
    const error = await failureOf(load(`${base}/large.pt`), SourceChangedError)
    expect(error.message).toContain('changed on the server')
  })

  it('but does not tell the size is asked for the whole', async () => {
    answer = (request, response) => {
      if (request.headers.range)
        response.writeHead(206, { 'content-range': 'bytes 0-9/*' }).end(small.subarray(0, 10))
      else whole(small)(request, response)
    }
    expect((await loadWeights(`${base}/small.pt`)).size).toBe(1)
    expect(requests).toEqual(['bytes=0-1048575', undefined])
  })
})

describe('a server that knows no ranges', () => {
  it('sends the whole body once', async () => {
    answer = whole(large)
    expect((await loadWeights(`${base}/large.pt`)).size).toBe(1)
    expect(requests).toHaveLength(1)
  })

  it('and hangs up on them is asked plainly', async () => {
    answer = (request, response) => {
      if (request.headers.range) request.socket.destroy()
      else whole(small)(request, response)
    }
    expect((await loadWeights(`${base}/small.pt`)).size).toBe(1)
  })
})

describe('a server that fails', () => {
  it.each([
    [404, 'Not Found'],
    [403, 'Forbidden'],
    [500, 'Internal Server Error'],
  ])('with status %d gives an error that names the address', async (status, text) => {
    answer = (_, response) => response.writeHead(status).end('<html>no</html>')
    const error = await failureOf(load(`${base}/none.pt`), UnreadableSourceError)
    expect(error.message).toBe(`${base}/none.pt: HTTP status ${status} ${text}`)
  })

  it('by sending a page instead is told apart', async () => {
    answer = (_, response) => response.writeHead(200).end('<!doctype html><title>Sign in</title>')
    const error = await failureOf(load(`${base}/model.pt`), UnsupportedFormatError)
    expect(error.message).toContain('a web page')
  })

  it('by breaking off', async () => {
    answer = (request, response) => {
      response.writeHead(200, { 'content-length': small.length })
      response.write(small.subarray(0, 100), () => request.socket.destroy())
    }
    const error = await failureOf(load(`${base}/model.pt`), UnreadableSourceError)
    expect(error.message).toContain('broke off')
  })

  it('by not being there', async () => {
    const error = await failureOf(load('http://127.0.0.1:9/model.pt'), UnreadableSourceError)
    expect(error.message).toContain('cannot be fetched')
    expect(error.file).toBe('http://127.0.0.1:9/model.pt')
  })

  it('since the address makes no sense', async () => {
    await failureOf(load('http://'), UnreadableSourceError)
    await failureOf(load('gopher://example.com/model.pt'), UnreadableSourceError)
  })
})

describe('open and shards over HTTP', () => {
  it('fetch one layer of many by about its bytes', async () => {
    const layers = new Map(Array.from({ length: 20 }, (_, i) => [`layer${i}`, ones([500_000])] as const))
    answer = ranges(saveSafetensors(layers))
    const checkpoint = await open(`${base}/large.safetensors`)
    sent = 0
    expect((await checkpoint.get('layer15')).numel).toBe(500_000)
    expect(sent).toBe(2_000_000)
    await checkpoint.close()
  })

  it('fetch the files an index names from beside it', async () => {
    const index = Buffer.from(JSON.stringify({ weight_map: { a: 'one.safetensors', b: 'two.safetensors' } }))
    const files = new Map<string | undefined, Uint8Array<ArrayBuffer>>([
      ['/models/index.json', new Uint8Array(index)],
      ['/models/one.safetensors', saveSafetensors(new Map([['a', ones([1])]]))],
      ['/models/two.safetensors', saveSafetensors(new Map([['b', ones([2])]]))],
    ])
    answer = (request, response) => ranges(files.get(request.url) ?? small)(request, response)
    const weights = await loadWeights(`${base}/models/index.json`)
    expect(Array.from(weights, ([name, { numel }]) => [name, numel])).toEqual([
      ['a', 1],
      ['b', 2],
    ])
  })

  it('send the headers of a Request with every request, also for the files an index names', async () => {
    const index = Buffer.from(JSON.stringify({ weight_map: { a: 'one.safetensors' } }))
    const shard = saveSafetensors(new Map([['a', ones([500_000])]]))
    const tokens: (string | undefined)[] = []
    answer = (request, response) => {
      tokens.push(request.headers.authorization)
      ranges(request.url === '/models/index.json' ? new Uint8Array(index) : shard)(request, response)
    }
    const request = new Request(`${base}/models/index.json`, { headers: { Authorization: 'Bearer abc' } })
    expect((await loadWeights(request, { signal: new AbortController().signal })).get('a')?.numel).toBe(
      500_000,
    )
    expect(tokens).toEqual(['Bearer abc', 'Bearer abc', 'Bearer abc'])
  })

  it('read a Response, and fetch the files it names from beside its address', async () => {
    const index = Buffer.from(JSON.stringify({ weight_map: { a: 'one.safetensors' } }))
    const shard = saveSafetensors(new Map([['a', ones([1])]]))
    answer = (request, response) =>
      whole(request.url === '/models/index.json' ? new Uint8Array(index) : shard)(request, response)
    expect((await loadWeights(await fetch(`${base}/models/index.json`))).size).toBe(1)
    answer = (_, response) => response.writeHead(404).end()
    const error = await failureOf(loadWeights(await fetch(`${base}/none.pt`)), UnreadableSourceError)
    expect(error.message).toBe(`${base}/none.pt: HTTP status 404 Not Found`)
  })

  it('stop when a signal says so, with its reason', async () => {
    const controller = new AbortController()
    const reason = new Error('closed the page')
    answer = () => controller.abort(reason)
    await expect(loadWeights(`${base}/small.pt`, { signal: controller.signal })).rejects.toBe(reason)
  })
})
