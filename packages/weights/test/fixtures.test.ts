import { Tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { InertRecord, load, loadWeights, UnsafePickleError, UnsupportedFormatError } from '../src/index.ts'
import expected from './fixtures/expected.json' with { type: 'json' }
import { Encoder } from './support/encode.ts'
import { failureOf } from './support/failure.ts'

interface Case {
  readonly file: string
  readonly load?: unknown
  readonly weights?: unknown
}

const cases: readonly Case[] = expected.cases

function fixture(file: string): URL {
  return new URL(`./fixtures/${file}`, import.meta.url)
}

/** A string stands for the object of another file. */
function expectedLoad({ load: object }: Case): unknown {
  return typeof object === 'string' ? cases.find(({ file }) => file === object)?.load : object
}

describe(`files written by PyTorch ${expected.torch}`, () => {
  it.each(cases.filter((one) => 'load' in one))('load gives the object saved in $file', async (one) => {
    const saved = await load(fixture(one.file))
    expect(new Encoder().value(saved)).toEqual(expectedLoad(one))
  })

  it.each(cases.filter((one) => 'weights' in one))(
    'loadWeights gives the state dict of $file',
    async (one) => {
      const weights = await loadWeights(fixture(one.file))
      const want = one.weights === 'load' ? expectedLoad(one) : one.weights
      expect(new Encoder().value(new Map(weights))).toEqual(want)
    },
  )

  it('keeps an object that is there twice one object', async () => {
    for (const read of [load, loadWeights]) {
      const saved = await read(fixture('parameters-protocol2.pt'))
      if (!(saved instanceof Map)) throw new Error('expected a Map')
      expect(saved.get('tied')).toBeInstanceOf(Tensor)
      expect(saved.get('tied')).toBe(saved.get('again'))
    }
  })

  it('loads a list that contains itself', async () => {
    const list = await load(fixture('cyclic.pt'))
    expect(Array.isArray(list) && list.length === 1 && list[0] === list).toBe(true)
  })

  it('makes writing to a view write to what shares its storage', async () => {
    const weights = await loadWeights(fixture('views.pt'))
    weights.get('row')?.fill_(-1)
    expect(weights.get('base')?.toArray()).toEqual([...Array(20).keys(), -1, -1, -1, -1])
  })
})

describe('what is no state dict', () => {
  it.each([
    ['cyclic.pt', 'holds a list'],
    ['tensor.pt', 'holds a tensor'],
    ['objects-protocol2.pt', 'holds no tensors under keys of text; its keys are "none"'],
  ])('loadWeights says what %s holds instead', async (file, message) => {
    const error = await failureOf(loadWeights(fixture(file)), UnsupportedFormatError)
    expect(error.message).toContain(message)
  })

  it('load refuses a pickled module, whose class it may not construct', async () => {
    const error = await failureOf(load(fixture('whole-module.pt')), UnsafePickleError)
    expect(error.message).toContain('is an object of torch.nn.modules.linear.Linear')
    expect(error.message).toContain('loadWeights gives its parameters and buffers')
    expect(error.record).toBe('archive/data.pkl')
    expect(error.offset).toBeGreaterThan(0)
  })

  it('load gives an inert record for an unlisted object in a training checkpoint', async () => {
    const saved = await load(fixture('checkpoint.pt'))
    const args = saved instanceof Map ? saved.get('args') : null
    expect(args).toBeInstanceOf(InertRecord)
    expect(args).toMatchObject({ name: 'argparse.Namespace', attributes: new Map([['lr', 0.1]]) })
  })
})

describe('formats and contents known by name', () => {
  it.each([
    ['quantized.pt', 'a quantized tensor'],
    ['sparse.pt', 'a sparse tensor'],
    ['meta.pt', 'a tensor on the meta device'],
    ['complex64.pt', 'a tensor of complex64'],
  ])('refuses %s, which has nothing else, naming it', async (file, message) => {
    const error = await failureOf(loadWeights(fixture(file)), UnsupportedFormatError)
    expect(error.message).toContain(`holds no tensor that can be read: `)
    expect(error.message).toContain(`: ${message} (`)
    expect(error.file).toBe(fixture(file).href)
    const saved = await load(fixture(file))
    const [record] = saved instanceof Map ? saved.values() : []
    expect(record).toBeInstanceOf(InertRecord)
    expect(record).toMatchObject({ what: message })
  })
})
