import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { full } from '@unroll/tensor'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadWeights, SourceChangedError, saveSafetensors, UnreadableSourceError } from '../src/index.ts'
import type { Bytes } from '../src/source/source.ts'
import { failureOf } from './support/failure.ts'

/** Three tensors of 1.2 MB, each of which takes a request. Version 1 is all ones, version 2 all twos. */
function fileOf(version: number, elements = 300_000): Bytes {
  const names = ['a', 'b', 'c']
  return saveSafetensors(new Map(names.map((name) => [name, full([elements], version)])))
}
const versions = [fileOf(1), fileOf(2)] as const
const longer = fileOf(2, 300_001)

/** How a server answers ranges, and what it tells about the version. */
interface Server {
  readonly headers: (version: number) => OutgoingHttpHeaders
  /** Whether it supports If-Range, which is optional. */
  readonly ifRange: boolean
  /** The request from which on it has version 2. */
  readonly replacedAt: number
  readonly second?: Bytes
  /** Answers the request itself if it returns true. */
  readonly instead?: (request: IncomingMessage, response: ServerResponse, count: number) => boolean
}

let current: Server = { headers: () => ({}), ifRange: true, replacedAt: 0 }
let requests: IncomingMessage[] = []
let base = ''

const server = createServer((request, response) => {
  requests.push(request)
  const { headers, ifRange, replacedAt, second = versions[1], instead } = current
  const version = requests.length > replacedAt ? 2 : 1
  const file = version === 2 ? second : versions[0]
  if (instead?.(request, response, requests.length)) return
  const tells = { date: 'Thu, 26 Nov 2026 12:00:00 GMT', ...headers(version) }
  const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  const condition = request.headers['if-range']
  const same = condition === undefined || condition === tells.etag || condition === tells['last-modified']
  if (start === undefined || last === undefined || (ifRange && !same)) {
    response.writeHead(200, { ...tells, 'content-length': file.length }).end(file)
    return
  }
  const end = Math.min(Number(last) + 1, file.length)
  response
    .writeHead(206, { ...tells, 'content-range': `bytes ${start}-${end - 1}/${file.length}` })
    .end(file.subarray(Number(start), end))
})

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a port')
  base = `http://127.0.0.1:${address.port}`
})
beforeEach(() => {
  requests = []
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

/** The values that were read: a single one if no versions were mixed. */
async function valuesRead(): Promise<number[]> {
  const weights = await loadWeights(`${base}/model.safetensors`)
  const values = new Set<number | bigint>()
  for (const { data } of weights.values()) for (const value of data) values.add(value)
  return [...values].map(Number)
}

const modified = (version: number): string => `Thu, 26 Nov 2026 11:00:0${version} GMT`
/** A change in the same second as the answer: another change would have the same time. */
const justNow = 'Thu, 26 Nov 2026 12:00:00 GMT'

/** Servers whose versions can be told apart. */
const telling: readonly [string, Server['headers']][] = [
  ['an ETag', (version) => ({ etag: `"${version}"` })],
  ['Last-Modified', (version) => ({ 'last-modified': modified(version) })],
  ['both', (version) => ({ etag: `"${version}"`, 'last-modified': modified(version) })],
  ['a weak ETag and Last-Modified', (version) => ({ etag: 'W/"x"', 'last-modified': modified(version) })],
  [
    'Last-Modified, without a clock of its own',
    (version) => ({ date: [], 'last-modified': `Thu, 26 Nov 2020 11:00:0${version} GMT` }),
  ],
]

/** Servers whose versions cannot be told apart. */
const mute: readonly [string, Server['headers']][] = [
  ['nothing', () => ({})],
  ['a weak ETag alone', () => ({ etag: 'W/"x"' })],
  ['a Last-Modified of this second', () => ({ 'last-modified': justNow })],
  ['an ETag made of a Last-Modified of this second', () => ({ etag: '"x"', 'last-modified': justNow })],
  ['a Last-Modified that is no date', () => ({ 'last-modified': 'yesterday' })],
]

describe.each([true, false])('a server that answers If-Range: %s', (ifRange) => {
  it.each(telling)('and tells %s is read in parts while the file stays', async (_, headers) => {
    current = { headers, ifRange, replacedAt: 99 }
    expect(await valuesRead()).toEqual([1])
    expect(requests).toHaveLength(4)
    expect(requests.every((request) => request.headers.range !== undefined)).toBe(true)
  })

  it.each([...telling, ...mute])(
    'and tells %s: nothing is mixed, whenever it is replaced',
    async (_, headers) => {
      const outcomes = new Set<string>()
      for (let replacedAt = 0; replacedAt < 5; replacedAt++) {
        current = { headers, ifRange, replacedAt }
        requests = []
        const outcome = await valuesRead().catch((error: unknown) => error)
        if (outcome instanceof SourceChangedError) {
          expect(outcome.message).toBe(
            `${base}/model.safetensors: changed on the server while it was read; read it again`,
          )
          outcomes.add('refused')
        } else {
          expect(outcome).toHaveLength(1)
          outcomes.add(String(outcome))
        }
      }
      const refused = telling.some(([, known]) => known === headers)
      expect([...outcomes].sort()).toEqual(refused ? ['1', '2', 'refused'] : ['1', '2'])
    },
  )

  it.each(mute)('and tells %s is asked for the whole file, once', async (_, headers) => {
    current = { headers, ifRange, replacedAt: 99 }
    expect(await valuesRead()).toEqual([1])
    expect(requests.map((request) => request.headers.range)).toEqual(['bytes=0-1048575', undefined])
  })

  it('and whose file has another length then', async () => {
    const headers = (): OutgoingHttpHeaders => ({ etag: '"same"' })
    current = { headers, ifRange, replacedAt: 2, second: longer }
    await failureOf(valuesRead(), SourceChangedError)
  })
})

describe('a server', () => {
  const headers = (version: number): OutgoingHttpHeaders => ({
    etag: `"${version}"`,
    'last-modified': modified(version),
  })
  /** How it answers the third request. */
  const third = (answer: (response: ServerResponse) => unknown): void => {
    const instead: Server['instead'] = (_, response, count) => {
      if (count !== 3) return false
      answer(response)
      return true
    }
    current = { headers, ifRange: true, replacedAt: 99, instead }
  }

  it('is told the version that its part must be of', async () => {
    current = { headers, ifRange: true, replacedAt: 99 }
    await valuesRead()
    expect(requests.map((request) => request.headers['if-range'])).toEqual([undefined, '"1"', '"1"', '"1"'])
  })

  it('may leave Last-Modified out of its answer to If-Range', async () => {
    current = {
      headers: (version) => (requests.length > 1 ? { etag: `"${version}"` } : headers(version)),
      ifRange: true,
      replacedAt: 99,
    }
    expect(await valuesRead()).toEqual([1])
  })

  it.each([412, 416])('with status %d on the way has another file now', async (status) => {
    third((response) => response.writeHead(status).end())
    await failureOf(valuesRead(), SourceChangedError)
  })

  it('with status 404 on the way says so', async () => {
    third((response) => response.writeHead(404).end())
    const error = await failureOf(valuesRead(), UnreadableSourceError)
    expect(error.message).toContain('HTTP status 404')
  })

  it('that forgets its ETag on the way is not trusted', async () => {
    third((response) =>
      response.writeHead(206, { 'content-range': `bytes 0-9/${versions[0].length}` }).end(Buffer.alloc(10)),
    )
    await failureOf(valuesRead(), SourceChangedError)
  })

  it.each([
    ['another range', { 'content-range': `bytes 0-9/${versions[0].length}` }, 'sent bytes 0 to 10'],
    ['no range', {}, 'sent no range'],
    ['a part of several parts', { 'content-type': 'multipart/byteranges; boundary=x' }, 'sent no range'],
    ['an open range', { 'content-range': 'bytes 0-9/*' }, 'sent no range'],
  ])('that answers with %s is refused', async (_, range, message) => {
    third((response) => response.writeHead(206, { ...headers(1), ...range }).end(Buffer.alloc(10)))
    const error = await failureOf(valuesRead(), UnreadableSourceError)
    expect(error.message).toContain(message)
  })

  it('that does not understand If-Range is asked without', async () => {
    current = {
      headers,
      ifRange: true,
      replacedAt: 99,
      instead(request, response) {
        if (request.headers['if-range'] === undefined) return false
        response.writeHead(200, headers(1)).end(versions[0])
        return true
      },
    }
    expect(await valuesRead()).toEqual([1])
    expect(requests.map((request) => request.headers['if-range'])).toEqual([
      undefined,
      '"1"',
      undefined,
      undefined,
      undefined,
    ])
  })

  it('that stops answering ranges is refused', async () => {
    current = {
      headers,
      ifRange: true,
      replacedAt: 99,
      instead(_, response, count) {
        if (count < 3) return false
        response.writeHead(200, headers(1)).end(versions[0])
        return true
      },
    }
    const error = await failureOf(valuesRead(), UnreadableSourceError)
    expect(error.message).toContain('sent no range (HTTP status 200)')
  })

  it('that compresses its answers is read all the same', async () => {
    const zipped = gzipSync(versions[0])
    current = {
      headers,
      ifRange: true,
      replacedAt: 99,
      instead(request, response) {
        const range =
          request.headers.range === undefined ? {} : { 'content-range': `bytes 0-99/${zipped.length}` }
        response
          .writeHead(request.headers.range === undefined ? 200 : 206, {
            ...headers(1),
            ...range,
            'content-encoding': 'gzip',
          })
          .end(request.headers.range === undefined ? zipped : zipped.subarray(0, 100))
        return true
      },
    }
    expect(await valuesRead()).toEqual([1])
  })

  it('that compresses a later answer is refused', async () => {
    third((response) => {
      const end = versions[0].length
      response
        .writeHead(206, { ...headers(1), 'content-encoding': 'gzip', 'content-range': `bytes 1-9/${end}` })
        .end(gzipSync('123456789'))
    })
    await failureOf(valuesRead(), UnreadableSourceError)
  })
})
