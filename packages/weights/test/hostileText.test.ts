import { describe, expect, it } from 'vitest'
import {
  CorruptCheckpointError,
  limits,
  load,
  loadWeights,
  UnsafePickleError,
  UnsupportedFormatError,
} from '../src/index.ts'
import { latin1, little } from './support/bytes.ts'
import { failureOf } from './support/failure.ts'
import { dict, pickle, records, tensor, text } from './support/torchBuilder.ts'
import { buildZip } from './support/zipBuilder.ts'

/** A checkpoint whose pickle has no PROTO opcode. */
function old(body: string): Uint8Array {
  return buildZip(records(latin1(`${body}.`)))
}

describe('protocols 0 and 1', () => {
  it('read numbers', async () => {
    const body = '(I1\nI-7\nI00\nI01\nL12345678901234567890L\nL-5L\nL3\nF1.5\nF-1e+300\nFinf\nF-inf\nFnan\nl'
    const { POSITIVE_INFINITY: infinity, NaN: nan } = Number
    const want = [1, -7, false, true, 12345678901234567890n, -5, 3, 1.5, -1e300, infinity, -infinity, nan]
    expect(await load(old(body))).toEqual(want)
  })

  it('read lists filled later', async () => {
    expect(await load(old('(lp0\nI1\naI2\na'))).toEqual([1, 2])
  })

  it('read text, with all its escapes', async () => {
    const body = `(S'it\\'s \\"q\\" \\\\ \\n\\t\\x41'\nS"\\xff\\x00"\nVa\\u6c49\\U0001f3b6\xfc\\ud83c\\udfb6\nl`
    expect(await load(old(body))).toEqual(['it\'s "q" \\ \n\tA', Uint8Array.of(255, 0), 'a汉🎶ü🎶'])
  })

  it('read dicts, and memo indexes in decimal', async () => {
    const loaded = await load(old(`(dp0\nS'a'\np1\n(lp2\nI1\nasS'b'\np3\ng2\ns`))
    if (!(loaded instanceof Map)) throw new Error('expected a Map')
    expect([...loaded.keys()]).toEqual(['a', 'b'])
    expect(loaded.get('a')).toBe(loaded.get('b'))
    expect(await load(old(`(S'a'\nI1\nS'b'\nI2\nd`))).toEqual(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    )
  })

  it.each([0, 1, 2, 3, 4, 5])('named or not, such as %d', async (protocol) => {
    expect(await load(buildZip(records(latin1(`\x80${String.fromCharCode(protocol)}N.`))))).toBe(null)
    expect(await load(old('N'))).toBe(null)
  })

  const digits = Math.ceil(limits.pickleIntegerBytes * 2.41)
  it.each([
    [
      'a LONG over the limit',
      `L${'9'.repeat(digits + 1)}L\n`,
      `integer of ${digits + 1} digits, the limit is ${digits}`,
    ],
    ['a LONG of a million digits', `L${'9'.repeat(1e6)}L\n`, 'integer of 1000000 digits'],
    ['an INT over the limit', `I${'9'.repeat(1e5)}\n`, 'integer of 100000 digits'],
    ['an INT that is none', 'Iabc\n', 'expected a whole number, got "abc"'],
    ['an INT in hexadecimal', 'I0x10\n', 'expected a whole number'],
    ['an INT with spaces', 'I 1\n', 'expected a whole number'],
    ['an empty INT', 'I\n', 'expected a whole number, got ""'],
    ['a LONG with two signs', 'L--1L\n', 'expected a whole number'],
    ['a FLOAT that is none', 'F1.5x\n', 'expected a floating-point number, got "1.5x"'],
    ['a FLOAT in hexadecimal', 'F0x1p3\n', 'expected a floating-point number'],
    ['a FLOAT with underscores', 'F1_0\n', 'expected a floating-point number'],
    ['an empty FLOAT', 'F\n', 'expected a floating-point number'],
    ['a STRING without quotes', 'Sabc\n', 'expected a string in quotes'],
    ['a STRING with one quote', "S'\n", 'expected a string in quotes'],
    ['a STRING with two kinds of quotes', 'S\'a"\n', 'expected a string in quotes'],
    ['a STRING with an unknown escape', "S'\\q'\n", 'unknown escape'],
    ['a STRING that ends in an escape', "S'\\'\n", 'unknown escape'],
    ['a STRING with half a byte', "S'\\x4'\n", 'unknown escape'],
    ['a UNICODE beyond all characters', 'V\\U00110000\n', 'is no character'],
    ['a UNICODE of half a pair', 'V\\ud83c\n', 'half a surrogate pair'],
    ['a line without an end', 'I12', 'runs past the end'],
    ['a STRING without an end', "S'abc'", 'runs past the end'],
    ['a GET of what was not put', 'g7\n', 'memo has no index 7'],
    ['a GET by a name', 'gx\n', 'expected a memo index, got "x"'],
    ['a GET by a negative index', 'g-1\n', 'expected a memo index'],
    ['a GET by a huge index', `g${'9'.repeat(30)}\n`, 'expected a memo index'],
    ['a PUT at a huge index', 'Np999999999\n', 'memo index 999999999, the limit is'],
    ['a LIST without a MARK', 'Nl', 'needs a MARK'],
    ['a DICT without a MARK', 'Nd', 'needs a MARK'],
    ['a DICT of three', '(NNNd', 'a key without a value: 3 items'],
    ['PROTO in the middle', 'N\x80\x02', 'unexpected opcode PROTO'],
    ['protocol 6', '\x80\x06N', 'expected pickle protocol 0 to 5, got 6'],
  ])('refuse %s', async (_, body, message) => {
    for (const read of [load, loadWeights]) {
      const error = await failureOf(read(old(body)), CorruptCheckpointError)
      expect(error.message).toContain(message)
      expect(error.record).toBe('archive/data.pkl')
    }
  })

  it('exceed the depth, not the stack', async () => {
    const nested = `${'('.repeat(999)}N${'l'.repeat(999)}`
    expect(Array.isArray(await load(old(nested)))).toBe(true)
    const deeper = `(l${'(l'.repeat(1500)}${'a'.repeat(1500)}`
    expect((await failureOf(load(old(deeper)), CorruptCheckpointError)).message).toContain(
      'nested over 1000 deep',
    )
  })

  it.each([
    ['INST', `(S'true'\nios\nsystem\n`],
    ['INST', '(icollections\nOrderedDict\n'],
    ['OBJ', '(cos\nsystem\no'],
  ])('refuse %s, by which they make instances', async (name, body) => {
    for (const read of [load, loadWeights]) {
      const error = await failureOf(read(old(body)), UnsafePickleError)
      expect(error.message).toContain(`opcode ${name} is refused`)
    }
  })

  it('refuse calls as all others do', async () => {
    for (const body of [`cos\nsystem\n(S'true'\ntR`, `(dS'x'\ncbuiltins\neval\n(S'1'\ntRs`]) {
      for (const read of [load, loadWeights]) {
        expect((await failureOf(read(old(body)), UnsafePickleError)).message).toContain(
          'no checkpoint has a use for',
        )
      }
    }
  })
})

describe('a bare pickle', () => {
  it.each([
    ['of protocol 4', '\x80\x04K\x01.', 1],
    ['in a frame', `\x80\x04\x95${little(4, 8)}](Ne.`, [null]],
    ['of protocol 1', '}q\x00.', new Map()],
    ['of protocol 0', '(lp0\nI5\na.', [5]],
  ])('%s is read', async (_, body, want) => {
    expect(await load(latin1(body))).toEqual(want)
  })

  it.each([
    ['cut off', '\x80\x04K', 'needs 1 bytes'],
    ['without STOP', '\x80\x02N', 'ends without STOP'],
    ['with something after it', '\x80\x02N.N', '1 bytes follow the pickle'],
    ['and another', '\x80\x02N.\x80\x02N.', '4 bytes follow the pickle'],
    [
      'that names a storage beside it',
      `\x80\x02(${text('storage')}ctorch\nFloatStorage\n${text('0')}${text('cpu')}K\x04tQ.`,
      'which a bare pickle has not',
    ],
  ])('%s is refused', async (_, body, message) => {
    for (const read of [load, loadWeights]) {
      expect((await failureOf(read(latin1(body)), CorruptCheckpointError)).message).toContain(message)
    }
  })

  it('that wants to run code is refused', async () => {
    for (const body of [
      "cos\nsystem\n(S'true'\ntR.",
      '\x80\x02cposix\nsystem\nX\x04\x00\x00\x00true\x85R.',
    ]) {
      for (const read of [load, loadWeights]) await failureOf(read(latin1(body)), UnsafePickleError)
    }
  })

  it('larger than the limit of pickles is refused before it is read', async () => {
    const bytes = pickle(dict({ w: 'N' }))
    const error = await failureOf(load(bytes, { limits: { pickleBytes: 10 } }), CorruptCheckpointError)
    expect(error.message).toContain(`pickle of ${bytes.length} bytes, the limit is 10`)
  })

  it('without tensors is no state dict, and load gives what it is', async () => {
    const bytes = latin1('\x80\x02](K\x01K\x02e.')
    const error = await failureOf(loadWeights(bytes), UnsupportedFormatError)
    expect(error.message).toContain('holds a list, not a state dict; load gives it as it is')
    expect(await load(bytes)).toEqual([1, 2])
  })
})

it('a checkpoint may have a pickle of protocol 1', async () => {
  const weights = await loadWeights(old(dict({ w: tensor({ requiresGrad: 'I00\n' }) })))
  expect(weights.get('w')?.toArray()).toEqual([1, 2, 3, 4])
})
