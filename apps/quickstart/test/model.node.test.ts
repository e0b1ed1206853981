import { reference, wasm } from '@unroll/kernels'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Reading, WordClassifier } from '../src/classify.ts'
import { compareHeldOut, type HeldOutComparison } from '../src/compare.ts'

describe.each([reference, wasm])('the classifier on the $name engine', (engine) => {
  let classifier: WordClassifier
  let heldOut: HeldOutComparison

  beforeAll(async () => {
    classifier = await WordClassifier.load()
    classifier.model.to(engine)
    heldOut = await compareHeldOut(classifier)
  })

  const classify = (...words: string[]): Reading[] => [...classifier.classify(words)].flat()
  const probabilities = (word: string): Float32Array => {
    const [reading] = classify(word)
    if (!reading || 'problem' in reading) throw new Error(`${word}: ${reading?.problem}`)
    return reading.probabilities
  }

  it('runs on the engine asked for', () => {
    expect(classifier.model.lstm.engine).toBe(engine)
  })

  it("gives PyTorch's probabilities within 1e-5 on 100 held-out words of each language", () => {
    expect(heldOut.words).toHaveLength(800)
    expect(heldOut.maxDifference).toBeLessThan(1e-5)
  })

  it("is right exactly as often as PyTorch's", () => {
    expect(heldOut.accuracy).toBe(heldOut.torchAccuracy)
    expect(heldOut.accuracy).toBeGreaterThan(0.9)
  })

  it('reads a word alone as in a batch of other lengths', () => {
    const [, inBatch] = classify('a', 'butterfly', 'straßenbahnhaltestelle')
    expect(inBatch).toMatchObject({ word: 'butterfly' })
    if (inBatch && 'probabilities' in inBatch) {
      expect(inBatch.probabilities).toBeAllclose(probabilities('butterfly'))
    }
  })

  it('keeps the order of words over several batches', () => {
    const words = Array.from({ length: 600 }, (_, index) => 'abcdefgh'.slice(0, 1 + (index % 8)))
    const readings = classify(...words)
    expect(readings.map(({ word }) => word)).toEqual(words)
    const last = readings.at(-1)
    if (!last || 'problem' in last) throw new Error('expected probabilities')
    expect(last.probabilities).toBeAllclose(probabilities(words.at(-1) ?? ''))
  })

  it('does not mind case, nor whether an accent is a letter of its own', () => {
    expect(probabilities('SCHMETTERLING')).toEqual(probabilities('schmetterling'))
    expect(probabilities('fja\u0308ril')).toEqual(probabilities('fjäril'))
  })

  it('knows well-known words', () => {
    const best = (word: string): string | undefined => classifier.ranking(probabilities(word))[0]?.language
    expect(['Schmetterling', 'butterfly', 'papillon', 'mariposa', 'fjäril'].map(best)).toEqual([
      'de',
      'en',
      'fr',
      'es',
      'sv',
    ])
  })

  it('says of each word it cannot read why, and reads the others', () => {
    const readings = classify('butterfly', 'r2d2', '', '蝴蝶', 'x'.repeat(101), '  padded ')
    expect(readings.map((reading) => ('problem' in reading ? reading.problem : reading.word))).toEqual([
      'butterfly',
      "not in the model's alphabet: 2",
      'empty',
      "not in the model's alphabet: 蝴 蝶",
      '101 characters: a word has at most 100',
      'padded',
    ])
  })
})
