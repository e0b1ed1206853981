import { ones, type Tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import {
  type ByteSource,
  limits,
  load,
  loadWeights,
  open,
  type ReadProgress,
  savePt,
  saveSafetensors,
  toFloats,
  UnreadableSourceError,
  UnsupportedFormatError,
} from '../src/index.ts'
import { failureOf } from './support/failure.ts'
import { checkpoint, dict, tensor } from './support/torchBuilder.ts'

function fixture(file: string): URL {
  return new URL(`./fixtures/${file}`, import.meta.url)
}

/** Ten layers of 400 kB. */
const layers = new Map(Array.from({ length: 10 }, (_, i): [string, Tensor] => [`layer${i}`, ones([100_000])]))

describe('a single layer', () => {
  it.each([
    ['.pt', savePt(layers)],
    ['safetensors', saveSafetensors(layers)],
  ])('of a %s file costs about its own bytes', async (_, bytes) => {
    let read = 0
    const source: ByteSource = {
      byteLength: bytes.length,
      slice(start, end) {
        read += end - start
        return bytes.slice(start, end)
      },
    }
    const opened = await open(source)
    expect(opened.tensors.size).toBe(10)
    expect(read).toBeLessThan(6000)
    read = 0
    expect((await opened.get('layer7')).numel).toBe(100_000)
    expect(read).toBeGreaterThanOrEqual(400_000)
    expect(read).toBeLessThan(401_000)
    await opened.close()
  })
})

describe('an open checkpoint', () => {
  it('gives the tensors that loadWeights gives', async () => {
    for (const file of [
      'model.pth',
      'legacy-module.pt',
      'arrays.npz',
      'torchscript-rnns.pt',
      'shards.safetensors.index.json',
    ]) {
      const [opened, weights] = [await open(fixture(file)), await loadWeights(fixture(file))]
      expect([...opened.tensors.keys()]).toEqual([...weights.keys()])
      for (const [name, weight] of weights) {
        const got = await opened.get(name)
        expect([got.dtype, got.shape, got.strides, got.toArray()]).toEqual([
          weight.dtype,
          weight.shape,
          weight.strides,
          weight.toArray(),
        ])
      }
      await opened.close()
    }
  })

  it('keeps shared memory shared', async () => {
    const opened = await open(fixture('views.pt'))
    const [base, row] = await Promise.all([opened.get('base'), opened.get('row')])
    expect(row.storage).toBe(base.storage)
    await opened.close()
  })

  it('says which names there are', async () => {
    const opened = await open(fixture('lstm.safetensors'))
    await expect(opened.get('weight')).rejects.toThrow(
      /expected the name of a tensor \("bias_hh_l0".*got "weight"/,
    )
    await opened.close()
  })

  it('gives numbers of any dtype', async () => {
    const opened = await open(fixture('raw-dtypes.pt'))
    const data = async (name: string): Promise<unknown> => (await opened.raw(name)).data
    expect(await data('u16')).toEqual(Uint16Array.of(0, 65535))
    expect(await data('u32')).toEqual(Uint32Array.of(7, 2 ** 32 - 1))
    expect(await data('u64')).toEqual(BigUint64Array.of(1n, 2n ** 40n))
    expect(await data('c64')).toEqual(Float32Array.of(1, -2, 0, 3))
    expect([...(await opened.get('u32')).data]).toEqual([7, 2 ** 32 - 1])
    // Integers keep their dtype.
    const counter = await opened.get('u64', { dtype: 'float64' })
    expect([counter.dtype, ...counter.data]).toEqual(['uint64', 1n, 2n ** 40n])
    const error = await failureOf(opened.get('c64'), UnsupportedFormatError)
    expect(error.message).toContain('a tensor of complex64: tensors cannot have that dtype')
    expect(() =>
      toFloats({ dtype: 'uint32', shape: [1], data: Uint32Array.of(2 ** 32 - 1) }, 'float32'),
    ).toThrow('element 0 is 4294967295 in uint32, which float32 cannot hold exactly')
    await opened.close()
  })

  it('gives views rows first', async () => {
    const [opened, weights] = [await open(fixture('views.pt')), await loadWeights(fixture('views.pt'))]
    for (const [name, weight] of weights) {
      const { data, shape } = await opened.raw(name)
      expect([name, shape, [...data]]).toEqual([name, weight.shape, [...weight.data]])
    }
    await opened.close()
  })
})

describe('conversion to floating point', () => {
  it('is exact for every dtype that has such numbers', async () => {
    const opened = await open(fixture('dtypes.pt'))
    const weights = await loadWeights(fixture('dtypes.pt'))
    for (const [name, weight] of weights) {
      if (name === 'int64') continue
      const floats = toFloats(await opened.raw(name), 'float64')
      expect([name, [...floats]]).toEqual([name, [...weight.to('float64').data]])
    }
    await expect(opened.raw('int64').then((raw) => toFloats(raw, 'float64'))).rejects.toThrow(
      /which float64 cannot hold exactly/,
    )
    await opened.close()
  })

  it('of a state dict leaves whole numbers alone and keeps sharing', async () => {
    const weights = await loadWeights(fixture('views.pt'), { dtype: 'float64' })
    expect([weights.get('base')?.dtype, weights.get('alone')?.dtype]).toEqual(['float64', 'int16'])
    expect(weights.get('row')?.storage).toBe(weights.get('base')?.storage)
  })

  it('refuses to lose digits', async () => {
    const bytes = savePt(new Map([['w', ones([1], { dtype: 'float64' }).div(3)]]))
    await failureOf(loadWeights(bytes, { dtype: 'float32' }), UnsupportedFormatError)
  })
})

describe('progress', () => {
  it('goes from nothing to all of the tensor data', async () => {
    const seen: ReadProgress[] = []
    await loadWeights(new Blob([savePt(layers)]), { onProgress: (progress) => seen.push(progress) })
    expect(seen[0]).toEqual({ loaded: 0, total: 4_000_000 })
    expect(seen.at(-1)).toEqual({ loaded: 4_000_000, total: 4_000_000 })
    expect(seen.length).toBeGreaterThan(10)
    for (const [i, { loaded }] of seen.entries())
      expect(loaded).toBeGreaterThanOrEqual(seen[i - 1]?.loaded ?? 0)
  })
})

describe('a signal', () => {
  it('that is aborted already stops before anything is read', async () => {
    const reason = new Error('no more')
    await expect(load(savePt(1), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it('stops reading between tensors', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const onProgress = ({ loaded }: ReadProgress): void => {
      if (loaded > 1_000_000) controller.abort(reason)
    }
    const reading = loadWeights(new Blob([savePt(layers)]), { signal: controller.signal, onProgress })
    await expect(reading).rejects.toBe(reason)
  })
})

describe('limits', () => {
  it('are options', async () => {
    const bytes = checkpoint(dict({ a: dict({ b: dict({ c: tensor() }) }) }))
    expect((await loadWeights(bytes)).size).toBe(1)
    await expect(loadWeights(bytes, { limits: { depth: 2 } })).rejects.toThrow(/over 2 .*, the limit/)
    for (const [name, value] of Object.entries({
      pickleBytes: 10,
      pickleOpcodes: 3,
      dimensions: 0,
      zipDirectoryBytes: 5,
      stateDictEntries: 1,
    })) {
      await expect(loadWeights(bytes, { limits: { [name]: value } }), name).rejects.toThrow(/limit/)
    }
    expect(limits.depth).toBe(1000)
  })
})

describe('shards', () => {
  const index = JSON.stringify({ weight_map: { layer0: 'a.safetensors', layer1: 'b.safetensors' } })
  const file = (name: string): Uint8Array =>
    saveSafetensors(new Map([[name === 'a.safetensors' ? 'layer0' : 'layer1', ones([2])]]))

  it('of an index without a folder are asked for', async () => {
    const weights = await loadWeights(new TextEncoder().encode(index), { resolve: file })
    expect([...weights.keys()]).toEqual(['layer0', 'layer1'])
    const error = await failureOf(loadWeights(new Blob([index])), UnreadableSourceError)
    expect(error.message).toContain('pass { resolve')
  })
})
