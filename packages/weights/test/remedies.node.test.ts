import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CheckpointError, load, loadWeights } from '../src/index.ts'
import { call, checkpoint, dict, global, int, pickle, tensor, text, tuple } from './support/torchBuilder.ts'

// Remedies must help: neither reader may suggest the other one if that fails, too.

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
})
afterEach(() => {
  vi.restoreAllMocks()
})

const folders = ['fixtures', 'variants', 'cases'].map((name) => new URL(`./${name}/`, import.meta.url))
const files = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => !/\.(json|md)$/.test(name))
    .map((name): [string, Uint8Array] => [name, new Uint8Array(readFileSync(new URL(name, folder)))]),
)
const module = `${global('net', 'Net')})\x81${dict({ _parameters: dict({ w: tensor() }), _buffers: '}', _modules: '}' })}b`
const odd: [string, Uint8Array][] = [
  ['a number', checkpoint(int(3))],
  ['None', checkpoint('N')],
  ['text', checkpoint(text('x'))],
  ['a tensor', checkpoint(tensor())],
  ['a list of tensors', checkpoint(`](${tensor()}${tensor()}e`)],
  ['a tuple of nothing', checkpoint(tuple())],
  ['a set', checkpoint('\x8f')],
  ['a dict of numbers', checkpoint(dict({ a: int(1) }))],
  ['a dict with keys of numbers', checkpoint(`}${int(1)}${tensor()}s`)],
  ['an object', checkpoint(call('foo', 'Bar'))],
  ['an object with attributes', checkpoint(`${global('foo', 'Bar')})\x81${dict({ a: int(1) })}b`)],
  ['a class', checkpoint(global('foo', 'Bar'))],
  ['a module', checkpoint(module)],
  ['a list of modules', checkpoint(`](${module}${module}e`)],
  ['a bare pickle of a list', pickle(`]${int(1)}a`)],
  ['a bare pickle of an object', pickle(call('foo', 'Bar'))],
]

async function refusal(promise: Promise<unknown>): Promise<string | null> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error !== null && !(error instanceof CheckpointError)) throw error
  return error?.message ?? null
}

describe('an error that names another reader', () => {
  it.each([...files, ...odd])('is right of %s', async (_, bytes) => {
    const [object, weights] = [await refusal(load(bytes)), await refusal(loadWeights(bytes))]
    if (object?.includes('loadWeights')) expect(weights).toBe(null)
    if (weights !== null && /\bload\b/.test(weights)) expect(object).toBe(null)
  })

  it('is there at all', async () => {
    expect(await refusal(load(checkpoint(module)))).toContain('loadWeights gives its parameters and buffers')
    expect(await refusal(loadWeights(checkpoint(tensor())))).toContain('load gives it as it is')
  })
})
