import { Tensor } from '@unroll/tensor'
import { describe, expect, it, vi } from 'vitest'
import {
  CorruptCheckpointError,
  InertRecord,
  limits,
  load,
  loadWeights,
  UnsafePickleError,
  UnsupportedFormatError,
} from '../src/index.ts'
import { latin1, little } from './support/bytes.ts'
import { failureOf } from './support/failure.ts'
import {
  call,
  checkpoint,
  dict,
  global,
  int,
  pickle,
  records,
  storage,
  tensor,
  text,
  tuple,
} from './support/torchBuilder.ts'
import { buildZip } from './support/zipBuilder.ts'

/** Expects loading to fail with an error of `kind` in the pickle, whose message contains `message`. */
async function refused(
  body: string,
  kind: typeof UnsafePickleError | typeof CorruptCheckpointError | typeof UnsupportedFormatError,
  message: string,
  read: (bytes: Uint8Array) => Promise<unknown> = load,
): Promise<void> {
  const error = await failureOf(read(checkpoint(body)), kind)
  expect(error.message).toContain(message)
  expect(error.record).toBe('archive/data.pkl')
  expect(error.offset).toBeGreaterThanOrEqual(0)
  expect(error.offset).toBeLessThanOrEqual(body.length + 3)
}

const memoGet = 'h\x00'

describe('a pickle that wants to run code is refused', () => {
  it.each([
    ['a function called by REDUCE', call('os', 'system', text('true'))],
    ['under its true module name', call('posix', 'system', text('true'))],
    ['a call that is dropped again', `${call('os', 'system', text('true'))}0${dict({ w: tensor() })}`],
    ['a call within a state dict', dict({ w: tensor(), x: call('builtins', 'eval', text('1')) })],
    ['STACK_GLOBAL', `${text('os')}${text('system')}\x93${tuple(text('true'))}R`],
    ['STACK_GLOBAL through the memo', `${text('os')}q\x000${text('system')}q\x010h\x00h\x01\x93${tuple()}R`],
    [
      'a function that is itself in the memo',
      `${text('os')}${text('system')}\x93\x940${dict({ w: tensor() })}0h\x00${tuple(text('true'))}R`,
    ],
    ['names under wide memo indexes', `${text('os')}r\x07\0\0\0${text('system')}\x93${tuple(text('true'))}R`],
    ['NEWOBJ', `${global('subprocess', 'Popen')}${tuple(text('true'))}\x81`],
    ['NEWOBJ_EX', `${global('subprocess', 'Popen')})${dict({ args: text('true') })}\x92`],
    ['a dotted name', `${text('torch.serialization')}${text('os.system')}\x93${tuple(text('true'))}R`],
    ['eval in Python 2', call('__builtin__', 'eval', text('1'))],
    ['exec as an attribute', `${text('builtins')}${text('exec.__call__')}\x93${tuple(text('1'))}R`],
  ])('%s', async (_, body) => {
    for (const read of [load, loadWeights])
      await refused(body, UnsafePickleError, 'no checkpoint has a use', read)
  })
})

describe('names that nothing is called by are refused', () => {
  it.each([
    ['a newline', `${text('torch\nSize')}${text('Size')}\x93)R`],
    ['a carriage return', call('torch', 'Size\r')],
    ['a zero', call('torch', 'Size\0')],
    ['a space for a dot', call('collections OrderedDict', 'x')],
    ['a space at its end', `${text('torch')}${text('Size ')}\x93)R`],
    ['nothing in it', call('torch', '')],
    ['no module', call('', 'Size')],
    ['two dots', call('torch..nn', 'Size')],
    ['a path', call('../torch', 'Size')],
    ['a call', call('torch', 'Size()')],
  ])('with %s', async (_, body) => {
    for (const read of [load, loadWeights]) {
      await refused(body, UnsafePickleError, 'is no name of a class or function', read)
      await refused(dict({ w: tensor(), x: body }), UnsafePickleError, 'is no name of', read)
    }
  })
})

describe('objects outside the allow-list', () => {
  const objects: [string, string][] = [
    ['a class of some library', call('numpy.random', 'RandomState')],
    ['a function that finds others', call('builtins', 'getattr', global('torch', 'Tensor'), text('x'))],
    ['a name that joins to a listed one', `${text('torch')}${text('_utils._rebuild_tensor_v2')}\x93)R`],
    ['a dotted name in GLOBAL', call('torch', 'Tensor.__init__')],
    ['NEWOBJ of an unlisted class', `${global('foo', 'Bar')})\x81`],
    ['NEWOBJ_EX of an unlisted class', `${global('foo', 'Bar')})}\x92`],
    ['NEWOBJ_EX with keyword arguments', `${global('foo', 'Bar')})${dict({ x: 'N' })}\x92`],
    ['NEWOBJ of a class from the memo', `${global('foo', 'Bar')}q\x00)\x81`],
    ['BUILD with __dict__', `${global('foo', 'Bar')})\x81${dict({ __dict__: '}' })}b`],
    ['BUILD with slots', `${global('foo', 'Bar')})\x81${tuple('N', dict({ x: 'N' }))}b`],
    ['BUILD with __setstate__', `${global('foo', 'Bar')})\x81${dict({ __setstate__: text('x') })}b`],
  ]
  it.each(objects)('%s, is refused where the file is nothing else', (_, body) =>
    refused(body, UnsafePickleError, 'is not on the allow-list'),
  )

  it.each(objects)('%s, is an inert record beside tensors', async (_, body) => {
    const loaded = await load(checkpoint(dict({ w: tensor(), x: body })))
    const record = loaded instanceof Map ? loaded.get('x') : null
    expect(record).toBeInstanceOf(InertRecord)
    expect(record).toMatchObject({ why: 'its class is not on the allow-list' })
    expect(loaded instanceof Map && loaded.get('w')).toBeInstanceOf(Tensor)
  })

  it('is nothing that is out of reach', async () => {
    expect(await load(checkpoint(`${global('foo', 'Bar')}0N`))).toBe(null)
  })

  it('keep their parts, which may be themselves', async () => {
    const cyclic = `${global('foo', 'Bar')}${tuple(int(1), tensor())}\x81q\x01${dict({ self: 'h\x01', w: tensor() })}b`
    const loaded = await load(checkpoint(`](${cyclic}h\x01e`))
    const [record, again] = Array.isArray(loaded) ? loaded : []
    if (!(record instanceof InertRecord)) throw new Error('expected an InertRecord')
    expect(again).toBe(record)
    expect([record.name, record.what]).toEqual(['foo.Bar', 'an object of foo.Bar'])
    expect(record.args[0]).toBe(1)
    expect(record.attributes?.get('self')).toBe(record)
    const weight = record.attributes?.get('w')
    expect(weight instanceof Tensor && weight.toArray()).toEqual([1, 2, 3, 4])
  })

  it('also where loadWeights finds nothing else', async () => {
    await refused(call('foo', 'Bar'), UnsupportedFormatError, 'holds an object made by foo.Bar', loadWeights)
    const nothing = dict({ x: call('foo', 'Bar') })
    const error = await failureOf(loadWeights(checkpoint(nothing)), UnsupportedFormatError)
    expect(error.message).toContain('holds no tensor that can be read: "x": an object of foo.Bar (its class')
  })

  it('are left out of what loadWeights gives, which says so once', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const body = dict({ x: call('foo', 'Bar'), w: tensor(), y: `${global('foo', 'Bar')})\x81}b` })
    expect([...(await loadWeights(checkpoint(body))).keys()]).toEqual(['w'])
    expect(warn.mock.calls).toEqual([
      [
        'loadWeights: <bytes>: left out: ' +
          '"x", "y": an object of foo.Bar (its class is not on the allow-list)',
      ],
    ])
    warn.mockRestore()
  })

  it('and classes are named, not looked up', async () => {
    await refused(
      global('torch', 'Tensor'),
      UnsafePickleError,
      'is the class torch.Tensor: classes are named',
    )
    const loaded = await load(checkpoint(dict({ x: global('torch', 'Tensor') })))
    expect(loaded instanceof Map && loaded.get('x')).toMatchObject({ name: 'torch.Tensor' })
  })
})

describe('names in pickles', () => {
  it.each([
    ['of a module', 'c\xff\xfe\nx\n'],
    ['of a function', 'ctorch\nSize\xc0\n'],
    ['of half a surrogate pair', 'ctorch\n\xed\xa0\x80\n'],
    ['of STACK_GLOBAL', `${text('torch')}\x8c\x02\xc3\x28\x93`],
  ])('names that are not UTF-8, %s', (_, body) => refused(body, CorruptCheckpointError, 'not UTF-8'))
  it.each([
    ['a newline', 'torch\nSize', '"torch\\nSize.x y"'],
    ["a terminal's escape", '\x1b[2J', '"\\u001b[2J.x y"'],
    ['the same in Latin-1', '\xc2\x9b2J', '"\\u009b2J.x y"'],
    ['DEL', 'a\x7f', '"a\\u007f.x y"'],
    ['a turn to the left', 'a\xe2\x80\xae', '"a\\u202e.x y"'],
    ['a megabyte', 'm'.repeat(1e6), 'mmm..."'],
  ])('names with %s are quoted', async (_, module, message) => {
    const body = `${text(module)}${text('x y')}\x93)R`
    const error = await failureOf(load(checkpoint(body)), UnsafePickleError)
    expect(error.message).toContain(message)
    expect(error.message.length).toBeLessThan(400)
  })
  it('names that do not end', () => refused('ctorch', CorruptCheckpointError, 'past the end'))
  it('names that are no text', () => refused('NN\x93', CorruptCheckpointError, 'to be text'))
})

describe('opcodes that no checkpoint uses are refused', () => {
  it.each([
    ['INST', '(ios\nsystem\n'],
    ['INST', '(icollections\nOrderedDict\n'],
    ['INST', dict({ w: tensor(), x: `(${text('x')}ifoo\nBar\n` })],
    ['OBJ', '(o'],
    ['OBJ', dict({ w: tensor(), x: `(${global('collections', 'OrderedDict')}o` })],
    ['OBJ', `(${global('os', 'system')}${text('x')}o`],
    ['EXT1', '\x82\x01'],
    ['EXT2', '\x83\x01\x00'],
    ['EXT4', '\x84\x01\x00\x00\x00'],
    ['EXT1', dict({ w: tensor(), x: '\x82\x00' })],
    ['EXT2', `\x83\xff\xff)R`],
    ['EXT4', '\x84\xff\xff\xff\xff)\x81'],
    ['NEXT_BUFFER', '\x97'],
  ])('%s', async (name, body) => {
    for (const read of [load, loadWeights])
      await refused(body, UnsafePickleError, `opcode ${name} is refused`, read)
  })

  it('PERSID, by which protocol 0 names storages', async () => {
    for (const read of [load, loadWeights])
      await refused('P0\n', UnsafePickleError, 'PERSID is refused', read)
  })

  it.each([
    ['0xff', '\xff'],
    ['PROTO', '\x80\x02N'],
  ])('%s', (name, body) => refused(body, CorruptCheckpointError, `unexpected opcode ${name}`))

  it.each([
    ['a number', '\x80', int(1)],
    ['a string', '\x80', text('system')],
    ['a storage', '\x80', storage(4)],
  ])('calling %s', (_, __, callee) => refused(`${callee})R`, UnsafePickleError, 'no function or class'))

  it.each([
    ['a dict', '}}b'],
    ['a list', ']}b'],
    ['a storage', `${storage(4)}}b`],
    ['a tensor', `${tensor()}${dict({ x: 'N' })}b`],
    ['an OrderedDict, with anything but attributes', `${call('collections', 'OrderedDict')}${tuple('N')}b`],
    [
      'an OrderedDict, with an attribute named by a cycle',
      `${call('collections', 'OrderedDict')}}]q\x09h\x09aNsb`,
    ],
    ['an OrderedDict, setting __dict__', `${call('collections', 'OrderedDict')}${dict({ __dict__: '}' })}b`],
    [
      'an OrderedDict, setting __setstate__',
      `${call('collections', 'OrderedDict')}${dict({ _metadata: '}', __setstate__: global('torch', 'Size') })}b`,
    ],
    [
      'an OrderedDict, setting __class__',
      `${call('collections', 'OrderedDict')}${dict({ __class__: 'N' })}b`,
    ],
  ])('BUILD of %s', (_, body) => refused(body, UnsafePickleError, 'BUILD of'))
})

describe('persistent ids', () => {
  const id = (...parts: readonly string[]): string => `${tuple(...parts)}Q`
  const [tag, float, key, cpu] = [text('storage'), global('torch', 'FloatStorage'), text('0'), text('cpu')]
  it.each([
    ['text', `${text('0')}Q`, 'expected the id of a storage, got str'],
    ['a number', `${int(0)}Q`, 'expected the id of a storage, got int'],
    ['an empty tuple', id(), 'expected the id of a storage'],
    ['another kind', id(text('module'), float, key, cpu, int(4)), 'got "module"'],
    ['too few parts', id(tag, float, key, cpu), 'expected 5 parts'],
    ['too many parts', id(tag, float, key, cpu, int(4), 'N'), 'expected 5 parts'],
    ['no class', id(tag, text('FloatStorage'), key, cpu, int(4)), 'class of storages'],
    ['another class', id(tag, global('torch', 'Size'), key, cpu, int(4)), 'class of storages'],
    ['a key that is no text', id(tag, float, int(0), cpu, int(4)), 'to be text'],
    ['a negative size', storage(-1), 'to be a count, got -1'],
    ['a huge size', storage(2 ** 60), 'to be a count'],
    ['a size that is no number', id(tag, float, key, cpu, '\x88'), 'to be a count, got bool'],
    ['a key of another folder', storage(4, '../version'), '"../version" is not in the file'],
    ['a key that climbs within', storage(4, '0/../0'), '"0/../0" is not in the file'],
    ['an empty key', storage(4, ''), '"" is not in the file'],
    ['a key with a zero', storage(4, '0\0'), '"0\\u0000" is not in the file'],
    ['a key of the whole path', storage(4, 'archive/data/0'), '"archive/data/0" is not in the file'],
    ['a key that is absent', storage(4, '7'), '"7" is not in the file'],
    ['a key like a property', storage(4, '__proto__'), '"__proto__" is not in the file'],
    ['a record of another size', storage(5), 'should be 5 of float32, 20 bytes; its record has 16'],
    ['a record of another dtype', storage(4, '0', 'DoubleStorage'), '32 bytes; its record has 16'],
    ['a record of more', storage(3), 'should be 3 of float32, 12 bytes; its record has 16'],
    ['a record of anything, where there should be none', storage(0), '0 bytes; its record has 16'],
    ['a size whose bytes overflow', storage(2 ** 53 - 1, '0', 'DoubleStorage'), 'its record has 16'],
    [
      'one key, typed and untyped',
      tuple(storage(4), storage(16, '0', 'UntypedStorage')),
      'but was 16 bytes of float32',
    ],
    [
      'one key, two dtypes of a size',
      tuple(storage(4, '0', 'IntStorage'), storage(4)),
      'but was 16 bytes of int32',
    ],
    ['one key, two dtypes', tuple(storage(4), storage(4, '0', 'IntStorage')), 'but was 16 bytes of float32'],
    ['one key, two sizes', tuple(storage(4), storage(3)), '"0" is 12 bytes'],
  ])('%s', (_, body, message) => refused(body, CorruptCheckpointError, message))

  it('one untyped storage with tensors of two dtypes, which share its memory', async () => {
    const untyped = storage(16, '0', 'UntypedStorage')
    const view = (dtype: string): string => {
      const hooks = call('collections', 'OrderedDict')
      const sizes = [int(0), tuple(int(2)), tuple(int(1))]
      return call(
        'torch._utils',
        '_rebuild_tensor_v3',
        untyped,
        ...sizes,
        '\x89',
        hooks,
        global('torch', dtype),
      )
    }
    const loaded = await load(checkpoint(view('float64')))
    expect(loaded).toMatchObject({ dtype: 'float64', shape: [2] })
    const [floats, ints] = (await load(checkpoint(tuple(view('float32'), view('int32'))))) as [Tensor, Tensor]
    expect([floats.dtype, ints.dtype]).toEqual(['float32', 'int32'])
    floats.fill_(-0)
    expect(ints.toArray()).toEqual([-(2 ** 31), -(2 ** 31)])
  })
})

describe('views', () => {
  const huge = int(2 ** 52)
  it.each([
    ['past the end', { shape: tuple(int(5)) }, 'reaches element 4'],
    ['past the end by its offset', { offset: int(1) }, 'reaches element 4'],
    ['past the end by its strides', { strides: tuple(int(2)) }, 'reaches element 6'],
    ['far past the end', { shape: tuple(huge, huge), strides: tuple(huge, huge) }, 'reaches element'],
    ['of a negative offset', { offset: int(-1) }, 'got -1'],
    ['of a negative size', { shape: tuple(int(-4)) }, 'got -4'],
    ['of a negative stride', { strides: tuple(int(-1)), offset: int(3) }, 'got -1'],
    [
      'of a size beyond 2^53',
      { shape: tuple('\x8a\x08\x00\x00\x00\x00\x00\x00\x20\x00') },
      'got 9007199254740992',
    ],
    ['of a fractional size', { shape: tuple('G\x3f\xe0\x00\x00\x00\x00\x00\x00') }, 'got 0.5'],
    ['of a size that is text', { shape: tuple(text('4')) }, 'expected counts'],
    ['of sizes that are no tuple', { shape: int(4) }, 'expected a tuple of counts'],
    ['with more strides than sizes', { strides: tuple(int(1), int(1)) }, 'as many strides as sizes'],
    [
      'of too many dimensions',
      { shape: tuple(...Array(65).fill(int(1))), strides: tuple(...Array(65).fill(int(1))) },
      'the limit is 64',
    ],
    [
      'expanded to 2.7e13 elements',
      { shape: tuple(int(3e4), int(3e4), int(3e4)), strides: tuple(int(0), int(0), int(0)) },
      'shows 27000000000000 elements',
    ],
    [
      'expanded in one dimension',
      { shape: tuple(int(2 ** 31 - 1), int(4)), strides: tuple(int(0), int(1)) },
      'shows 8589934588 elements',
    ],
    [
      'expanded beyond any number',
      { shape: tuple(...Array(20).fill(huge)), strides: tuple(...Array(20).fill(int(0))) },
      `the limit is ${limits.expandedElements} more`,
    ],
    [
      'expanded just beyond the limit',
      {
        shape: tuple(int(limits.expandedElements + 5), int(1), int(1)),
        strides: tuple(int(0), int(0), int(0)),
      },
      `shows ${limits.expandedElements + 5} elements`,
    ],
    ['of what is no storage', { of: text('0') }, 'expected a storage'],
    ['of a storage within a list', { of: `]${storage(4)}a` }, 'expected a storage'],
    ['asking for gradients by a number', { requiresGrad: int(1) }, 'expected True or False'],
    [
      'of integers asking for gradients',
      { of: storage(4, '0', 'IntStorage'), requiresGrad: '\x88' },
      'floating point only',
    ],
  ])('%s', (_, view, message) => refused(tensor(view), CorruptCheckpointError, message))

  it('past the end of an untyped storage by part of an element', async () => {
    const hooks = call('collections', 'OrderedDict')
    const untyped = storage(15, '0', 'UntypedStorage')
    const parts = [untyped, int(0), tuple(int(4)), tuple(int(1)), '\x89', hooks, global('torch', 'float32')]
    const [dataPkl, data0, version] = records(pickle(call('torch._utils', '_rebuild_tensor_v3', ...parts)))
    const file = buildZip([dataPkl, { ...data0, data: data0.data.slice(0, 15) }, version])
    const error = await failureOf(load(file), CorruptCheckpointError)
    expect(error.message).toContain('reaches element 3 of storage "0", which has 3')
  })

  it('of sizes 0, however large the others, are empty', async () => {
    const body = tensor({ shape: tuple(huge, int(0)), strides: tuple(int(0), huge), offset: int(99) })
    expect(await load(checkpoint(body))).toMatchObject({ shape: [2 ** 52, 0], numel: 0 })
  })

  it.each([
    ['without arguments', call('torch._utils', '_rebuild_tensor_v2')],
    ['with keyword arguments', `${global('torch._utils', '_rebuild_tensor')})${dict({ x: 'N' })}\x92`],
    [
      'rebuilt by what rebuilds nothing',
      call('torch._tensor', '_rebuild_from_type_v2', global('torch', 'Size'), 'N', ')'),
    ],
    ['as a parameter of nothing', call('torch._utils', '_rebuild_parameter', 'N', '\x88', 'N')],
  ])('%s', (_, body) => refused(body, CorruptCheckpointError, 'torch._'))

  it('lazily negated are refused', () => {
    const hooks = call('collections', 'OrderedDict')
    const parts = [storage(4), int(0), tuple(int(4)), tuple(int(1)), '\x89', hooks, dict({ neg: '\x88' })]
    const negated = call('torch._utils', '_rebuild_tensor_v2', ...parts)
    return refused(negated, UnsupportedFormatError, 'holds a lazily conjugated or negated tensor')
  })
})

describe('lengths a pickle claims', () => {
  it.each([
    ['BINUNICODE', 'X\xff\xff\xff\xff'],
    ['BINUNICODE8', `\x8d${little(2 ** 52, 8)}`],
    ['BINUNICODE8, negative', `\x8d${little(-1n, 8)}`],
    ['SHORT_BINUNICODE', '\x8c\x20x'],
    ['BINBYTES', 'B\xff\xff\xff\x7f'],
    ['BINBYTES8', `\x8e${little(2 ** 40, 8)}`],
    ['BYTEARRAY8', `\x96${little(-1n, 8)}`],
    ['LONG1', '\x8a\xff\x01'],
    ['FRAME', `\x95${little(1000, 8)}`],
    ['FRAME, one byte too long', `\x95${little(3, 8)}N`],
    ['FRAME in a frame', `\x95${little(11, 8)}\x95${little(1000, 8)}N`],
    ['FRAME of 2^64 - 1', `\x95${little(-1n, 8)}`],
  ])('%s', (_, body) => refused(body, CorruptCheckpointError, 'left'))

  it.each([
    ['LONG4, negative', '\x8b\xff\xff\xff\xff', 'negative length -1'],
    ['LONG4, long', '\x8b\xff\xff\xff\x7f', `the limit is ${limits.pickleIntegerBytes}`],
    ['BINSTRING, negative', 'T\xfe\xff\xff\xff', 'negative length -2'],
    ['a huge memo index', 'Nr\xff\xff\xff\xff', 'memo index 4294967295'],
    ['text that is not UTF-8', 'X\x01\x00\x00\x00\xff', 'not UTF-8'],
  ])('%s', (_, body, message) => refused(body, CorruptCheckpointError, message))

  it('LONG1 of 255 bytes gives the exact bigint', async () => {
    expect(await load(checkpoint(`\x8a\xff${'\xff'.repeat(254)}\x7f`))).toBe(2n ** 2039n - 1n)
    expect(await load(checkpoint(`\x8a\xff${'\x00'.repeat(254)}\x80`))).toBe(-(2n ** 2039n))
    expect(await load(checkpoint(`\x8a\xff${'\xff'.repeat(255)}`))).toBe(-1)
    expect(await load(checkpoint(`\x8a\xff\x01${'\x00'.repeat(254)}`))).toBe(1)
    expect(await load(checkpoint(`\x8a\x07${'\xff'.repeat(6)}\x1f`))).toBe(2 ** 53 - 1)
    expect(await load(checkpoint(`\x8a\x07${'\x00'.repeat(6)}\x20`))).toBe(2n ** 53n)
  })
})

describe('the stack', () => {
  it.each([
    ['empty at the start', '0', 'needs 1 values'],
    ['underflow', 'N\x86', 'needs 2 values, the stack has 1'],
    ['underflow below a MARK', 'N(\x85', 'needs 1 values, the stack has 0'],
    ['no MARK', 'Nt', 'needs a MARK'],
    ['nothing to stop with', '', 'needs 1 values'],
    ['values left at STOP', 'NN', 'STOP leaves 1 values'],
    ['a MARK left at STOP', '(N', 'STOP leaves 0 values and 1 marks'],
    ['a key without a value', '}(Nu', 'a key without a value'],
    ['a memo index that was not put', 'h\x05', 'memo has no index 5'],
    ['a memo index put later', '(h\x00Nq\x00t', 'memo has no index 0'],
    ['a wide memo index that was not put', 'Nq\x00j\x00\x01\x00\x00', 'memo has no index 256'],
    ['a wide memo index beyond all', 'j\xff\xff\xff\xff', 'memo has no index 4294967295'],
    ['a memo index beyond the bytes', 'Nr\x64\x00\x00\x00', 'memo index 100, the limit is 9'],
    ['a memo index over a MARK', 'N(q\x00t', 'needs 1 values, the stack has 0'],
    ['SETITEMS of three', '}(NNNu', 'a key without a value: 3 items'],
    ['SETITEM without a dict', 'NNs', 'needs 1 values, the stack has 0'],
    ['MEMOIZE of nothing', '\x94', 'needs 1 values'],
    [
      'arguments that are no tuple',
      `${global('torch', 'Size')}]R`,
      'expected a tuple of arguments, got list',
    ],
  ])('%s', (_, body, message) => refused(body, CorruptCheckpointError, message))

  it.each([
    ['SETITEM on a list', ']NNs', 'expected a dict'],
    ['SETITEM on a tuple', ')NNs', 'expected a dict'],
    ['SETITEMS on a tensor', `${tensor()}(${text('x')}Nu`, 'expected a dict'],
    ['SETITEM on a class', `${global('collections', 'OrderedDict')}NNs`, 'expected a dict'],
    ['SETITEM on a storage', `${storage(4)}NNs`, 'expected a dict'],
    ['SETITEM on a tensor', `${tensor()}NNs`, 'expected a dict'],
    ['APPEND to a dict', '}Na', 'expected a list'],
    ['APPEND to a tensor', `${tensor()}Na`, 'expected a list'],
    ['APPEND to an OrderedDict', `${call('collections', 'OrderedDict')}Na`, 'expected a list'],
    ['ADDITEMS to a list', '](N\x90', 'expected a set'],
    ['a list as a key', '}]Ns', 'a list cannot be a key'],
    ['a dict in a set', '\x8f(}\x90', 'a dict cannot be a key'],
  ])('%s', (_, body, message) => refused(body, CorruptCheckpointError, message))

  it('no STOP', async () => {
    const error = await failureOf(load(buildZip(records(latin1('\x80\x02N')))), CorruptCheckpointError)
    expect(error).toMatchObject({ record: 'archive/data.pkl', offset: 3 })
  })

  it.each([
    ['protocol 6', '\x80\x06N.', 'got 6'],
    ['something after STOP', '\x80\x02N.N', '1 bytes follow the pickle'],
    ['nothing at all', '', 'ends without STOP'],
  ])('%s', async (_, bytes, message) => {
    const error = await failureOf(load(buildZip(records(latin1(bytes)))), CorruptCheckpointError)
    expect(error.message).toContain(message)
  })
})

describe('size and depth', () => {
  it('a million nested tuples exceed the depth, not the stack', () =>
    refused(`N${'\x85'.repeat(1e6)}`, CorruptCheckpointError, `nested over ${limits.depth} deep`))

  it('a million nested lists exceed the depth, not the stack', () =>
    refused(
      `${']'.repeat(1e6)}${'a'.repeat(1e6 - 1)}`,
      CorruptCheckpointError,
      `nested over ${limits.depth} deep`,
    ))

  it('a million MARKs exceed their limit', () =>
    refused('('.repeat(1e6), CorruptCheckpointError, `over ${limits.depth} open MARKs`))

  it('nesting 100 deep loads', async () => {
    let depth = 0
    for (
      let value = await load(checkpoint(`N${'\x85'.repeat(100)}`));
      Array.isArray(value);
      value = value[0] ?? null
    )
      depth++
    expect(depth).toBe(100)
  })

  it('doubling 2^24 times over DUP or the memo stays sharing', async () => {
    for (const doubled of ['2\x86', `q\x00${memoGet}\x86`]) {
      const value = await load(checkpoint(`N${doubled.repeat(24)}`))
      expect(Array.isArray(value) && value[0] === value[1]).toBe(true)
    }
  })

  it('doubling dicts do not keep loadWeights busy', async () => {
    const doubled = Array.from(
      { length: 30 },
      (_, i) =>
        `q${String.fromCharCode(i)}0}(${text('a')}h${String.fromCharCode(i)}${text('b')}h${String.fromCharCode(i)}u`,
    )
    const body = `}${doubled.join('')}`
    const error = await failureOf(loadWeights(checkpoint(body)), CorruptCheckpointError)
    expect(error.message).toContain('entries in its dicts, the limit')
  })

  it('a dict that contains itself does not keep loadWeights busy', async () => {
    const body = `}q\x00${text('a')}${memoGet}s`
    const error = await failureOf(loadWeights(checkpoint(body)), CorruptCheckpointError)
    expect(error.message).toContain('nested over')
  })

  it('an object that is its own argument is refused', () =>
    refused(
      `]q\x00${global('collections', 'OrderedDict')}${memoGet}\x85Rq\x01a0h\x01`,
      CorruptCheckpointError,
      'an object is its own argument',
    ))

  it('300,000 items of APPENDS, TUPLE and SETITEMS load', async () => {
    const many = 'K\x07'.repeat(3e5)
    const list = await load(checkpoint(`](${many}e`))
    expect(Array.isArray(list) && list.length === 3e5 && list.at(-1) === 7).toBe(true)
    const array = await load(checkpoint(`(${many}t`))
    expect(Array.isArray(array) && array.length).toBe(3e5)
    const keys = Array.from({ length: 3e5 }, (_, i) => `J${little(i, 4)}N`).join('')
    const map = await load(checkpoint(`}(${keys}u`))
    expect(map instanceof Map && map.size).toBe(3e5)
  })
})

describe('keys', () => {
  it('that objects treat specially are plain entries', async () => {
    const loaded = await load(
      checkpoint(dict({ ['__proto__']: int(1), constructor: int(2), toString: int(3) })),
    )
    expect(loaded instanceof Map && [...loaded]).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
      ['toString', 3],
    ])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('that are there twice: the last value counts, as in Python', async () => {
    const loaded = await load(
      checkpoint(`}(${text('a')}${int(1)}${text('b')}${int(2)}${text('a')}${int(3)}u`),
    )
    expect(loaded instanceof Map && [...loaded]).toEqual([
      ['a', 3],
      ['b', 2],
    ])
  })

  it('that give two tensors one name are refused', async () => {
    const body = dict({ 'a.b': tensor(), a: dict({ b: tensor() }) })
    const error = await failureOf(loadWeights(checkpoint(body)), CorruptCheckpointError)
    expect(error.message).toContain('two tensors are called "a.b"')
  })
})

it('the builder of these tests makes files that load', async () => {
  const loaded = await load(
    checkpoint(dict({ weight: tensor(), 'shared part': tensor({ offset: int(2), shape: tuple(int(2)) }) })),
  )
  expect(
    loaded instanceof Map &&
      [...loaded.values()].map((value) =>
        value && typeof value === 'object' && 'toArray' in value ? value.toArray() : value,
      ),
  ).toEqual([
    [1, 2, 3, 4],
    [3, 4],
  ])
  expect(pickle('N')).toEqual(latin1('\x80\x02N.'))
})
