import { readFileSync } from 'node:fs'
import { GRU, LSTM, RNN } from '@unroll/sequence'
import { elementsOf, manualSeed, randn, tensor } from '@unroll/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { type CellWeights, traceCell } from '../src/explore/insideACell/cells.ts'
import { loadQuickstart, loadSmallModels } from '../src/explore/insideACell/loadModels.ts'
import { embed, guessAt, kinds, type ModelSet } from '../src/explore/insideACell/models.ts'
import { letterAt, phaseOf, phases, worked } from '../src/explore/insideACell/worked.ts'
import { encodeWord } from '../src/explore/words.ts'

const read = (path: string): Uint8Array => readFileSync(new URL(path, import.meta.url))
const layers = { RNN, LSTM, GRU }

let models: Record<'words' | 'signal' | 'quickstart', ModelSet>

beforeAll(async () => {
  const small = read('../src/explore/insideACell/cells.pt')
  models = {
    words: await loadSmallModels(small, 'words'),
    signal: await loadSmallModels(small, 'signal'),
    quickstart: await loadQuickstart(read('../../quickstart/model/language.pt')),
  }
})

/** What the layer of our package computes with the same weights: `output`, and the last state, of an LSTM that of its cells. */
function layerOf({ kind, inputSize, units, ...weights }: CellWeights, inputs: readonly Float32Array[]) {
  const rows = weights.inputBias.length
  const layer = layers[kind].fromStateDict(
    new Map([
      ['weight_ih_l0', tensor(weights.inputWeight, { shape: [rows, inputSize] })],
      ['weight_hh_l0', tensor(weights.hiddenWeight, { shape: [rows, units] })],
      ['bias_ih_l0', tensor(weights.inputBias)],
      ['bias_hh_l0', tensor(weights.hiddenBias)],
    ]),
  )
  const input = tensor(Float32Array.from(inputs.flatMap((x) => [...x])), {
    shape: [inputs.length, inputSize],
  })
  if (layer instanceof LSTM) {
    const [output, [, cn]] = layer.forward(input)
    return { output: elementsOf(output), last: elementsOf(cn) }
  }
  const [output, last] = layer instanceof GRU ? layer.forward(input) : layer.forward(input)
  return { output: elementsOf(output), last: elementsOf(last) }
}

function expectTheLayers(cell: CellWeights, inputs: readonly Float32Array[]): void {
  const trace = traceCell(cell, inputs)
  const { output, last } = layerOf(cell, inputs)
  expect(trace.values['h']).toBeAllclose(output)
  expect(trace.values[cell.kind === 'LSTM' ? 'c' : 'h']?.subarray(-cell.units)).toBeAllclose(last)
}

describe.each(kinds)('%s, step by step,', (kind) => {
  it("gives the layer's hidden states for a word, with trained weights", () => {
    const model = models.words.cells[kind]
    if (!model) throw new Error(`expected a ${kind}`)
    const { indices } = encodeWord('Straßenbahnhaltestelle', models.words.alphabet)
    expectTheLayers(model.cell, embed(model, indices))
  })

  it("gives the layer's hidden states for a signal, with trained weights", () => {
    const model = models.signal.cells[kind]
    if (!model) throw new Error(`expected a ${kind}`)
    const signal = Array.from({ length: 100 }, (_, step) => Float32Array.of(Math.sin(step / 3)))
    expectTheLayers(model.cell, signal)
  })

  it("gives the layer's hidden states with weights drawn at random", () => {
    manualSeed(1)
    const layer = new layers[kind](5, 7)
    const drawn = Object.fromEntries(
      [...layer.stateDict()].map(([name, of]) => [name, Float32Array.from(elementsOf(of), Number)]),
    )
    const none = new Float32Array(0)
    const inputs = Array.from({ length: 12 }, () => Float32Array.from(elementsOf(randn([5])), Number))
    expectTheLayers(
      {
        kind,
        inputSize: 5,
        units: 7,
        inputWeight: drawn['weight_ih_l0'] ?? none,
        hiddenWeight: drawn['weight_hh_l0'] ?? none,
        inputBias: drawn['bias_ih_l0'] ?? none,
        hiddenBias: drawn['bias_hh_l0'] ?? none,
      },
      inputs,
    )
  })

  it('was trained: it tells most languages of words that it never saw', () => {
    expect(models.words.cells[kind]?.accuracy).toBeGreaterThan(0.7)
  })
})

it("the quickstart's LSTM gives its layer's hidden states", () => {
  const model = models.quickstart.cells.LSTM
  if (!model) throw new Error('expected an LSTM')
  expectTheLayers(model.cell, embed(model, encodeWord('butterfly', models.quickstart.alphabet).indices))
})

it('the small LSTM takes butterfly for English and mariposa for Spanish', () => {
  const model = models.words.cells.LSTM
  if (!model) throw new Error('expected an LSTM')
  const guess = (word: string) => {
    const inputs = embed(model, encodeWord(word, models.words.alphabet).indices)
    return guessAt(model, models.words.languages, traceCell(model.cell, inputs), inputs.length - 1)?.language
  }
  expect([guess('butterfly'), guess('mariposa')]).toEqual(['en', 'es'])
})

it('the small models and the quickstart read the same alphabet', () => {
  expect(models.words.alphabet).toBe(models.quickstart.alphabet)
})

it('letters that no model knows are named and left out', () => {
  expect(encodeWord(' Fja\u0308ril-2 ', 'abcdefghijklmnopqrstuvwxyzä')).toEqual({
    letters: ['f', 'j', 'ä', 'r', 'i', 'l'],
    indices: [5, 9, 26, 17, 8, 11],
    unknown: ['-', '2'],
  })
})

it('a sum written out has the numbers of its unit', () => {
  const cell: CellWeights = {
    kind: 'RNN',
    inputSize: 1,
    units: 1,
    inputWeight: Float32Array.of(2),
    hiddenWeight: Float32Array.of(-1),
    inputBias: Float32Array.of(0.5),
    hiddenBias: Float32Array.of(0),
  }
  const trace = traceCell(cell, [Float32Array.of(0.25), Float32Array.of(0)])
  const text = (letter: string, step: number) =>
    worked(trace, letter, step, 0)
      .map((piece) => piece.text)
      .join('')
  expect(text('h', 0)).toBe('tanh(1.00 + 0.00) = 0.76')
  expect(text('h', 1)).toBe('tanh(0.50 + −0.76) = −0.26')
})

it.each(kinds)('each letter of the %s has its turn in a timestep, and begins where it is lit', (kind) => {
  const turns = Array.from({ length: phases }, (_, phase) => letterAt(kind, phase))
  for (const letter of new Set(turns)) expect(letterAt(kind, phaseOf(kind, letter))).toBe(letter)
  expect(turns.at(-1)).toBe('h')
})
