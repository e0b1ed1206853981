import { arange, ones, type Tensor, tensor, zeros } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { load, loadWeights, type SavedValue, savePt, saveSafetensors } from '../src/index.ts'
import { openBytes } from '../src/source/memorySource.ts'
import { ReadContext } from '../src/source/readContext.ts'
import { Source } from '../src/source/source.ts'
import { writeZip } from '../src/write/writeZip.ts'
import { ZipArchive } from '../src/zip/zipArchive.ts'
import expected from './fixtures/expected.json' with { type: 'json' }
import { latin1 } from './support/bytes.ts'
import { Encoder } from './support/encode.ts'

const cases: readonly { readonly file: string; readonly load?: unknown }[] = expected.cases
const loadable = cases.filter((one) => 'load' in one).map(({ file }) => file)

function fixture(file: string): URL {
  return new URL(`./fixtures/${file}`, import.meta.url)
}

function asMap(saved: SavedValue): Map<SavedValue, SavedValue> {
  if (!(saved instanceof Map)) throw new Error('expected a Map')
  return saved
}

describe('savePt', () => {
  it.each(loadable)('writes the object of %s so that load gives it again', async (file) => {
    const saved = await load(fixture(file))
    const again = await load(savePt(saved))
    expect(new Encoder().value(again)).toEqual(new Encoder().value(saved))
  })

  it('writes what was a Counter as one, since PyTorch calls its methods', async () => {
    const counters = (bytes: Uint8Array): number =>
      new TextDecoder('latin1').decode(bytes).split('collections\nCounter\n').length - 1
    const saved = savePt(await load(fixture('objects-protocol2.pt')))
    expect([counters(saved), counters(savePt(await load(saved)))]).toEqual([1, 1])
  })

  it('writes the same bytes for the same object', async () => {
    const saved = await load(fixture('views.pt'))
    expect(savePt(await load(savePt(saved)))).toEqual(savePt(saved))
  })

  it('keeps one object one, and containers that contain themselves', async () => {
    const weight = ones([2])
    const list: SavedValue[] = [weight, weight]
    list.push(list)
    const again = await load(savePt(list))
    expect(Array.isArray(again) && again[0] === again[1] && again[2] === again).toBe(true)
  })

  it('saves a view with all of its storage, which other views then share', async () => {
    const base = arange(24)
    const again = asMap(
      await load(
        savePt(
          new Map([
            ['a', base.slice(0, 2, 4)],
            ['b', base],
          ]),
        ),
      ),
    )
    const [a, b] = [again.get('a'), again.get('b')] as [Tensor, Tensor]
    expect(a.storage).toBe(b.storage)
    expect([a.offset, a.shape, b.numel]).toEqual([2, [2], 24])
  })

  it('aligns every storage to 64 bytes', () => {
    const bytes = savePt(
      new Map([
        ['a', ones([3])],
        ['b', zeros([5], { dtype: 'int64' })],
      ]),
    )
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
    for (const key of ['0', '1']) {
      const header = text.indexOf(`archive/data/${key}`) - 30
      const view = new DataView(bytes.buffer, header)
      expect((header + 30 + view.getUint16(26, true) + view.getUint16(28, true)) % 64).toBe(0)
    }
  })

  it.each([
    ['a function', (): void => undefined],
    ['undefined', undefined],
    ['undefined in an object', { a: undefined }],
    ['half a surrogate pair', '\ud800'],
  ])('refuses %s', (_, value) => {
    expect(() => savePt(value as unknown as SavedValue)).toThrow(TypeError)
  })

  it('writes a plain object as the dict that it is in Python', async () => {
    const state = new Map([['w', ones([2])]])
    const saved = savePt({ epoch: 3, model_state_dict: state, history: [{ loss: 0.5 }], z: { re: 1, im: 2 } })
    const again = asMap(await load(saved))
    expect([...again.keys()]).toEqual(['epoch', 'model_state_dict', 'history', 'z'])
    expect(again.get('history')).toEqual([new Map([['loss', 0.5]])])
    expect(again.get('z')).toEqual({ re: 1, im: 2 })
    expect((await loadWeights(saved)).get('w')?.toArray()).toEqual([1, 1])
    expect(await load(savePt({ re: 1, im: 'not a complex number' }))).toBeInstanceOf(Map)
  })

  it('takes no path: it writes no file', () => {
    // @ts-expect-error: what the types forbid
    expect(() => savePt(1, 'model.pt')).toThrow(
      'savePt: expected one argument, got string "model.pt" too; it gives the bytes of a file and writes none: await writeFile(path, savePt(value))',
    )
  })

  it('refuses nesting beyond the limit', () => {
    let nested: SavedValue = []
    for (let i = 0; i < 2000; i++) nested = [nested]
    expect(() => savePt(nested)).toThrow(/nested over 1000 deep/)
  })
})

describe('what is no state dict', () => {
  class LSTM {
    stateDict(): Map<string, Tensor> {
      return new Map([['w', ones([1])]])
    }
  }

  const cases: readonly [string, () => unknown, string][] = [
    ['a module', () => new LSTM(), 'got LSTM; save its tensors: WHO(module.stateDict())'],
    ['a promise', () => Promise.resolve(new Map()), 'got a promise; await it first'],
    ['a typed array', () => new Float32Array(2), 'got Float32Array; make it a tensor: tensor(array)'],
    [
      'a tensor of another copy of the package',
      () => Object.assign(new (class Tensor {})(), { storage: {}, strides: [], dtype: 'float32' }),
      'got Tensor of another copy of @unroll/tensor; let every package use the same one (npm ls @unroll/tensor, npm dedupe)',
    ],
    ['a date', () => new Date(0), 'got Date'],
  ]
  it.each(cases)('%s: the error says what to write instead', (_, make, got) => {
    for (const [who, save] of [
      ['savePt', savePt],
      ['saveSafetensors', saveSafetensors],
    ] as const) {
      // @ts-expect-error: what the types forbid
      expect(() => save(make())).toThrow(
        new RegExp(`^${who}: expected .*, ${literal(got.replace('WHO', who))}$`),
      )
    }
    // @ts-expect-error: what the types forbid
    expect(() => savePt({ model: make() })).toThrow(got.replace('WHO', 'savePt'))
  })

  function literal(text: string): string {
    return text.replace(/[()[\].]/g, '\\$&')
  }
})

describe('zip archives', () => {
  it('with sizes and offsets in zip64 fields are read like any', async () => {
    const records = ['a', 'b', 'c'].map((name) => ({ name: `x/${name}`, data: latin1(name.repeat(100)) }))
    for (const wideFrom of [0, 100, 200, 400]) {
      const archive = await ZipArchive.open(
        new Source(openBytes(writeZip(records, wideFrom)), new ReadContext()),
      )
      for (const { name, data } of records) expect(await archive.read(name)).toEqual(data)
    }
  })
})

describe('saveSafetensors', () => {
  it.each(['dtypes.safetensors', 'lstm.safetensors', 'nothing.safetensors'])(
    'writes the tensors of %s so that loadWeights gives them again',
    async (file) => {
      const weights = await loadWeights(fixture(file))
      const again = await loadWeights(saveSafetensors(weights))
      expect(new Encoder().value(new Map(again))).toEqual(new Encoder().value(new Map(weights)))
    },
  )

  it('writes views whole', async () => {
    const grid = arange(6).view([2, 3])
    const weights = await loadWeights(saveSafetensors(new Map([['t', grid.t()]])))
    expect(weights.get('t')?.toArray()).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ])
  })

  it('takes a plain object, of tensors or as metadata', async () => {
    const [a, b] = [ones([1]), zeros([2])]
    const metadata = { format: 'pt' }
    const bytes = saveSafetensors({ a, b }, { metadata })
    expect(bytes).toEqual(
      saveSafetensors(new Map(Object.entries({ a, b })), { metadata: new Map([['format', 'pt']]) }),
    )
    expect([...(await loadWeights(bytes)).keys()].sort()).toEqual(['a', 'b'])
    expect(saveSafetensors({ a }, null)).toEqual(saveSafetensors({ a }))
  })

  it.each([
    [
      'a path',
      { a: ones([1]) },
      'model.safetensors',
      /expected options to be a plain object, got string "model.safetensors"; its options are metadata/,
    ],
    [
      'another option',
      { a: ones([1]) },
      { metdata: {} },
      /expected options among metadata, got metdata; did you mean metadata\?/,
    ],
    [
      'metadata that is no text',
      { a: ones([1]) },
      { metadata: { step: 3 } },
      /expected names and metadata to be text, got number 3/,
    ],
    [
      'metadata in a list',
      { a: ones([1]) },
      { metadata: ['x'] },
      /expected metadata as a Map or plain object of text, got array of 1/,
    ],
    [
      'a list of numbers for a tensor',
      { a: [1, 2] },
      {},
      /expected "a" to be a Tensor, got array of 2; make it one with tensor/,
    ],
    [
      'a name that is a number',
      new Map([[1, ones([1])]]),
      {},
      /expected names and metadata to be text, got number 1/,
    ],
    ['a tensor', ones([1]), {}, /expected a state dict \(a Map or plain object of tensors\), got Tensor/],
    ['nothing', undefined, {}, /expected a state dict .*, got undefined/],
  ])('refuses %s', (_, weights, options, message) => {
    // @ts-expect-error: what the types forbid
    expect(() => saveSafetensors(weights, options)).toThrow(message)
  })

  it('refuses the name __metadata__', () => {
    expect(() => saveSafetensors(new Map([['__metadata__', tensor([1])]]))).toThrow(TypeError)
  })
})
