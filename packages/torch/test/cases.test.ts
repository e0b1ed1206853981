import expected from '@unroll/oracle/fixtures/cases.json' with { type: 'json' }
import variants from '@unroll/oracle/fixtures/variants.json' with { type: 'json' }
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  Embedding,
  GRU,
  GRUCell,
  Linear,
  LSTM,
  loadWeights,
  type RNNBase,
  type Tensor,
  tensor,
} from '../src/index.ts'

/** Files from public bug reports, and what PyTorch computes with their weights; see the README there. */
function file(name: string): URL {
  return new URL(`../../weights/test/cases/${name}`, import.meta.url)
}

interface Numbers {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

function numbers({ shape, data }: Numbers): Tensor {
  return tensor(Float32Array.from(data), { shape })
}

function tokens({ shape, data }: Numbers): Tensor {
  return tensor(BigInt64Array.from(data, BigInt), { shape })
}

const x = numbers(expected.x.x)

/** Output and last states. */
function expectRun(layer: Pick<RNNBase, 'forward'>, want: { o: Numbers; h: Numbers; c?: Numbers }): void {
  const [output, state] = layer.forward(x)
  const [h, c] = Array.isArray(state) ? state : [state]
  expect(output).toBeAllclose(numbers(want.o))
  expect(h).toBeAllclose(numbers(want.h))
  if (want.c !== undefined) expect(c).toBeAllclose(numbers(want.c))
}

/** Embedding, LSTM, Linear. */
function tag(weights: ReadonlyMap<string, Tensor>, prefix = ''): Tensor {
  const embedding = Embedding.fromPretrained(weightOf(weights, `${prefix}embedding.weight`))
  const lstm = LSTM.fromStateDict(weights, { prefix: `${prefix}lstm.`, batchFirst: true })
  const [weight, bias] = [weightOf(weights, `${prefix}fc.weight`), weightOf(weights, `${prefix}fc.bias`)]
  const fc = new Linear(weight.size(1), weight.size(0))
  fc.loadStateDict(
    new Map([
      ['weight', weight],
      ['bias', bias],
    ]),
  )
  return fc.forward(lstm.forward(embedding.forward(tokens(expected.tokens.x)))[0])
}

function weightOf(weights: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const found = weights.get(name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe('files from public bug reports give the numbers that PyTorch computes', () => {
  it.each([
    ['dataparallel.pt', 'module.', expected.tagger],
    ['compile.pt', '_orig_mod.', expected.tagger],
    ['training_checkpoint.pt', 'model.', expected.tagger_after],
    ['list_of_model_and_optimizer.pt', '0.', expected.whole],
  ])('%s, with prefix %s', async (name, prefix, want) => {
    const weights = await loadWeights(file(name), { prefix })
    expectRun(LSTM.fromStateDict(weights, { prefix: 'lstm.', batchFirst: true }), want)
    expect(tag(weights)).toBeAllclose(numbers(want.y))
    const layer = await loadWeights(file(name), { prefix: `${prefix}lstm.` })
    expectRun(LSTM.fromStateDict(layer, { batchFirst: true }), want)
  })

  it.each([
    ['dataparallel.pt', 'module.', expected.tagger],
    ['training_checkpoint.pt', '', expected.tagger_after],
    ['list_of_model_and_optimizer.pt', '', expected.whole],
  ])('%s, whole', async (name, prefix, want) => {
    expect(tag(await loadWeights(file(name)), prefix)).toBeAllclose(numbers(want.y))
  })

  it.each([
    ['weight_norm_old.pt', 'rnn.', LSTM, expected.wn_old],
    ['weight_norm_parametrization.pt', 'rnn.', GRU, expected.wn_new],
    ['spectral_norm_old.pt', '', LSTM, expected.sn],
    ['pruned.pt', '', LSTM, expected.prune],
  ] as const)('%s, whose weights were taken apart', async (name, prefix, Layer, want) => {
    const weights = await loadWeights(file(name))
    expectRun(Layer.fromStateDict(weights, { prefix, batchFirst: true }), want)
    const layer = await loadWeights(file(name), { prefix })
    expectRun(Layer.fromStateDict(layer, { batchFirst: true }), want)
  })

  it('tied_alias.safetensors, in a model with tied weights and in one without', async () => {
    const weights = await loadWeights(file('tied_alias.safetensors'))
    const { t, y } = expected.tied
    const rnn = LSTM.fromStateDict(weights, { prefix: 'rnn.', batchFirst: true })
    for (const tied of [true, false]) {
      const encoder = Embedding.fromPretrained(weightOf(weights, 'encoder.weight').clone())
      const decoder = new Linear(6, 9)
      decoder.loadStateDict(
        new Map([
          ['weight', weightOf(weights, 'decoder.weight')],
          ['bias', weightOf(weights, 'decoder.bias')],
        ]),
      )
      if (tied) decoder.weight = encoder.weight
      expect(decoder.forward(rnn.forward(encoder.forward(tokens(t)))[0])).toBeAllclose(numbers(y))
    }
  })
})

describe('layers quantized to float16 give the numbers that PyTorch computes', () => {
  const found: readonly { readonly file: string; readonly run?: unknown }[] = variants.cases
  const half = found.find(({ file: name }) => name === 'dynamic-float16.pt')
  if (half === undefined) throw new Error('no dynamic-float16.pt')
  const { map } = half.run as Encoded
  const run = new Map(
    map.map(([name, { shape, data }]) => [name, tensor(new Float32Array(bytesOf(data).buffer), { shape })]),
  )
  const input = weightOf(run, 'x')

  it('from a state dict', async () => {
    const weights = await loadWeights(
      new URL('../../weights/test/variants/dynamic-float16.pt', import.meta.url),
    )
    const lstm = LSTM.fromStateDict(weights, { prefix: 'lstm.' })
    const gru = GRU.fromStateDict(weights, { prefix: 'gru.' })
    const cell = GRUCell.fromStateDict(weights, { prefix: 'cells.1.' })
    expect([lstm.numLayers, lstm.bidirectional, gru.numLayers]).toEqual([2, true, 3])
    expect(lstm.forward(input)[0]).toBeAllclose(weightOf(run, 'lstm'))
    expect(gru.forward(input)[0]).toBeAllclose(weightOf(run, 'gru'))
    expect(cell.forward(input.select(0, 0))).toBeAllclose(weightOf(run, 'cell'))
  })
})

/** A state dict in expected.json. */
interface Encoded {
  readonly map: readonly (readonly [
    name: string,
    tensor: { readonly shape: readonly number[]; readonly data: string },
  ])[]
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
}
