import { ones, type Tensor, tensor } from '@unroll/tensor'
import { expect, it, describe as suite } from 'vitest'
import { CorruptCheckpointError, describe, loadWeights, open, saveSafetensors } from '../src/index.ts'
import { failureOf } from './support/failure.ts'
import { checkpoint, dict, int, tensor as pickled, storage, text, tuple } from './support/torchBuilder.ts'

function weights(entries: Readonly<Record<string, Tensor>>): Promise<Map<string, Tensor>> {
  return loadWeights(saveSafetensors(new Map(Object.entries(entries))))
}

function random(shape: number[], start = 1): Tensor {
  const numel = shape.reduce((product, size) => product * size, 1)
  return tensor(
    Float32Array.from({ length: numel }, (_, i) => Math.sin(start + i)),
    { shape },
  )
}

suite('weights that training took apart', () => {
  it('are put together in every format', async () => {
    const [g, v] = [random([4, 1]), random([4, 3], 7)]
    const norm = v.mul(v).sum(1, true).sqrt()
    const merged = await weights({ 'a.weight_g': g, 'a.weight_v': v, 'a.bias': ones([4]) })
    expect([...merged.keys()].sort()).toEqual(['a.bias', 'a.weight'])
    expect(merged.get('a.weight')).toBeAllclose(v.mul(g.div(norm)))
  })

  it('stand where the first of their parts stood', async () => {
    const file = checkpoint(
      dict({
        first: pickled(),
        weight_orig: pickled(),
        bias: pickled(),
        weight_mask: pickled(),
        last: pickled(),
      }),
    )
    const merged = await loadWeights(file)
    expect([...merged.keys()]).toEqual(['first', 'weight', 'bias', 'last'])
    expect(merged.get('weight')?.toArray()).toEqual([1, 4, 9, 16])
  })

  it('are described, and read one by one, as if they had never been apart', async () => {
    const file = saveSafetensors(
      new Map([
        ['rnn.weight_ih_l0', random([8, 3])],
        ['rnn.weight_hh_l0_g', random([8, 1])],
        ['rnn.weight_hh_l0_v', random([8, 2])],
        ['rnn.bias_ih_l0', random([8])],
        ['rnn.bias_hh_l0', random([8])],
      ]),
    )
    const merged = await loadWeights(file)
    expect(describe(merged)).toMatchObject([{ prefix: 'rnn.', kind: 'LSTM', hiddenSize: 2 }])
    const opened = await open(file)
    expect(opened.tensors.get('rnn.weight_hh_l0')).toMatchObject({
      dtype: 'float32',
      shape: [8, 2],
      byteLength: 64,
    })
    expect((await opened.get('rnn.weight_hh_l0')).toArray()).toEqual(
      merged.get('rnn.weight_hh_l0')?.toArray(),
    )
    const { data } = await opened.raw('rnn.weight_hh_l0')
    expect([...data]).toEqual([...(merged.get('rnn.weight_hh_l0')?.data ?? [])])
    expect((await opened.get('rnn.weight_hh_l0', { dtype: 'float64' })).dtype).toBe('float64')
    await opened.close()
  })

  it('in one storage for all are read from it', async () => {
    const view = (offset: number, rows: number): string =>
      pickled({
        of: storage(4),
        offset: int(offset),
        shape: tuple(int(rows), int(1)),
        strides: tuple(int(1), int(1)),
      })
    const file = checkpoint(
      dict({
        'a.weight_g': view(0, 2),
        'a.weight_v': view(2, 2),
        'b.weight_g': view(1, 2),
        'b.weight_v': view(0, 2),
      }),
    )
    const merged = await loadWeights(file)
    expect(merged.get('a.weight')?.toArray()).toEqual([[1], [2]])
    expect(merged.get('b.weight')?.toArray()).toEqual([[2], [3]])
  })

  it('by several means are put together one after the other', async () => {
    const merged = await weights({
      weight_hh_l0_raw_orig: random([4, 2]),
      weight_hh_l0_raw_mask: ones([4, 2]),
      'x.weight_g_orig': random([4, 1]),
      'x.weight_g_mask': ones([4, 1]),
      'x.weight_v': random([4, 2]),
    })
    expect([...merged.keys()].sort()).toEqual(['weight_hh_l0', 'x.weight'])
  })

  it('by WeightDrop are the weights without dropout, wherever they stand', async () => {
    const [raw, dropped] = [random([4, 1]), random([4, 1], 5)]
    for (const [before, after] of [
      [{ weight_hh_l0_raw: raw }, 'weight_hh_l0'],
      [{ weight_hh_l0_raw: raw, weight_hh_l0: dropped }, 'weight_hh_l0'],
      [{ 'rnn.weight_hh_l0_raw': raw, 'rnn.module.weight_hh_l0': dropped }, 'rnn.module.weight_hh_l0'],
      [{ 'rnn.module.weight_hh_raw': raw }, 'rnn.module.weight_hh'],
      [{ 'fc.weight_raw': raw }, 'fc.weight'],
    ] as const) {
      const merged = await weights(before)
      expect([...merged.keys()]).toEqual([after])
      expect(merged.get(after)?.toArray()).toEqual(raw.toArray())
    }
  })
})

suite('tensors that only have such names stay as they are', () => {
  const [row, grid] = [random([4, 1]), random([4, 3])]
  it.each([
    ['a magnitude of every element', { weight_g: grid, weight_v: grid }],
    ['a magnitude of other rows', { weight_g: random([3, 1]), weight_v: grid }],
    ['a magnitude of fewer dimensions', { weight_g: random([4]), weight_v: grid }],
    ['a magnitude of more dimensions', { weight_g: random([4, 1, 1]), weight_v: grid }],
    ['a magnitude of another dtype', { weight_g: row.to('float64'), weight_v: grid }],
    ['a magnitude of integers', { weight_g: row.to('int64'), weight_v: grid.to('int64') }],
    ['a magnitude alone', { weight_g: row }],
    ['a direction alone', { weight_v: grid }],
    ['a magnitude of what is no weight', { alpha_g: row, alpha_v: grid }],
    ['a weight that is there too', { weight: grid, weight_g: row, weight_v: grid }],
    ['a mask of another shape', { weight_orig: grid, weight_mask: random([3, 4]) }],
    ['a mask that would be broadcast', { weight_orig: grid, weight_mask: random([1, 3]) }],
    ['a mask alone', { weight_mask: grid }],
    ['a pruned weight that is there too', { weight: grid, weight_orig: grid, weight_mask: grid }],
    ['vectors of other lengths', { weight_orig: grid, weight_u: random([4]), weight_v: random([4]) }],
    ['vectors that are none', { weight_orig: grid, weight_u: random([4, 1]), weight_v: random([3, 1]) }],
    ['one vector', { weight_orig: grid, weight_u: random([4]) }],
    ['parametrizations of another kind', { 'parametrizations.weight.original': grid }],
    [
      'parametrizations with more parts',
      {
        'parametrizations.weight.original': grid,
        'parametrizations.weight.0._u': random([4]),
        'parametrizations.weight.0._v': random([3]),
        'parametrizations.weight.1.base': grid,
      },
    ],
    [
      'a norm with more parts',
      {
        'parametrizations.weight.original0': row,
        'parametrizations.weight.original1': grid,
        'parametrizations.weight.1.base': grid,
      },
    ],
    [
      'a name that ends alike',
      { 'myparametrizations.weight.original0': row, 'myparametrizations.weight.original1': grid },
    ],
    ['raw numbers of something else', { noise_raw: grid, weight_raw: grid, weight: grid }],
  ])('%s', async (_, entries) => {
    const loaded = await weights(entries)
    expect([...loaded.keys()].sort()).toEqual(Object.keys(entries).sort())
    for (const [name, want] of Object.entries(entries))
      expect(loaded.get(name)?.toArray()).toEqual(want.toArray())
  })

  it('a direction that shows elements again and again', async () => {
    const expanded = pickled({ shape: tuple(int(1000), int(1000)), strides: tuple(int(0), int(0)) })
    const magnitude = pickled({ shape: tuple(int(1000), int(1)), strides: tuple(int(0), int(0)) })
    const file = checkpoint(dict({ weight_g: magnitude, weight_v: expanded }))
    expect([...(await loadWeights(file)).keys()]).toEqual(['weight_g', 'weight_v'])
  })
})

suite('weights made to be many', () => {
  it('of one storage are refused where they are much larger than it', async () => {
    const shared = `${pickled()}q\x01${pickled()}q\x02`
    const names = Array.from({ length: 2000 }, (_, i) => `${text(`${i}_orig`)}h\x01${text(`${i}_mask`)}h\x02`)
    const file = checkpoint(`(${shared}1}(${names.join('')}u`)
    expect((await loadWeights(file)).size).toBe(2000)
    const limited = loadWeights(file, { limits: { expandedElements: 1000 } })
    const error = await failureOf(limited, CorruptCheckpointError)
    expect(error.message).toContain('over 1000 bytes larger than the storages they are computed of')
  })

  it('with names of many dots end soon', async () => {
    const long = 'a.'.repeat(30_000)
    const names = Array.from({ length: 20 }, (_, i) => `${text(`${long}${i}_g`)}${pickled()}`)
    expect((await loadWeights(checkpoint(`}(${names.join('')}u`))).size).toBe(20)
    const weighty = 'weight'.repeat(50_000)
    const file = checkpoint(`}(${text(`${weighty}_x`)}${pickled()}${text(`${weighty}_g`)}${pickled()}u`)
    expect((await loadWeights(file)).size).toBe(2)
  })
})
