import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { linear, stack, type Tensor, zeros } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { InertRecord, load, loadWeights, UnsupportedFormatError } from '../src/index.ts'
import { failureOf } from './support/failure.ts'

/** Files of other projects, which are not committed here; see the manifest beside them. */
const folder = new URL('../../../../shared/checkpoints/', import.meta.url)
const present = existsSync(folder)

interface Listed {
  readonly name: string
  readonly keys?: Readonly<Record<string, readonly [dtype: string, shape: readonly number[]]>> | null
}

const manifest: readonly Listed[] = present
  ? JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8'))
  : []

/** An LSTM that is quantized, and nothing else. */
const quantized = 'pytorch_TestSerialization.test_lstm.state_dict.pt'

/** Files that are not checkpoints. */
const refused: Readonly<Record<string, string>> = {
  'burn_broken.pt': 'starting with bytes 61 62 63',
}

/** Objects that are not on the allow-list: `load` refuses them; their weights are found by walking through them. */
const programs = [
  'practical-pytorch_char-rnn-classification.pt',
  'silero_vad.jit',
  'pytorch_recurrent_ops.ptl',
]

const fortran = [0, 12].map((matrix) => [1, 5, 9].map((row) => [0, 1, 2, 3].map((i) => matrix + row + i)))

/** The arrays of a reference file. */
async function reference(name: string): Promise<(array: string) => Tensor> {
  const arrays = await loadWeights(fileURLToPath(new URL(`ref/${name}`, folder)))
  return (array) => {
    const found = arrays.get(array)
    if (!found) throw new Error(`${name} has no ${array}`)
    return found
  }
}

describe.skipIf(!present)('checkpoints of other projects (skipped without ../shared/checkpoints)', () => {
  it.each(manifest.filter(({ name }) => !(name in refused || name === quantized)))(
    '$name loads',
    async ({ name, keys }) => {
      const path = fileURLToPath(new URL(name, folder))
      const weights = await loadWeights(path)
      expect(weights.size).toBeGreaterThan(0)
      if (!programs.includes(name)) expect(await load(path)).toBeInstanceOf(Map)
      if (!keys) return
      const got = [...weights].map(([key, { dtype, shape }]) => [key, [dtype, shape]])
      expect(Object.fromEntries(got)).toEqual(keys)
    },
  )

  it.each(Object.entries(refused))('%s is refused as %s', async (name, message) => {
    const path = fileURLToPath(new URL(name, folder))
    for (const read of [load, loadWeights]) {
      expect((await failureOf(read(path), UnsupportedFormatError)).message).toContain(message)
    }
  })

  it(`${quantized} says that its weights are int8`, async () => {
    const path = fileURLToPath(new URL(quantized, folder))
    const error = await failureOf(loadWeights(path), UnsupportedFormatError)
    expect(error.message).toMatch(/packed int8 weights of a recurrent layer.*save the float model/)
    const saved = await load(path)
    expect(saved instanceof Map && [...saved.values()].every((value) => value instanceof InertRecord)).toBe(
      true,
    )
  })

  it.each([
    ['burn_bool.pt', 'tensor', [true, false, true, true, false]],
    ['burn_scalar.pt', 'tensor', 42],
    [
      'burn_special_values.pt',
      'tensor',
      [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 1],
    ],
    ['candle_fortran_tensor_3d.pth', 'tensor_fortran', fortran],
  ])('%s has the values PyTorch reads', async (name, key, values) => {
    const weights = await loadWeights(fileURLToPath(new URL(name, folder)))
    expect(weights.get(key)?.toArray()).toEqual(values)
  })

  it("AllenNLP's tagger gives the recorded outputs of its LSTM", async () => {
    const weights = await loadWeights(fileURLToPath(new URL('allennlp_simple_tagger_full_best.th', folder)))
    const want = await reference('allennlp_full_lstm_ref.npz')
    const weight = (name: string): Tensor => {
      const found = weights.get(`encoder._module.${name}_l0`)
      if (!found) throw new Error(`no ${name}`)
      return found
    }
    const input = want('x')
    let [h, c] = [zeros([2, 4]), zeros([2, 4])]
    const outputs: Tensor[] = []
    for (let t = 0; t < 5; t++) {
      const gates = linear(input.select(1, t), weight('weight_ih'), weight('bias_ih')).add(
        linear(h, weight('weight_hh'), weight('bias_hh')),
      )
      const [i, f, g, o] = [0, 4, 8, 12].map((start) => gates.slice(1, start, start + 4))
      if (!i || !f || !g || !o) throw new Error('expected four gates')
      c = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()))
      h = o.sigmoid().mul(c.tanh())
      outputs.push(h)
    }
    expect(stack(outputs, 1)).toBeAllclose(want('y'))
    expect(h).toBeAllclose(want('h').select(0, 0))
    expect(c).toBeAllclose(want('c').select(0, 0))
  })
})
