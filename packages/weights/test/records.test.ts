import { ones } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import {
  CorruptCheckpointError,
  inspect,
  load,
  loadWeights,
  saveSafetensors,
  UnsafePickleError,
  UnsupportedFormatError,
} from '../src/index.ts'
import type { Bytes } from '../src/source/source.ts'
import { latin1 } from './support/bytes.ts'
import { failureOf } from './support/failure.ts'
import { call, checkpoint, dict, pickle, tensor, text } from './support/torchBuilder.ts'
import { buildZip, type ZipRecord } from './support/zipBuilder.ts'

const model = checkpoint(dict({ weight: tensor() }))
const other = checkpoint(dict({ bias: tensor() }))

function zip(files: Readonly<Record<string, Uint8Array>>): Bytes {
  return buildZip(Object.entries(files).map(([name, data]): ZipRecord => ({ name, data })))
}

async function keys(bytes: Uint8Array, record?: string): Promise<string[]> {
  return [...(await loadWeights(bytes, { record })).keys()]
}

describe('a checkpoint in a zip archive', () => {
  it.each([
    ['of torch.save', { 'model.pt': model }, ['weight']],
    [
      'beside other files',
      { 'README.md': latin1('x'), 'a/model.pth': model, 'a/config.json': latin1('{}') },
      ['weight'],
    ],
    ['of safetensors', { 'model.safetensors': saveSafetensors(new Map([['w', ones([2])]])) }, ['w']],
    ['of pickle', { 'model.pkl': pickle(dict({ w: 'N', v: text('x') })) }, null],
    ['that macOS packed', { 'model.pt': model, '__MACOSX/._model.pt': latin1('x') }, ['weight']],
  ])('%s is read', async (_, files, want) => {
    const bytes = zip(files)
    if (want === null) expect(await load(bytes)).toBeInstanceOf(Map)
    else expect(await keys(bytes)).toEqual(want)
    expect((await inspect(bytes)).byteLength).toBe(bytes.length)
  })

  it('among several is asked for, and read by its name', async () => {
    const bytes = zip({ 'policy.pth': model, 'policy.optimizer.pth': other })
    const error = await failureOf(loadWeights(bytes), UnsupportedFormatError)
    expect(error.message).toContain(
      'is a zip archive of several checkpoints: "policy.pth", "policy.optimizer.pth"; choose one, as in { record: "policy.pth" }',
    )
    expect(await keys(bytes, 'policy.pth')).toEqual(['weight'])
    expect(await keys(bytes, 'policy.optimizer.pth')).toEqual(['bias'])
    const missing = await failureOf(loadWeights(bytes, { record: 'x.pth' }), UnsupportedFormatError)
    expect(missing.message).toContain('has no record "x.pth"; it holds "policy.pth", "policy.optimizer.pth"')
  })

  it('of an old torch.export is the state dict', async () => {
    const bytes = zip({
      'serialized_state_dict.pt': model,
      'serialized_constants.pt': other,
      version: latin1('5.1'),
    })
    expect(await keys(bytes)).toEqual(['weight'])
  })

  it.each([
    ['a checkpoint itself', model],
    ['no archive', saveSafetensors(new Map([['w', ones([2])]]))],
  ])('is not asked for in %s', async (_, bytes) => {
    const error = await failureOf(loadWeights(bytes, { record: 'model.pt' }), UnsupportedFormatError)
    expect(error.message).toContain('the option record is for archives of several')
  })

  it('names the record in errors', async () => {
    const error = await failureOf(load(zip({ 'model.pt': model.slice(0, -1) })), CorruptCheckpointError)
    expect(error.message).toContain('<bytes>, record "model.pt"')
  })

  it.each([
    [
      'an archive in it again',
      zip({ 'a.pt': zip({ 'b.pt': model }) }),
      UnsupportedFormatError,
      'in an archive itself',
    ],
    [
      'an index in it',
      zip({ 'a.bin': latin1('{"weight_map": {"w": "../b.bin"}}') }),
      CorruptCheckpointError,
      'is an index',
    ],
    [
      'a record with a wrong checksum',
      buildZip([{ name: 'a.pt', data: model, crc: 1 }]),
      CorruptCheckpointError,
      'checksum is',
    ],
    [
      'an attack',
      zip({ 'a.pkl': pickle(call('os', 'system', text('true'))) }),
      UnsafePickleError,
      'names os.system',
    ],
    [
      'a record that is something else',
      zip({ 'a.pt': latin1('hello') }),
      UnsupportedFormatError,
      'unknown format',
    ],
    ['a record that is empty', zip({ 'a.pt': new Uint8Array(0) }), CorruptCheckpointError, 'is empty'],
  ] as const)('with %s is refused', async (_, bytes, kind, message) => {
    const error: Error = await failureOf(loadWeights(bytes), kind)
    expect(error.message).toContain(message)
  })

  it('keeps the limits of archives', async () => {
    const bomb = buildZip([{ name: 'a.pt', data: new Uint8Array(5000), method: 8, size: 2 ** 31 }])
    expect((await failureOf(load(bomb), CorruptCheckpointError)).message).toContain('the limit is 200 to 1')
  })
})

/** What torch.export.save writes, with one weight of four floats. */
function exported(
  meta: Readonly<Record<string, unknown>> = {},
  entry: Readonly<Record<string, unknown>> = {},
  config?: string,
): Bytes {
  const tensorMeta = {
    dtype: 7,
    sizes: [{ as_int: 4 }],
    strides: [{ as_int: 1 }],
    storage_offset: { as_int: 0 },
    requires_grad: false,
    layout: 7,
    ...meta,
  }
  const weight = {
    path_name: 'weight_0',
    is_param: true,
    use_pickle: false,
    tensor_meta: tensorMeta,
    ...entry,
  }
  return zip({
    'm/archive_format': latin1('pt2'),
    'm/data/weights/model_weights_config.json': latin1(config ?? JSON.stringify({ config: { w: weight } })),
    'm/data/weights/weight_0': new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer),
    'm/secret': latin1('x'.repeat(16)),
    'm/byteorder': latin1('little'),
  })
}

describe('an archive of torch.export', () => {
  it('is read', async () => {
    expect((await loadWeights(exported())).get('w')?.toArray()).toEqual([1, 2, 3, 4])
    const view = exported({ sizes: [{ as_int: 2 }], strides: [{ as_int: 2 }], storage_offset: { as_int: 1 } })
    expect((await loadWeights(view)).get('w')?.toArray()).toEqual([2, 4])
  })

  it('tells what it leaves out', async () => {
    const { leftOut, refusals } = await inspect(exported({ layout: 1 }))
    expect(leftOut).toMatchObject([{ name: 'w', what: 'a sparse tensor' }])
    expect(refusals.loadWeights).toContain('holds no tensor that can be read')
    expect((await inspect(exported({}, { use_pickle: true }))).leftOut).toMatchObject([
      { name: 'w', what: 'a tensor that is pickled by itself' },
    ])
  })

  it.each([
    ['a record that is not there', exported({}, { path_name: 'weight_1' }), 'there is no record "weight_1"'],
    [
      'a record of another folder',
      exported({}, { path_name: '../../secret' }),
      'there is no record "../../secret"',
    ],
    ['a view past its record', exported({ sizes: [{ as_int: 5 }] }), 'reaches element 4'],
    [
      'a view past its record by its offset',
      exported({ storage_offset: { as_int: 1 } }),
      'reaches element 4',
    ],
    ['a wider dtype than its record', exported({ dtype: 8 }), 'which has 2'],
    ['a size of 2^60', exported({ sizes: [{ as_int: 2 ** 60 }] }), 'expected a count'],
    [
      'a negative size',
      exported({ sizes: [{ as_int: -4 }] }),
      'expected a count from 0 to 2^53 - 1, got "-4"',
    ],
    ['a negative stride', exported({ strides: [{ as_int: -1 }] }), 'expected a count'],
    [
      'a size that is a formula',
      exported({ sizes: [{ as_expr: { expr_str: 's0' } }] }),
      'expected a field as_int',
    ],
    ['sizes that are no list', exported({ sizes: 4 }), 'expected sizes to be a list'],
    [
      'more strides than sizes',
      exported({ strides: [{ as_int: 1 }, { as_int: 1 }] }),
      'as many strides as sizes',
    ],
    ['a dtype that is unknown', exported({ dtype: 99 }), 'dtype 99 is unknown'],
    ['a path that is no text', exported({}, { path_name: 7 }), 'expected path_name to be text'],
    [
      'elements expanded without end',
      exported({ sizes: Array(4).fill({ as_int: 1e6 }), strides: Array(4).fill({ as_int: 0 }) }),
      'shows',
    ],
    ['a list that is none', exported({}, {}, '[]'), 'expected a field config'],
    ['a list of numbers', exported({}, {}, '{"config": 4}'), 'expected config to be an object'],
    ['an entry that is null', exported({}, {}, '{"config": {"w": null}}'), 'expected an object with a field'],
    ['no JSON', exported({}, {}, '{"config": '), 'is no JSON'],
    ['JSON of 100,000 brackets', exported({}, {}, '['.repeat(1e5)), 'is no JSON'],
  ])('with %s is refused', async (_, bytes, message) => {
    const error = await failureOf(loadWeights(bytes), CorruptCheckpointError)
    expect(error.message).toContain(message)
    expect(error.record).toBe('m/data/weights/model_weights_config.json')
  })

  it('with a list over the limit is refused', async () => {
    const error = await failureOf(
      loadWeights(exported(), { limits: { indexBytes: 10 } }),
      CorruptCheckpointError,
    )
    expect(error.message).toContain('the limit is 10')
  })

  it('keeps names such as __proto__ plain', async () => {
    const config =
      '{"config": {"__proto__": {"path_name": "weight_0", "use_pickle": false, "tensor_meta": {"dtype": 7, "sizes": [], "strides": [], "storage_offset": {"as_int": 0}, "layout": 7}}}}'
    expect(await keys(exported({}, {}, config))).toEqual(['__proto__'])
  })

  it('of compiled code has no weights by name', async () => {
    const bytes = zip({ 'm/archive_format': latin1('pt2'), 'm/data/aotinductor/model/a.so': latin1('x') })
    expect((await failureOf(load(bytes), UnsupportedFormatError)).message).toContain(
      'without weights by name',
    )
  })

  it('of several models gives the names of each', async () => {
    const weight = {
      path_name: 'w0',
      use_pickle: false,
      tensor_meta: {
        dtype: 1,
        sizes: [{ as_int: 1 }],
        strides: [{ as_int: 1 }],
        storage_offset: { as_int: 0 },
        layout: 7,
      },
    }
    const config = latin1(JSON.stringify({ config: { w: weight } }))
    const bytes = zip({
      'm/archive_format': latin1('pt2'),
      'm/data/weights/w0': latin1('\x07'),
      'm/data/weights/a_weights_config.json': config,
      'm/data/weights/b_weights_config.json': config,
    })
    expect(await keys(bytes)).toEqual(['a.w', 'b.w'])
    expect([...(await loadWeights(bytes, { prefix: 'b.' })).keys()]).toEqual(['w'])
  })
})

describe('the index of shards of torch.save', () => {
  const index = (map: object): Bytes =>
    new TextEncoder().encode(JSON.stringify({ metadata: {}, weight_map: map }))

  it.each([
    '../a.bin',
    '../../etc/passwd',
    '/etc/passwd',
    'https://example.com/a.bin',
    'file:///etc/passwd',
    'C:\\a.bin',
    'a/../../b.bin',
    '//host/a.bin',
    '%2e%2e/a.bin',
    '.',
    '..',
    '',
  ])('that names the file %j is refused before anything is opened', async (name) => {
    const resolve = (): never => {
      throw new Error('opened')
    }
    const error = await failureOf(loadWeights(index({ weight: name }), { resolve }), CorruptCheckpointError)
    expect(error.message).toContain('is not a plain relative path')
  })

  it('may name files of both kinds, each read once', async () => {
    let opened = 0
    const resolve = (name: string): Uint8Array => {
      opened++
      return name === 'a.bin'
        ? model
        : saveSafetensors(
            new Map([
              ['w', ones([2])],
              ['v', ones([2])],
            ]),
          )
    }
    const map = index({ weight: 'a.bin', w: 'b.safetensors', v: 'b.safetensors' })
    expect([...(await loadWeights(map, { resolve })).keys()]).toEqual(['weight', 'w', 'v'])
    expect(opened).toBe(2)
    expect((await inspect(map, { resolve })).format).toBe('torch-index')
  })

  it('whose shard is an attack is refused, and inspect says so', async () => {
    const attack = checkpoint(dict({ weight: tensor(), x: call('os', 'system', text('true')) }))
    const map = index({ weight: 'a.bin' })
    await failureOf(loadWeights(map, { resolve: () => attack }), UnsafePickleError)
    await failureOf(load(map, { resolve: () => attack }), UnsafePickleError)
    expect((await inspect(map, { resolve: () => attack })).safe).toBe(false)
  })

  it('whose shard is an index is refused', async () => {
    const map = index({ weight: 'a.bin' })
    const error = await failureOf(loadWeights(map, { resolve: () => map }), CorruptCheckpointError)
    expect(error.message).toContain('is an index, where a checkpoint is expected')
  })

  it('says what of it is left out', async () => {
    const sparse = checkpoint(
      dict({ weight: tensor(), adj: call('torch._utils', '_rebuild_sparse_tensor', text('coo')) }),
    )
    const { leftOut } = await inspect(index({ weight: 'a.bin', adj: 'a.bin' }), { resolve: () => sparse })
    expect(leftOut).toMatchObject([{ name: 'adj', what: 'a sparse tensor' }])
  })
})

describe("aliases in safetensors' metadata", () => {
  const aliased = (metadata: Readonly<Record<string, string>>): Bytes =>
    saveSafetensors(
      new Map([
        ['a', ones([2])],
        ['b', ones([3])],
      ]),
      { metadata },
    )

  it.each([
    ['a tensor', { c: 'a' }, ['a', 'b', 'c']],
    ['two', { c: 'a', d: 'a' }, ['a', 'b', 'c', 'd']],
    ['each other', { c: 'd', d: 'c' }, ['a', 'b']],
    ['themselves', { c: 'c' }, ['a', 'b']],
    ['an alias', { c: 'd', d: 'a' }, ['a', 'b', 'd']],
    ['nothing', { c: 'x' }, ['a', 'b']],
    ['a tensor, for one that is there', { b: 'a' }, ['a', 'b']],
    ['a tensor, as the note of a format', { format: 'a' }, ['a', 'b']],
    ['a property', { c: '__proto__', ['__proto__']: 'a' }, ['a', 'b']],
  ])('of %s', async (what, metadata, want) => {
    const weights = await loadWeights(aliased(metadata))
    expect([...weights.keys()].filter((key) => key !== '__proto__').sort()).toEqual(want)
    expect(weights.get('b')?.shape).toEqual([3])
    if (what === 'a tensor') expect(weights.get('c')).toBe(weights.get('a'))
  })

  it('end soon if they are many', async () => {
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`x${i}`, 'a']))
    expect((await loadWeights(aliased(many))).size).toBe(50_002)
  })
})
