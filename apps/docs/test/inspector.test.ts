/// <reference types="node" />
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GRUCell, LSTMCell, RNNCell } from '@unroll/cells'
import { Linear } from '@unroll/nn'
import { GRU, LSTM, RNN } from '@unroll/sequence'
import { type Tensor, tensor } from '@unroll/tensor'
import {
  CheckpointError,
  describe as describeWeights,
  type RawTensor,
  savePt,
  saveSafetensors,
} from '@unroll/weights'
import { afterAll, describe, expect, it } from 'vitest'
import { codeFor } from '../src/explore/checkpointInspector/codeFor.ts'
import { exampleCheckpoint, hostileCheckpoint } from '../src/explore/checkpointInspector/examples.ts'
import { gatesOf } from '../src/explore/checkpointInspector/gatesOf.ts'
import { lookAt } from '../src/explore/checkpointInspector/lookAt.ts'
import { countText, sizeText, valueText } from '../src/explore/checkpointInspector/numbers.ts'
import { readFile } from '../src/explore/checkpointInspector/readFile.ts'
import { treeOf } from '../src/explore/checkpointInspector/tree.ts'
import { runCode } from '../src/live/runCode.ts'

const folder = mkdtempSync(join(tmpdir(), 'unroll-inspector-'))
afterAll(() => rmSync(folder, { recursive: true }))

const raw = (values: number[], shape = [values.length]): RawTensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
})

describe('a file', () => {
  it('of the built-in example has a state dict, its values and its recurrent layer', async () => {
    const { summary } = await readFile(exampleCheckpoint())
    expect(summary).toMatchObject({
      file: 'tagger.pt',
      format: 'zip',
      refusal: null,
      prefixes: [],
      others: [],
    })
    expect(summary.weights[1]).toEqual({
      name: 'lstm.weight_ih_l0',
      shape: [128, 24],
      dtype: 'float32',
      byteLength: 4 * 128 * 24,
    })
    expect(summary.modules).toMatchObject([
      { prefix: 'lstm.', kind: 'LSTM', numLayers: 2, bidirectional: true },
    ])
    expect(Object.fromEntries(summary.values)).toEqual({ epoch: '12', accuracy: '0.93' })
  })

  it('that is hostile shows what it names, and is refused', async () => {
    const { summary, checkpoint } = await readFile(hostileCheckpoint())
    expect(summary.globals).toMatchObject([{ name: 'os.system', verdict: 'dangerous' }])
    expect(summary.refusal).toContain('os.system')
    expect(checkpoint).toBeNull()
  })

  it('that is text, or zeros, is an error that says so', async () => {
    for (const text of ['just some text', '\0'.repeat(5000), '']) {
      await expect(readFile(new File([text], 'notes.txt'))).rejects.toThrow(CheckpointError)
    }
  })

  it('that ends too early is an error that says so', async () => {
    const bytes = new Uint8Array(await exampleCheckpoint().arrayBuffer())
    for (const end of [10, 1000, bytes.length - 1]) {
      await expect(readFile(new File([bytes.subarray(0, end)], 'half.pt'))).rejects.toThrow(CheckpointError)
    }
  })

  it('with two state dicts shows one, and the other on demand', async () => {
    const weights = new Linear(2, 3).stateDict()
    const file = new Uint8Array(savePt({ model: weights, critic: new Linear(4, 5).stateDict() }))
    const { summary } = await readFile(file)
    expect(summary).toMatchObject({
      prefixes: ['model.', 'critic.'],
      prefix: 'model.',
      refusal: null,
    })
    expect(summary.weights.map(({ shape }) => shape)).toEqual([[3, 2], [3]])
    expect(summary.others.map(({ name }) => name)).toEqual(['critic.weight', 'critic.bias'])
    const other = await readFile(file, {}, 'critic.')
    expect(other.summary.weights.map(({ shape }) => shape)).toEqual([[5, 4], [5]])
  })

  it('reads no tensor before one is chosen, and then about that one', async () => {
    const parts = new Map(Array.from({ length: 40 }, (_, i) => [`${i}`, new Linear(100, 100).weight]))
    const bytes = saveSafetensors(parts)
    let read = 0
    const source = {
      byteLength: bytes.length,
      slice(start: number, end: number) {
        read += end - start
        return bytes.subarray(start, end)
      },
    }
    const { checkpoint } = await readFile(source)
    expect(read).toBeLessThan(bytes.length / 10)
    read = 0
    await checkpoint?.raw('7')
    expect(read).toBe(40_000)
  })

  const checkpoints = new URL('../../../packages/weights/test/fixtures/', import.meta.url)
  const names = readdirSync(checkpoints).filter((name) =>
    /\.(pt|pth|ptl|npz|npy|safetensors|pkl|jit)$/.test(name),
  )
  it.each(names)('%s: every weight it lists can be looked at, or says why not', async (name) => {
    const bytes = new Uint8Array(readFileSync(new URL(name, checkpoints)))
    const { summary, checkpoint } = await readFile(bytes)
    expect(summary.weights.length).toBe(checkpoint?.tensors.size ?? 0)
    for (const { name, shape } of summary.weights) {
      const look = await checkpoint
        ?.raw(name)
        .then(lookAt, (error: unknown) => {
          expect(error).toBeInstanceOf(CheckpointError)
        })
        .catch((error: unknown) => {
          expect(error).toBeInstanceOf(CheckpointError)
        })
      if (look) expect(look.count).toBe(shape.reduce((a, b) => a * b, 1))
    }
  })
})

describe('the code of a layer', () => {
  const layers = [
    new RNN(3, 4, { numLayers: 2 }),
    new LSTM(3, 4, { bidirectional: true, projSize: 2 }),
    new GRU(3, 4, { bias: false }),
    new RNNCell(3, 4),
    new LSTMCell(3, 4),
    new GRUCell(3, 4, { bias: false }),
  ]
  const run = async (state: ReadonlyMap<string, Tensor>, prefix: string): Promise<string[]> => {
    const path = join(folder, `${layers.length} it's "a" file.pt`)
    writeFileSync(
      path,
      savePt(
        prefix === ''
          ? new Map(state)
          : { ema: new Map(state), other: { a: tensor([1]), b: new Map(state) } },
      ),
    )
    const [module] = describeWeights(state)
    if (!module) throw new Error('expected a module')
    const lines: string[] = []
    await runCode(codeFor(module, path, prefix), { print: (kind, text) => lines.push(`${kind}: ${text}`) })
    return lines
  }

  it.each(layers.map((layer) => [`${layer}`, layer] as const))(
    '%s loads and runs it',
    async (printed, layer) => {
      const [first, shape] = await run(layer.stateDict({ prefix: 'model.layer.' }), '')
      expect(first).toBe(`log: ${printed}`)
      expect(shape).toMatch(/^log: \[.*\d\]$/)
    },
  )

  it('converts weights of half the width, computes in float64 as they are, and takes a state dict by its prefix', async () => {
    const half = new Map(
      Array.from(new GRU(3, 4).stateDict(), ([name, value]) => [name, value.to('bfloat16')]),
    )
    expect(await run(half, '')).toEqual(['log: GRU(3, 4)', 'log: [7, 1, 4]'])
    expect(await run(new LSTM(3, 4, { dtype: 'float64' }).stateDict(), '')).toEqual([
      'log: LSTM(3, 4)',
      'log: [7, 1, 4]',
    ])
    expect(await run(new LSTM(3, 4).stateDict(), 'ema.')).toEqual(['log: LSTM(3, 4)', 'log: [7, 1, 4]'])
  })

  it('keeps names of a file inside quotes', () => {
    const [module] = describeWeights(new GRU(3, 4).stateDict({ prefix: "');alert(1);('." }))
    expect(module && codeFor(module, 'a\u2028b.pt')).toContain(`loadWeights("a\\u2028b.pt"`)
    expect(module && codeFor(module, 'a.pt')).toContain(`{ prefix: "');alert(1);('." }`)
  })
})

describe('numbers of a tensor', () => {
  it('are counted, with what is not finite apart', () => {
    const look = lookAt(raw([0, -1, 3, Number.NaN, Number.POSITIVE_INFINITY, 0]))
    expect(look).toMatchObject({ count: 6, min: -1, max: 3, mean: 0.5, zeros: 2, nans: 1, infinities: 1 })
    expect(look.deviation).toBeCloseTo(1.5)
    expect(look.histogram?.counts.reduce((a, b) => a + b, 0)).toBe(4)
  })

  it('that are all alike are one bar, and none is none', () => {
    expect(lookAt(raw([2, 2])).histogram?.counts.filter((count) => count > 0)).toEqual([2])
    expect(lookAt(raw([])).heat).toBeNull()
    expect(lookAt(raw([Number.NaN])).histogram).toBeNull()
  })

  it('of other dtypes are their values, and complex ones are refused', () => {
    const bits = (dtype: RawTensor['dtype'], data: RawTensor['data']): RawTensor => ({
      dtype,
      shape: [data.length],
      data,
    })
    expect(lookAt(bits('float16', Uint16Array.of(0x3c00, 0xc000)))).toMatchObject({ min: -2, max: 1 })
    expect(lookAt(bits('int64', BigInt64Array.of(-5n, 7n)))).toMatchObject({ min: -5, max: 7 })
    expect(() => lookAt(bits('complex64', Float32Array.of(1, 2)))).toThrow(CheckpointError)
  })

  it('of a large matrix are means of blocks', () => {
    const look = lookAt(
      raw(
        Array.from({ length: 600 * 300 }, (_, i) => (i < 300 ? 6 : 0)),
        [600, 300],
      ),
    )
    const { heat } = look
    expect(heat).toMatchObject({
      rows: 200,
      columns: 150,
      rowStep: 3,
      columnStep: 2,
      most: 2,
      shape: [600, 300],
    })
    expect([heat?.cells[0], heat?.cells[150]]).toEqual([2, 0])
  })

  it('of a bias stand in a row for each gate', () => {
    expect(lookAt(raw([1, 2, 3, 4, 5, 6]), 3).heat).toMatchObject({ rows: 3, columns: 2 })
    expect(lookAt(raw([1, 2, 3, 4, 5]), 3).heat).toMatchObject({ rows: 1, columns: 5 })
  })
})

describe('names', () => {
  it('know their gates', () => {
    const modules = describeWeights(new GRU(3, 4).stateDict({ prefix: 'a.' }))
    expect(gatesOf('a.weight_hh_l0', modules)).toEqual(['r', 'z', 'n'])
    expect(gatesOf('weight_hh_l0', modules)).toEqual([])
  })

  it('become a tree whose lone branches are one step', () => {
    const entry = (name: string) => ({ name, shape: [2], dtype: 'float32', byteLength: 8 })
    const tree = treeOf(['a.b.c.x', 'a.b.c.y', 'd', 'e.f'].map(entry))
    expect(tree.branches.map(({ label, path, count }) => [label, path, count])).toEqual([
      ['a.b.c', 'a.b.c.', 2],
      ['e', 'e.', 1],
    ])
    expect(tree).toMatchObject({ count: 4, byteLength: 32 })
  })

  it('with a million dots do not make a deep tree', () => {
    const tree = treeOf([{ name: '.'.repeat(1_000_000), shape: [], dtype: 'float32', byteLength: 4 }])
    expect(tree.count).toBe(1)
  })
})

it('writes sizes, counts and values short', () => {
  expect([sizeText(12), sizeText(3_000_000), sizeText(2 ** 31)]).toEqual(['12 B', '2.86 MiB', '2.00 GiB'])
  expect([countText(1), countText(1234567)]).toEqual(['1', '1,234,567'])
  expect([valueText(0.123456), valueText(1e-9), valueText(0)]).toEqual(['0.1235', '1.000e-9', '0'])
})
