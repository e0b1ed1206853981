import { ones } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import {
  CorruptCheckpointError,
  load,
  loadWeights,
  saveSafetensors,
  UnsupportedFormatError,
} from '../src/index.ts'
import type { Bytes } from '../src/source/source.ts'
import { concat, latin1, little } from './support/bytes.ts'
import { failureOf } from './support/failure.ts'
import { buildZip } from './support/zipBuilder.ts'

interface NpyOptions {
  readonly version?: string
  readonly length?: number
  readonly data?: number
}

/** An array file of `header`, and zeros. */
function npy(
  header: string,
  { version = '\x01\x00', length = header.length, data = 24 }: NpyOptions = {},
): Bytes {
  const size = little(length, version.startsWith('\x01') ? 2 : 4)
  return concat([latin1(`\x93NUMPY${version}${size}${header}`), new Uint8Array(data)])
}

const good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n"

describe('an .npy file', () => {
  it.each([
    ['version 1', npy(good)],
    ['version 2', npy(good, { version: '\x02\x00' })],
    ['keys in another order', npy("{'shape':(2,3,),'fortran_order':False,'descr':'=f4'}")],
    ['Python 2 counts', npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }")],
  ])('of %s loads', async (_, bytes) => {
    expect((await loadWeights(bytes)).get('array')?.shape).toEqual([2, 3])
  })

  it.each([
    ['objects', "{'descr': '|O', 'fortran_order': False, 'shape': (3,)}", 'holds Python objects'],
    ['objects of a size', "{'descr': '|O8', 'fortran_order': False, 'shape': (3,)}", 'holds Python objects'],
    [
      'objects in records',
      "{'descr': [('a', '|O')], 'fortran_order': False, 'shape': (3,)}",
      'is not supported',
    ],
    [
      'big-endian integers',
      "{'descr': '>i8', 'fortran_order': False, 'shape': (3,)}",
      "save a.astype('<i8')",
    ],
    ['big-endian halves', "{'descr': '>f2', 'fortran_order': False, 'shape': (12,)}", "save a.astype('<f2')"],
    [
      'big-endian numbers',
      "{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3)}",
      "save a.astype('<f4')",
    ],
    ['records', "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3)}", 'is not supported'],
    ['text', "{'descr': '<U6', 'fortran_order': False, 'shape': (1,)}", 'is not supported'],
    ['dates', "{'descr': '<M8[s]', 'fortran_order': False, 'shape': (3,)}", 'is not supported'],
    [
      'a dtype called __proto__',
      "{'descr': '__proto__', 'fortran_order': False, 'shape': (3,)}",
      'is not supported',
    ],
  ])('of %s is refused', async (_, header, message) => {
    expect((await failureOf(load(npy(header)), UnsupportedFormatError)).message).toContain(message)
  })

  const shaped = (shape: string): Bytes => npy(`{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}}`)
  it.each([
    ['a shape beyond its data', shaped('(2, 4)'), 'takes 32 bytes; it has 24'],
    ['a shape short of its data', shaped('(2, 2)'), 'takes 16 bytes; it has 24'],
    ['a shape whose product overflows', shaped('(4294967296, 4294967296)'), 'it has 24'],
    [
      'a product that wraps around to the right size',
      shaped('(9223372036854775808, 2, 6)'),
      'counts from 0 to 2^53 - 1',
    ],
    ['a size of 40 digits', shaped(`(${'9'.repeat(40)},)`), 'counts from 0 to 2^53 - 1'],
    ['a shape whose product is no number', shaped(`(${'4503599627370496,'.repeat(60)})`), 'it has 24'],
    ['a negative size', shaped('(-2, -3)'), 'header is no dict of a dtype'],
    ['a size with exponent', shaped('(2e0, 3)'), 'header is no dict of a dtype'],
    ['sizes missing', shaped('(2,, 3)'), 'is not of counts'],
    ['65 dimensions', shaped(`(${'1,'.repeat(64)} 6)`), 'has 65 dimensions'],
    ['a call in its header', shaped('__import__("os")'), 'header is no dict of a dtype'],
    [
      'a key twice',
      npy("{'shape': (2, 3), 'shape': (2, 3), 'fortran_order': False, 'descr': '<f4'}"),
      'has "shape" twice',
    ],
    ['a key missing', npy("{'descr': '<f4', 'shape': (2, 3)}"), 'expected descr, fortran_order and shape'],
    ['another key', npy(good.replace('}', " 'x': True}")), 'expected descr, fortran_order and shape'],
    ['no dict', npy('[]'), 'header is no dict'],
    ['a header past its end', npy(good, { length: 5000 }), 'header of 5000 bytes'],
    ['a header over the limit', npy(good, { version: '\x02\x00', length: 2 ** 31 }), 'the limit is 10000'],
    ['version 9', npy(good, { version: '\x09\x00' }), 'expected version 1.0 to 3.0, got 9.0'],
    ['nothing after its mark', latin1('\x93NUMPY'), '6 bytes are no header'],
  ])('with %s is refused', async (_, bytes, message) => {
    expect((await failureOf(load(bytes), CorruptCheckpointError)).message).toContain(message)
  })

  it('cut anywhere is refused', async () => {
    const whole = npy(good)
    for (let length = 6; length < whole.length; length++) {
      await failureOf(load(whole.slice(0, length)), CorruptCheckpointError)
    }
  })
})

describe('an .npz archive', () => {
  it('keeps names such as __proto__ plain', async () => {
    const bytes = buildZip([{ name: '__proto__.npy', data: npy(good) }])
    expect([...(await loadWeights(bytes)).keys()]).toEqual(['__proto__'])
  })

  it('with an array of objects is refused, naming the record', async () => {
    const objects = npy("{'descr': '|O', 'fortran_order': False, 'shape': (3,)}")
    const error = await failureOf(load(buildZip([{ name: 'a.npy', data: objects }])), UnsupportedFormatError)
    expect(error.record).toBe('a.npy')
  })

  it('with a wrong checksum is refused', async () => {
    await failureOf(load(buildZip([{ name: 'a.npy', data: npy(good), crc: 1 }])), CorruptCheckpointError)
  })
})

describe('the index of a sharded checkpoint', () => {
  const index = (map: object | string): Bytes =>
    new TextEncoder().encode(
      typeof map === 'string' ? map : JSON.stringify({ metadata: {}, weight_map: map }),
    )
  const resolve = (): Uint8Array => saveSafetensors(new Map([['w', ones([2])]]))

  it.each([
    '../a.safetensors',
    'x/../../a.safetensors',
    '/etc/passwd',
    'https://example.com/a.safetensors',
    'file:///etc/passwd',
    'C:\\a.safetensors',
    'C:a.safetensors',
    '..\\a.safetensors',
    './a.safetensors',
    'a//b',
    'a.safetensors?x=1',
    '%2e%2e/a.safetensors',
    'a\0b',
    '',
  ])('that names the file %j is refused', async (name) => {
    const error = await failureOf(load(index({ w: name }), { resolve }), CorruptCheckpointError)
    expect(error.message).toContain('is not a plain relative path')
  })

  it.each([
    ['a tensor that its file lacks', index({ v: 'a' }), 'tensor "v" is not in "a", where the index has it'],
    ['a tensor of another case', index({ W: 'a' }), 'tensor "W" is not in "a"'],
    ['one tensor of two', index({ w: 'a', 'w.bias': 'a' }), 'tensor "w.bias" is not in "a"'],
    ['__metadata__ for a tensor', index({ __metadata__: 'a' }), 'tensor "__metadata__" is not in "a"'],
    ['no weight_map', index('{"metadata":{"total_size":1}}'), 'no weight_map'],
    ['a tensor twice', index('{"weight_map":{"w":"a","w":"b"}}'), 'stands there twice'],
    ['a number for a file', index('{"weight_map":{"w":1}}'), 'expected text'],
    ['an unknown field', index('{"metadata":{},"x":1}'), 'unknown field "x"'],
    ['something after it', index('{"weight_map":{}}{}'), 'expected the index to end'],
    ['its end missing', index('{"weight_map":{"w":"a"'), 'expected }'],
    ['no UTF-8', concat([latin1('{"weight_map":{"'), Uint8Array.of(0xff)]), 'index is not UTF-8'],
  ])('with %s is refused', async (_, bytes, message) => {
    expect((await failureOf(load(bytes, { resolve }), CorruptCheckpointError)).message).toContain(message)
  })

  it('that names itself is refused', async () => {
    const own = index({ w: 'a' })
    await failureOf(load(own, { resolve: () => own }), CorruptCheckpointError)
  })
})
