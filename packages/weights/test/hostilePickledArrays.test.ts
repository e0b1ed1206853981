import { Tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import {
  CorruptCheckpointError,
  InertRecord,
  load,
  loadWeights,
  UnsafePickleError,
  UnsupportedFormatError,
} from '../src/index.ts'
import type { Bytes } from '../src/source/source.ts'
import { latin1, little } from './support/bytes.ts'
import { failureOf } from './support/failure.ts'
import { legacy, legacyStorage } from './support/legacyBuilder.ts'
import { call, dict, global, int, pickle, text, tuple } from './support/torchBuilder.ts'

const core = 'numpy._core.multiarray'

function bytes(data: string): string {
  return `B${little(data.length, 4)}${data}`
}

/** `numpy.dtype(code, False, True)` with its state. */
function dtype(code: string, order = '<', fields = 'NNN'): string {
  return `${call('numpy', 'dtype', text(code), '\x89', '\x88')}(K\x03${text(order)}${fields}J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb`
}

interface ArrayParts {
  readonly kind?: string
  readonly version?: string
  readonly shape?: string
  readonly dtype?: string
  readonly fortran?: string
  readonly data?: string
}

/** A pickled array: by default the floats 1, 2. */
function array(parts: ArrayParts = {}): string {
  const {
    kind = global('numpy', 'ndarray'),
    version = int(1),
    shape = tuple(int(2)),
    fortran = '\x89',
  } = parts
  const made = `${global(core, '_reconstruct')}${tuple(kind, tuple(int(0)), bytes('b'))}R`
  const data = parts.data ?? bytes('\0\0\x80\x3f\0\0\0\x40')
  return `${made}${tuple(version, shape, parts.dtype ?? dtype('f4'), fortran, data)}b`
}

async function refused(
  body: string,
  message: string,
  kind: typeof CorruptCheckpointError | typeof UnsafePickleError = CorruptCheckpointError,
): Promise<void> {
  for (const read of [load, loadWeights]) {
    const error = await failureOf(read(pickle(dict({ w: body }))), kind)
    expect(error.message).toContain(message)
  }
}

describe('arrays in a pickle', () => {
  it('are tensors', async () => {
    const loaded = await load(
      pickle(
        dict({
          w: array(),
          again: array({ dtype: dtype('f4', '>'), data: bytes('\x3f\x80\0\0\x40\0\0\0') }),
        }),
      ),
    )
    expect(
      loaded instanceof Map &&
        [...loaded.values()].map((value) => value instanceof Tensor && value.toArray()),
    ).toEqual([
      [1, 2],
      [1, 2],
    ])
  })

  it('that stand in two places are one tensor, whose memory is its own', async () => {
    const bytesOf = pickle(`}(${text('a')}${array()}q\x07${text('b')}h\x07u`)
    const [first, second] = [await load(bytesOf), await load(bytesOf)]
    if (!(first instanceof Map && second instanceof Map)) throw new Error('expected Maps')
    expect(first.get('a')).toBe(first.get('b'))
    const [one, other] = [first.get('a'), second.get('a')]
    if (!(one instanceof Tensor && other instanceof Tensor)) throw new Error('expected tensors')
    one.fill_(9)
    expect(other.toArray()).toEqual([1, 2])
  })

  it.each([
    ['a wider dtype than its bytes', { dtype: dtype('f8') }, 'takes 16 bytes; it has 8'],
    ['a narrower dtype than its bytes', { dtype: dtype('u1') }, 'takes 2 bytes; it has 8'],
    ['a shape beyond its bytes', { shape: tuple(int(3)) }, 'takes 12 bytes; it has 8'],
    ['a shape whose product wraps around', { shape: tuple(int(2 ** 52), int(2 ** 52)) }, 'it has 8'],
    ['a shape beyond 2^53', { shape: tuple(`\x8a\x09${'\xff'.repeat(8)}\x00`) }, 'counts from 0 to 2^53 - 1'],
    ['a negative size', { shape: tuple(int(-2)) }, 'got -2'],
    [
      'a fractional size',
      {
        shape: tuple('G\x3f\xe0\x00\x00\x00\x00\x00\x00'),
      },
      'got 0.5',
    ],
    ['65 dimensions', { shape: tuple(...Array(64).fill(int(1)), int(2)) }, 'tensor of 65 dimensions'],
    ['a shape that is no tuple', { shape: int(2) }, 'expected a tuple of counts'],
    ['a dtype that is text', { dtype: text('f4') }, "expected NumPy's dtype, got str"],
    ['a dtype of something else', { dtype: call('torch', 'Size') }, "expected NumPy's dtype"],
    ['a byte order that is none', { dtype: dtype('f4', '!') }, 'expected a byte order, got "!"'],
    ['an order that is no flag', { fortran: 'N' }, 'expected True or False'],
    ['bytes that are a number', { data: int(8) }, 'expected bytes as argument 4, got int'],
    ['bytes that are a list', { data: ']' }, 'expected bytes as argument 4, got list'],
    [
      'bools that are none',
      { dtype: dtype('b1'), data: bytes('\x02\x01') },
      'expected bools of 0 or 1, got 2',
    ],
  ] satisfies [string, ArrayParts, string][])('with %s are refused', (_, parts, message) =>
    refused(array(parts), message),
  )

  it.each([
    [
      'without a state',
      `${global(core, '_reconstruct')}${tuple(global('numpy', 'ndarray'), tuple(int(0)), bytes('b'))}R`,
      "expected an array's 5 parts, got 0",
    ],
    ['without arguments', call(core, '_reconstruct'), 'expected more than 0 arguments'],
    [
      'of a class that is no class',
      `${global(core, '_reconstruct')}${tuple(text('ndarray'), tuple(int(0)), bytes('b'))}R`,
      'expected a class or function',
    ],
    [
      'with keyword arguments',
      `${global(core, '_reconstruct')})${dict({ x: 'N' })}\x92`,
      'takes no keyword arguments',
    ],
    [
      'from a buffer in no order',
      call('numpy._core.numeric', '_frombuffer', bytes('12345678'), dtype('f4'), tuple(int(2)), text('X')),
      'expected order C or F, got "X"',
    ],
    [
      'from a buffer too short',
      call('numpy._core.numeric', '_frombuffer', bytes('1234'), dtype('f4'), tuple(int(2)), text('C')),
      'takes 8 bytes; it has 4',
    ],
    [
      'that are their own bytes',
      `${global(core, '_reconstruct')}${tuple(global('numpy', 'ndarray'), tuple(int(0)), bytes('b'))}Rq\x01${tuple(int(1), tuple(int(2)), dtype('f4'), '\x89', 'h\x01')}b`,
      'an object is its own argument',
    ],
    [
      'that are a number of too few bytes',
      call(core, 'scalar', dtype('f8'), bytes('1234')),
      'a number of float64 has 8 bytes, got 4',
    ],
    ['that are filled by SETITEM', `${array()}${text('x')}Ns`, 'expected a dict to set items of'],
  ])('%s are refused', (_, body, message) => refused(body, message))

  it.each([
    ['objects', { dtype: dtype('O8', '|'), data: `](NNe` }, 'NumPy data of dtype "O8"'],
    [
      'objects that are code',
      { dtype: dtype('O8', '|'), data: `](${call('foo', 'Bar')}e` },
      'NumPy data of dtype "O8"',
    ],
    ['text', { dtype: dtype('U2') }, 'NumPy data of dtype "U2"'],
    ['records', { dtype: dtype('V4', '|', `N(${text('a')}t}`) }, 'NumPy data of dtype "V4"'],
    ['numbers with fields', { dtype: dtype('f4', '<', `N(${text('a')}t}`) }, 'NumPy data of dtype "f4"'],
    ['a name like a property', { dtype: dtype('__proto__') }, 'NumPy data of dtype "__proto__"'],
    [
      'another class',
      { kind: global('numpy.ma.core', 'MaskedArray') },
      'an array of class numpy.ma.core.MaskedArray',
    ],
  ] satisfies [string, ArrayParts, string][])('of %s are inert records', async (_, parts, what) => {
    const loaded = await load(pickle(dict({ w: array(parts), v: array() })))
    expect(loaded instanceof Map && loaded.get('w')).toBeInstanceOf(InertRecord)
    expect(loaded instanceof Map && loaded.get('w')).toMatchObject({ what })
    const error = await failureOf(load(pickle(array(parts))), UnsupportedFormatError)
    expect(error.message).toContain(`holds ${what}`)
  })

  it('of what only an attack has a use for are refused', () =>
    refused(array({ kind: global('os', 'system') }), 'names os.system', UnsafePickleError))
})

/** `torch.storage._load_from_bytes(data)`, and a tensor of it. */
function embedded(data: Uint8Array, numel = 4): string {
  const storage = call(
    'torch.storage',
    '_load_from_bytes',
    bytes(Array.from(data, (byte) => String.fromCharCode(byte)).join('')),
  )
  const hooks = call('collections', 'OrderedDict')
  return call(
    'torch._utils',
    '_rebuild_tensor_v2',
    storage,
    int(0),
    tuple(int(numel)),
    tuple(int(1)),
    '\x89',
    hooks,
  )
}

describe('storages in a pickle', () => {
  const good: Bytes = legacy(legacyStorage(4))

  it('are read', async () => {
    expect((await loadWeights(pickle(dict({ w: embedded(good) })))).get('w')?.toArray()).toEqual([1, 2, 3, 4])
  })

  it.each([
    ['that are cut off', embedded(good.slice(0, -3)), 'the file ends after'],
    ['with something after them', embedded(Uint8Array.of(...good, 0)), '1 bytes follow the last storage'],
    ['too small for their tensor', embedded(good, 5), 'reaches element 4'],
    ['that are no stream', embedded(latin1('abc')), 'needs 1 values'],
    ['that are nothing', embedded(new Uint8Array(0)), 'ends without STOP'],
    [
      'that are a number',
      embedded(legacy(int(4), { keys: ']', storages: '' })),
      'a storage and nothing else',
    ],
    ['in a dict', embedded(legacy(dict({ s: legacyStorage(4) }))), 'a storage and nothing else'],
    [
      'given as a number',
      call('torch.storage', '_load_from_bytes', int(4)),
      'expected the bytes of a storage',
    ],
    [
      'given as text',
      call('torch.storage', '_load_from_bytes', text('x')),
      'expected the bytes of a storage',
    ],
    [
      'given twice',
      call('torch.storage', '_load_from_bytes', bytes('x'), bytes('x')),
      'expected the bytes of a storage',
    ],
  ])('%s are refused', async (_, body, message) => {
    for (const read of [load, loadWeights]) {
      expect((await failureOf(read(pickle(dict({ w: body }))), CorruptCheckpointError)).message).toContain(
        message,
      )
    }
  })

  it.each([
    ['a tensor', embedded(legacy()), 'torch._utils._rebuild_tensor_v2'],
    ['an attack', embedded(legacy(`${call('os', 'system', text('true'))}0${legacyStorage(4)}`)), 'os.system'],
    [
      'a storage of their own',
      embedded(legacy(call('torch.storage', '_load_from_bytes', bytes('x')), { keys: ']', storages: '' })),
      'torch.storage._load_from_bytes',
    ],
  ])('with %s in them are refused', async (_, body, name) => {
    for (const read of [load, loadWeights]) {
      const error = await failureOf(read(pickle(dict({ w: body }))), UnsafePickleError)
      expect(error.message).toContain(`a storage that names ${name}`)
    }
  })
})
