import { readFileSync } from 'node:fs'
import { Checkpoint } from '@unroll/quickstart/checkpoint'
import { load } from '@unroll/weights'
import { beforeAll, expect, it } from 'vitest'
import { softmax } from '../src/explore/words.ts'
import { LanguageModel } from '../src/explore/wordToLanguage/languageModel.ts'

const read = (name: string): Uint8Array =>
  readFileSync(new URL(`../../quickstart/model/${name}`, import.meta.url))

let model: LanguageModel
let recorded: Checkpoint

beforeAll(async () => {
  model = await LanguageModel.load(read('language.pt'))
  recorded = new Checkpoint('heldout.pt', await load(read('heldout.pt')))
})

function reading(word: string) {
  const found = model.read(word)
  if (found === null) throw new Error(`expected letters in ${word}`)
  return found
}

it("gives the quickstart's numbers: PyTorch's probabilities of all held-out words, within 1e-5", () => {
  const words = recorded.strings('words')
  expect(words).toHaveLength(800)
  const got = Float32Array.from(words.flatMap((word) => [...reading(word).probabilities]))
  expect(got).toBeAllclose(recorded.floats('probabilities'))
})

it('what the letters add makes the scores, whose softmax is the probabilities', () => {
  for (const word of recorded.strings('words').filter((_, index) => index % 20 === 0)) {
    const { letters, added, start, probabilities } = reading(word)
    const scores = start.map((score, language) =>
      letters.reduce((sum, _, step) => sum + (added[step * start.length + language] ?? 0), score),
    )
    expect(softmax(scores)).toBeAllclose(probabilities)
  }
})

it('a word so far is read as that word alone', () => {
  const { soFar, probabilities } = reading('butterfly')
  const languages = probabilities.length
  expect(soFar.subarray(-languages)).toBeAllclose(probabilities)
  expect(soFar.subarray(5 * languages, 6 * languages)).toBeAllclose(reading('butter').probabilities)
})

it('each letter adds nothing to the languages together', () => {
  const { added, start } = reading('fjäril')
  for (let step = 0; step < 6; step++) {
    const sum = added
      .subarray(step * start.length, (step + 1) * start.length)
      .reduce((total, score) => total + score, 0)
    expect(sum).toBeCloseTo(0, 4)
  }
})

it('case and composition do not matter, and unknown letters are named', () => {
  expect(reading('FJA\u0308RIL').probabilities).toEqual(reading('fjäril').probabilities)
  expect(reading('r2d2')).toMatchObject({ letters: ['r', 'd'], unknown: ['2'] })
})

it('a word without a known letter is none', () => {
  expect(['', '  ', '42', '蝴蝶'].map((word) => model.read(word))).toEqual([null, null, null, null])
})
