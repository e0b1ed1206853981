import { crc32 } from 'node:zlib'
import { PythonRandom } from './pythonRandom.ts'

/** What a model is trained on and what it is judged by; `tooling/oracle/quickstart/words.py` makes the same of the same lists. */
export interface TrainingWords {
  /** Codes or names of the languages. */
  readonly languages: readonly string[]
  /** Each language's words, in the order they are learnt in. */
  readonly training: readonly (readonly string[])[]
  /** Each language's words that the model never sees. */
  readonly heldOut: readonly (readonly string[])[]
}

/** The words of a language before they are split. */
export interface WordList {
  readonly language: string
  /** Every word of the list, folded. A word of two lists teaches neither language. */
  readonly all: ReadonlySet<string>
  /** Those that are worth learning. */
  readonly good: ReadonlySet<string>
}

/** Letters. Words that begin with the same ones fall on the same side of the split: inflections stay together. */
const STEM = 5
/** One stem in ten is held out. */
const HELD_OUT_SHARE = 10

/** What the classifier sees: composed (NFC) and lower case, for German's capitals would give its nouns away. */
export function fold(word: string): string {
  return word.normalize('NFC').toLowerCase()
}

/**
 * The words of one list only, shuffled as Python does, and split so that held-out words are truly new.
 * @param most held-out words a language
 */
export function split(lists: readonly WordList[], seed: number, most: number): TrainingWords {
  const owners = new Map<string, number>()
  for (const { all } of lists) for (const word of all) owners.set(word, (owners.get(word) ?? 0) + 1)
  const shuffled = lists.map(({ good }, index) => {
    const words = [...good].filter((word) => owners.get(word) === 1).sort()
    new PythonRandom(seed + index).shuffle(words)
    return words
  })
  return {
    languages: lists.map(({ language }) => language),
    training: shuffled.map((words) => words.filter((word) => !isHeldOut(word))),
    heldOut: shuffled.map((words) => words.filter(isHeldOut).slice(0, most)),
  }
}

/** Every letter of the training words, in the order of their code points. */
export function alphabetOf({ training }: TrainingWords): string {
  const letters = new Set<string>()
  for (const words of training) for (const word of words) for (const letter of word) letters.add(letter)
  return [...letters].sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0)).join('')
}

function isHeldOut(word: string): boolean {
  return crc32([...word].slice(0, STEM).join('')) % HELD_OUT_SHARE === 0
}
