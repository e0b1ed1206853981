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
    ['an object', { a: 1 }],
    ['half a surrogate pair', '\ud800'],
  ])('refuses %s', (_, value) => {
    expect(() => savePt(value as unknown as SavedValue)).toThrow(TypeError)
  })

  it('refuses nesting beyond the limit', () => {
    let nested: SavedValue = []
    for (let i = 0; i < 2000; i++) nested = [nested]
    expect(() => savePt(nested)).toThrow(/nested over 1000 deep/)
  })
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

  it('refuses the name __metadata__', () => {
    expect(() => saveSafetensors(new Map([['__metadata__', tensor([1])]]))).toThrow(TypeError)
  })
})
