import { describe, expect, it } from 'vitest'
import { CorruptCheckpointError, limits, load, loadWeights } from '../src/index.ts'
import type { Bytes } from '../src/source/source.ts'
import { concat, latin1, little } from './support/bytes.ts'
import { failureOf } from './support/failure.ts'

/** A file of `header`, text or JSON, and `data` bytes counting up from 0. */
function file(header: string | object, data: number): Bytes {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  return concat([latin1(little(json.length, 8)), json, Uint8Array.from({ length: data }, (_, i) => i)])
}

function entry(dtype: string, shape: readonly number[], begin: number, end: number): object {
  return { dtype, shape, data_offsets: [begin, end] }
}

async function refused(bytes: Bytes, message: string): Promise<void> {
  const error = await failureOf(load(bytes), CorruptCheckpointError)
  expect(error.message).toContain(message)
  expect(error.record).toBe(null)
  expect(error.offset).toBeGreaterThanOrEqual(0)
  expect(error.offset).toBeLessThanOrEqual(bytes.length)
}

describe('safetensors that load', () => {
  it('gives tensors in the order of the header, whatever the order of their bytes', async () => {
    const weights = await loadWeights(file({ b: entry('U8', [2], 2, 4), a: entry('I8', [2, 1], 0, 2) }, 4))
    expect([...weights.keys()]).toEqual(['b', 'a'])
    expect(weights.get('b')?.toArray()).toEqual([2, 3])
    expect(weights.get('a')).toMatchObject({
      dtype: 'int8',
      shape: [2, 1],
      strides: [1, 1],
      requiresGrad: false,
    })
  })

  it('takes data at any alignment', async () => {
    const weights = await loadWeights(file({ a: entry('U8', [1], 0, 1), b: entry('I32', [1], 1, 5) }, 5))
    expect(weights.get('b')?.toArray()).toEqual([0x04030201])
  })

  it('takes scalars, sizes of 0, metadata, spaces, escapes and names that objects treat specially', async () => {
    const header =
      '{ "__metadata__" : { "format":"pt", "\\u00e4\\"\\\\":"" } ,\n"__proto__":{"shape":[],"data_offsets":[0,1],"dtype":"U8"},' +
      '"e":{"dtype":"F32","shape":[3,0,7],"data_offsets":[1,1]}}   '
    const loaded = await loadWeights(file(header, 1))
    expect([...loaded].map(([name, { shape }]) => [name, shape])).toEqual([
      ['__proto__', []],
      ['e', [3, 0, 7]],
    ])
  })
})

describe('a header whose length looks like the mark of another format', () => {
  it.each([
    ['a pickle of protocol 2', 0x280],
    ['a pickle of protocol 3', 0x380],
    ['a pickle of protocol 4', 0x480],
    ['a pickle of protocol 5', 0x580],
    ['gzip', 0x8b1f],
    ['bzip2', 0x685a42],
  ])('%s loads', async (_, length) => {
    const json = JSON.stringify({ a: entry('U8', [2], 0, 2) }).padEnd(length)
    expect((await loadWeights(file(json, 2))).get('a')?.toArray()).toEqual([0, 1])
  })

  it('a tar archive loads', async () => {
    // The mark of tar is at byte 257.
    const name = `${'x'.repeat(257 - 10)}ustar`
    expect([...(await loadWeights(file({ [name]: entry('U8', [2], 0, 2) }, 2))).keys()]).toEqual([name])
  })
})

describe('the header as a whole', () => {
  it('longer than the limit', () =>
    refused(latin1(`${little(limits.safetensorsHeaderBytes + 1, 8)}{}`), 'the limit is 100000000'))
  it('of 2^64 - 1 bytes', () => refused(latin1(`${little(-1n, 8)}{}`), 'the limit is 100000000'))
  it('with a key of 1 MB twice, without repeating all of it', async () => {
    const name = 'x'.repeat(1e6)
    const error = await failureOf(
      load(file(`{"__metadata__":{"${name}":"","${name}":""}}`, 0)),
      CorruptCheckpointError,
    )
    expect(error.message.length).toBeLessThan(300)
  })
  it('longer than the file', () => refused(latin1(`${little(99, 8)}{}`), 'the file has 2 after its length'))
  it('that is not UTF-8', () => refused(latin1(`${little(4, 8)}{"\xff"}`), 'not UTF-8'))
  it.each([
    ['{', 'expected text'],
    ['{]', 'expected text'],
    ['{}}', 'expected the safetensors header to end'],
    ['{},', 'expected the safetensors header to end'],
    ['{} {}', 'expected the safetensors header to end'],
    ['{"a"}', 'expected :'],
    ['{"a":1}', 'expected {'],
    ['{"a":[]}', 'expected {'],
    ['{a:{}}', 'expected text'],
    ['{"a', 'text does not end'],
    ['{"a\\', 'text does not end'],
    ['{"a\\"', 'text does not end'],
    ['{"\\x":{}}', 'not valid JSON'],
    ['{"\\ud800":{}}', 'not valid JSON'],
    ['{"\n":{}}', 'not valid JSON'],
    ['{"a":{},}', 'lacks its dtype'],
    ['{"__metadata__":{"a":1}}', 'expected text'],
    ['{"__metadata__":[]}', 'expected {'],
    ['{"__metadata__":{"a":"","a":""}}', 'key "a" stands there twice'],
    ['{"__metadata__":{},"__metadata__":{}}', 'key "__metadata__" stands there twice'],
  ])('%j', (header, message) => refused(file(header, 0), message))
})

describe('an entry', () => {
  const header = (fields: string): string => `{"a":{${fields}}}`
  const good = '"dtype":"U8","shape":[4],"data_offsets":[0,4]'
  it('is good as it stands', async () => {
    expect((await loadWeights(file(header(good), 4))).size).toBe(1)
  })
  it.each([
    ['a name twice', `{"a":{${good}},"a":{${good}}}`, 'key "a" stands there twice'],
    ['a field twice', header(`${good},"shape":[4]`), 'key "shape" stands there twice'],
    ['an unknown field', header(`${good},"x":1`), 'unknown field "x"'],
    ['no dtype', header('"shape":[4],"data_offsets":[0,4]'), 'lacks its dtype'],
    ['no shape', header('"dtype":"U8","data_offsets":[0,4]'), 'lacks its dtype'],
    ['no offsets', header('"dtype":"U8","shape":[4]'), 'lacks its dtype'],
    ['an unknown dtype', header(good.replace('U8', 'toString')), 'dtype "toString"'],
    ['a dtype that is a number', header(good.replace('"U8"', '8')), 'expected text'],
    ['a fraction', header(good.replace('[4]', '[4.0]')), 'without fraction or exponent'],
    ['an exponent', header(good.replace('[4]', '[4e0]')), 'without fraction or exponent'],
    ['a leading zero', header(good.replace('[4]', '[04]')), 'without fraction or exponent'],
    ['a negative size', header(good.replace('[4]', '[-4]')), 'without fraction or exponent'],
    ['a size that is text', header(good.replace('[4]', '["4"]')), 'without fraction or exponent'],
    ['a size of 2^53', header(good.replace('[4]', '[9007199254740992]')), 'beyond 2^53'],
    ['a size of 60 digits', header(good.replace('[4]', `[${'9'.repeat(60)}]`)), 'beyond 2^53'],
    [
      'a product that wraps to 4',
      header(good.replace('[4]', '[4294967297,4294967297,4]')),
      'its data_offsets hold 4',
    ],
    ['too few bytes', header(good.replace('[4]', '[5]')), 'takes 5 bytes; its data_offsets hold 4'],
    ['too many bytes', header(good.replace('[4]', '[3]')), 'takes 3 bytes; its data_offsets hold 4'],
    ['half bytes', header(good.replace('U8', 'F4').replace('[4]', '[7]')), 'takes 3.5 bytes'],
    ['offsets backwards', header(good.replace('[0,4]', '[4,0]')), 'data_offsets [4, 0]'],
    ['one offset', header(good.replace('[0,4]', '[4]')), 'data_offsets [4]'],
    ['three offsets', header(good.replace('[0,4]', '[0,4,4]')), 'data_offsets [0, 4, 4]'],
    ['65 dimensions', header(good.replace('[4]', `[4${',1'.repeat(64)}]`)), 'the limit is 64'],
    ['offsets past the end', header(good.replace('[0,4]', '[4,8]')), 'leaves a hole before it'],
  ])('%s', (_, text, message) => refused(file(text, 4), message))

  it('of bools that are neither 0 nor 1', () =>
    refused(file({ a: entry('BOOL', [3], 0, 3) }, 3), 'expected bools of 0 or 1, got 2'))
})

describe('the layout', () => {
  it('with a hole', () =>
    refused(file({ a: entry('U8', [2], 0, 2), b: entry('U8', [1], 3, 4) }, 4), '"b" leaves a hole before it'))
  it('with an overlap', () =>
    refused(
      file({ a: entry('U8', [3], 0, 3), b: entry('U8', [2], 2, 4) }, 4),
      '"b" overlaps the tensor before it',
    ))
  it('with two tensors at one place', () =>
    refused(file({ a: entry('U8', [2], 0, 2), b: entry('U8', [2], 0, 2) }, 2), 'overlaps'))
  it('with a tail', () => refused(file({ a: entry('U8', [2], 0, 2) }, 3), 'tensors end at byte'))
  it('cut short', () => refused(file({ a: entry('U8', [4], 0, 4) }, 3), 'tensors end at byte'))
  it('with data but no tensors', () => refused(file({}, 1), 'tensors end at byte'))
})
