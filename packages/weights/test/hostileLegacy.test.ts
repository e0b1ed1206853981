import { describe, expect, it } from 'vitest'
import {
  CorruptCheckpointError,
  load,
  loadWeights,
  UnsafePickleError,
  UnsupportedFormatError,
} from '../src/index.ts'
import { little } from './support/bytes.ts'
import { failureOf } from './support/failure.ts'
import { fourFloats, legacy, legacyStorage, legacyTensor } from './support/legacyBuilder.ts'
import { buildTar, type TarMember, tarMembers, tarStorages, tarTensors } from './support/tarBuilder.ts'
import { call, dict, global, int, pickle, text, tuple } from './support/torchBuilder.ts'

async function refused(
  bytes: Uint8Array,
  message: string,
  kind:
    | typeof CorruptCheckpointError
    | typeof UnsafePickleError
    | typeof UnsupportedFormatError = CorruptCheckpointError,
): Promise<void> {
  for (const read of [load, loadWeights]) {
    const error = await failureOf(read(bytes), kind)
    expect(error.message).toContain(message)
    expect(error.offset ?? 0).toBeLessThanOrEqual(bytes.length)
  }
}

describe('a legacy stream', () => {
  it('loads', async () => {
    expect((await loadWeights(legacy())).get('weight')?.toArray()).toEqual([1, 2, 3, 4])
  })

  it('with views of a storage, whose tensors share it', async () => {
    const view = (key: string, start: number, numel: number): string =>
      legacyTensor(legacyStorage(4, '0', tuple(text(key), int(start), int(numel))), tuple(int(numel)))
    const weights = await loadWeights(
      legacy(dict({ a: view('x', 1, 2), b: view('y', 2, 2), c: legacyTensor() })),
    )
    expect([...weights.values()].map((weight) => weight.toArray())).toEqual([
      [2, 3],
      [3, 4],
      [1, 2, 3, 4],
    ])
    expect(new Set(Array.from(weights.values(), ({ storage }) => storage)).size).toBe(1)
  })

  it('with pickles of over 64 kB', async () => {
    const long = `](${text('x'.repeat(1000)).repeat(300)}e`
    const saved = await load(legacy(dict({ long, weight: legacyTensor() })))
    expect(saved instanceof Map && Array.isArray(saved.get('long'))).toBe(true)
  })

  it.each([
    [
      'a count that lies',
      { storages: little(5, 8) + fourFloats.slice(8) },
      'should be 4 of float32; it says 5',
    ],
    ['a negative count', { storages: little(-1, 8) }, 'should be 4 of float32; it says -1'],
    ['a count of 2^63 - 1', { storages: little(2n ** 63n - 1n, 8) }, 'it says 9223372036854775807'],
    ['data cut short', { storages: fourFloats.slice(0, -1) }, 'the file ends after 15 of them'],
    ['no data', { storages: '' }, 'expected the size of storage "0"'],
    ['trailing data', { storages: `${fourFloats}x` }, '1 bytes follow the last storage'],
    ['a second storage', { storages: fourFloats + fourFloats }, '24 bytes follow'],
    ['a key listed twice', { keys: `](${text('0')}${text('0')}e` }, 'listed twice'],
    [
      'a key of nothing',
      { keys: `](${text('0')}${text('1')}e` },
      'storage "1" is listed, but the object has none',
    ],
    ['no keys', { keys: ']' }, 'bytes follow the last storage'],
    ['keys that are no list', { keys: '}' }, 'expected the list of storage keys, got dict'],
    ['keys of numbers', { keys: `](${int(0)}e` }, 'expected the list of storage keys'],
    ['keys in another object', { keys: text('0') }, 'expected the list of storage keys, got str'],
  ])('with %s is refused', (_, options, message) => refused(legacy(undefined, options), message))

  it('with a storage that is not listed is refused', () =>
    refused(
      legacy(dict({ w: legacyTensor() }), { keys: ']', storages: '' }),
      'storage "0" is not in the file',
    ))

  const magic = '\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19'
  it.each([
    ['of another number', magic.replace('l', 'm'), 'bytes follow the pickle', CorruptCheckpointError],
    ['of a byte less', '\x8a\x09l\xfc\x9cF\xf9 j\xa8P', 'bytes follow the pickle', CorruptCheckpointError],
    ['as text', text('1950a86a20f9469cfc6c'), 'bytes follow the pickle', CorruptCheckpointError],
    ['that is dropped', `${magic}0${int(1)}`, 'expected the magic number, got 1', CorruptCheckpointError],
    ['in a tuple', `${magic}\x85`, 'expected the magic number, got tuple', CorruptCheckpointError],
  ])('with a magic number %s is refused', (_, changed, message, kind) =>
    refused(legacy(undefined, { magic: changed }), message, kind),
  )

  it('of another protocol is refused', () =>
    refused(
      legacy(undefined, { protocol: 1002 }),
      'expected legacy protocol 1001, got 1002',
      UnsupportedFormatError,
    ))

  it.each([
    ['past its storage', tuple(text('v'), int(3), int(2)), 'view of elements 3 to 5'],
    ['of negative size', tuple(text('v'), int(0), int(-1)), 'expected key, offset and size of a view'],
    ['of two parts', tuple(text('v'), int(0)), 'expected key, offset and size of a view'],
    ['that is no tuple', int(1), 'expected key, offset and size of a view'],
  ])('with a view %s is refused', (_, view, message) =>
    refused(legacy(dict({ w: legacyTensor(legacyStorage(4, '0', view), tuple(int(2))) })), message),
  )

  it('with ids of five parts, as in zip files, is refused', () => {
    const id = `${tuple(text('storage'), global('torch', 'FloatStorage'), text('0'), text('cpu'), int(4))}Q`
    return refused(legacy(dict({ w: legacyTensor(id) })), 'expected 6 parts in the id of a storage, got 5')
  })

  it('that wants to run code is refused', () =>
    refused(
      legacy(dict({ w: legacyTensor(), x: call('os', 'system', text('true')) })),
      'names os.system',
      UnsafePickleError,
    ))
})

describe('a tar archive', () => {
  const [sysInfo, pickled, tensors, storages] = tarMembers()
  const archive = (...members: readonly TarMember[]): Uint8Array => buildTar(members)
  const with_ = (changed: TarMember): Uint8Array =>
    archive(...tarMembers().map((member) => (member.name === changed.name ? changed : member)))

  it('loads, in any order of its members', async () => {
    for (const members of [tarMembers(), tarMembers().reverse()]) {
      expect((await loadWeights(buildTar(members))).get('weight')?.toArray()).toEqual([
        [1, 2],
        [3, 4],
      ])
    }
  })

  it('with views of storages loads', async () => {
    const views = `](${tuple(int(8), int(7), int(2), int(2))}e`
    const bytes = archive(
      sysInfo,
      pickled,
      { name: 'tensors', data: tarTensors(1, [2, 1, 0], 8) },
      { name: 'storages', data: tarStorages(4, views) },
    )
    expect((await loadWeights(bytes)).get('weight')?.toArray()).toEqual([3, 4])
  })

  it.each(['pickle', 'tensors', 'storages'])('without its member %s is refused', (name) =>
    refused(archive(...tarMembers().filter((member) => member.name !== name)), `has no member "${name}"`),
  )

  it.each([
    ['a negative size', { ...storages, size: '-0000000100\0' }, 'is no octal number'],
    ['a size of 8 GB', { ...storages, size: '77777777777\0' }, 'a member has 8589934591 bytes'],
    ['a size in base 256', { ...storages, size: '\x80\0\0\0\0\0\0\0\0\0\0\x10' }, 'is no octal number'],
    ['a size that is no number', { ...storages, size: 'ffffffffffff' }, 'is no octal number'],
    ['a size beyond the file', { ...storages, size: '00000100000\0' }, 'a member has 32768 bytes'],
    ['a symbolic link', { ...storages, type: '2' }, 'is of type "2", expected a regular file'],
    ['a hard link', { ...storages, type: '1' }, 'is of type "1"'],
    ['a device', { ...storages, type: '3' }, 'is of type "3"'],
    ['a wrong checksum', { ...storages, checksum: '0000000\0' }, 'wrong checksum'],
    ['two members of a name', { ...sysInfo, name: 'pickle' }, 'has no member'],
  ])('with %s is refused', async (_, member, message) => {
    const bytes = member.name === 'pickle' ? archive(pickled, pickled) : with_(member)
    await refused(bytes, member.name === 'pickle' ? 'two members are called "pickle"' : message)
  })

  it('whose extended header renames a member is refused', () => {
    const extended = { name: 'pax', type: 'x', data: new TextEncoder().encode('20 path=../../evil\n') }
    return refused(archive(sysInfo, extended, pickled, tensors, storages), 'gives another name or size')
  })

  it('with more members than the limit is refused', () =>
    refused(
      archive(...Array.from({ length: 65 }, (_, i) => ({ ...sysInfo, name: `m${i}` }))),
      'over 64 members',
    ))

  it('followed by something is refused', () =>
    refused(
      buildTar(tarMembers(), new TextEncoder().encode(`${'\0'.repeat(1024)}more`)),
      'something follows its end',
    ))

  it.each([
    ['a count that lies', { name: 'storages', data: tarStorages(5) }, 'bytes'],
    [
      'a negative count',
      { name: 'storages', data: tarStorages(-4) },
      'expected the size of a storage from 0',
    ],
    ['more storages than bytes', { name: 'storages', data: pickle(int(1000)) }, 'expected how many follow'],
    [
      'a view past its storage',
      { name: 'storages', data: tarStorages(4, `](${tuple(int(8), int(7), int(3), int(2))}e`) },
      'view of elements 3 to 5',
    ],
    [
      'a view of nothing',
      { name: 'storages', data: tarStorages(4, `](${tuple(int(8), int(6), int(0), int(1))}e`) },
      'expected key, storage',
    ],
    [
      'a tensor past its storage',
      { name: 'tensors', data: tarTensors(2, [2, 3, 3, 1, 0]) },
      'reaches element 5',
    ],
    ['a negative size', { name: 'tensors', data: tarTensors(2, [-2, 2, 2, 1, 0]) }, 'expected a size from 0'],
    [
      'a negative offset',
      { name: 'tensors', data: tarTensors(2, [2, 2, 2, 1, -1]) },
      'expected an offset from 0',
    ],
    [
      '2^31 - 1 dimensions',
      { name: 'tensors', data: tarTensors(2 ** 31 - 1) },
      'tensor of 2147483647 dimensions',
    ],
    ['negative dimensions', { name: 'tensors', data: tarTensors(-1) }, 'tensor of -1 dimensions'],
    [
      'a tensor of no storage',
      { name: 'tensors', data: tarTensors(2, [2, 2, 2, 1, 0], 6) },
      'expected keys of a tensor',
    ],
    [
      'bytes after the tensors',
      { name: 'tensors', data: tarTensors(2, [2, 2, 2, 1, 0, 0]) },
      '8 bytes follow',
    ],
    [
      'an unknown tensor',
      { name: 'pickle', data: pickle(dict({ w: `${text('1')}Q` })) },
      'expected the number of a tensor',
    ],
    [
      'an id of another kind',
      { name: 'pickle', data: pickle(dict({ w: ']Q' })) },
      'expected the number of a tensor or storage, got list',
    ],
  ])('with %s is refused', (_, member, message) => refused(with_(member), message))

  it('that wants to run code is refused', () =>
    refused(
      with_({ name: 'pickle', data: pickle(call('os', 'system', text('true'))) }),
      'names os.system',
      UnsafePickleError,
    ))
})
