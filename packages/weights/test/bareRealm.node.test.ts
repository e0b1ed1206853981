import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { buildSync } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { CorruptCheckpointError, loadWeights } from '../src/index.ts'
import expected from './fixtures/expected.json' with { type: 'json' }
import { failureOf } from './support/failure.ts'

// An audio worklet has JavaScript and little else: no TextDecoder, URL, Blob, atob, crypto, DecompressionStream, ... A new context
// has even less.

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const context = createContext({})
const bundle = buildSync({
  stdin: {
    contents: `
      import { CheckpointError, loadWeights } from './src/index.ts'
      globalThis.load = async (source, files) => {
        try {
          const weights = await loadWeights(source, files ? { resolve: (name) => files[name] } : {})
          return JSON.stringify(Array.from(weights, ([name, { dtype, shape, data }]) => [name, dtype, shape, Array.from(data, String)]))
        } catch (error) {
          return JSON.stringify([error instanceof CheckpointError, error.name, error.message])
        }
      }`,
    resolveDir: path('..'),
    loader: 'ts',
  },
  alias: {
    '@unroll/tensor/layers': path('../../tensor/src/layers/index.ts'),
    '@unroll/tensor': path('../../tensor/src/index.ts'),
    '@unroll/kernels/spec': path('../../kernels/src/spec/index.ts'),
    '@unroll/kernels': path('../../kernels/src/index.ts'),
  },
  bundle: true,
  format: 'iife',
  target: 'es2022',
  write: false,
})
runInContext(bundle.outputFiles[0]?.text ?? '', context)

type Load = (source: unknown, files?: Readonly<Record<string, Uint8Array>>) => Promise<string>
const load = runInContext('load', context) as Load

/** What `loadWeights` returns in the context. */
async function loaded(source: unknown, files?: Readonly<Record<string, Uint8Array>>): Promise<unknown> {
  return JSON.parse(await load(source, files))
}

function bytesOf(file: string): Uint8Array {
  return readFileSync(path(`./fixtures/${file}`))
}

async function want(file: string): Promise<unknown> {
  const weights = await loadWeights(path(`./fixtures/${file}`))
  return Array.from(weights, ([name, { dtype, shape, data }]) => [
    name,
    dtype,
    shape,
    Array.from(data, String),
  ])
}

describe('where the language is all there is', () => {
  it('nothing else is there', () => {
    const missing = [
      'TextDecoder',
      'TextEncoder',
      'URL',
      'Blob',
      'File',
      'Response',
      'Request',
      'fetch',
      'atob',
      'crypto',
    ]
    const more = [
      'DecompressionStream',
      'ReadableStream',
      'AbortSignal',
      'DOMException',
      'structuredClone',
      'process',
      'setTimeout',
    ]
    for (const name of [...missing, ...more])
      expect(runInContext(`typeof ${name}`, context), name).toBe('undefined')
  })

  it('text is made of bytes at one place, which knows what to do there', () => {
    const sources = readdirSync(path('../src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    )
    const decoding = sources.filter((name) =>
      readFileSync(path(`../src/${name}`), 'utf8').includes('new TextDecoder'),
    )
    expect(decoding).toEqual(['utf8.ts'])
  })

  const files = expected.cases
    .filter((one) => 'weights' in one && !one.file.endsWith('.index.json'))
    .map(({ file }) => file)
  it.each([...files, 'array.npy'])('loadWeights reads the bytes of %s', async (file) => {
    const bytes = bytesOf(file)
    expect(await loaded(bytes)).toEqual(await want(file))
    // As in a message: an ArrayBuffer, here from another realm.
    expect(await loaded(Uint8Array.from(bytes).buffer)).toEqual(await want(file))
  })

  it('loadWeights reads an index and the files that it names', async () => {
    const names = ['shard-1-of-2.safetensors', 'shard-2-of-2.safetensors']
    const shards = Object.fromEntries(names.map((name) => [name, bytesOf(name)]))
    const index = 'shards.safetensors.index.json'
    expect(await loaded(bytesOf(index), shards)).toEqual(await want(index))
    expect(await loaded(bytesOf(index))).toEqual([
      true,
      'UnreadableSourceError',
      expect.stringContaining('has no folder itself: pass { resolve: (name) => source }'),
    ])
  })

  it('what is broken is refused in the same words', async () => {
    for (const [file, damage] of [
      ['lstm.safetensors', 20],
      ['arrays-deflated.npz', 60],
    ] as const) {
      const bytes = Uint8Array.from(bytesOf(file))
      bytes.fill(0xff, damage, damage + 10)
      const { message } = await failureOf(loadWeights(bytes), CorruptCheckpointError)
      const [known, name, text] = (await loaded(bytes)) as [boolean, string, string]
      expect([known, name]).toEqual([true, 'CorruptCheckpointError'])
      // Only the inflater's own messages differ.
      expect(text.split('inflated:')[0]).toBe(message.split('inflated:')[0])
    }
  })

  it('what is no source is told as anywhere', async () => {
    expect(await loaded(3)).toEqual([
      false,
      'TypeError',
      expect.stringMatching(/^loadWeights: expected a path, URL, .*got number 3/),
    ])
  })
})
