import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../userError.ts'
import { fold, split, type TrainingWords, type WordList } from './trainingWords.ts'

interface Source {
  readonly language: string
  readonly name: string
  readonly debianPackage: string
  readonly encoding: 'utf8' | 'latin1'
}

/** Debian's word lists, in the order of the languages; as in `tooling/oracle/quickstart/words.py`. */
const SOURCES: readonly Source[] = [
  { language: 'en', name: 'american-english', debianPackage: 'wamerican', encoding: 'utf8' },
  { language: 'fr', name: 'french', debianPackage: 'wfrench', encoding: 'utf8' },
  { language: 'de', name: 'ngerman', debianPackage: 'wngerman', encoding: 'utf8' },
  { language: 'es', name: 'spanish', debianPackage: 'wspanish', encoding: 'utf8' },
  { language: 'it', name: 'italian', debianPackage: 'witalian', encoding: 'utf8' },
  { language: 'pt', name: 'portuguese', debianPackage: 'wportuguese', encoding: 'utf8' },
  { language: 'nl', name: 'dutch', debianPackage: 'wdutch', encoding: 'utf8' },
  { language: 'sv', name: 'swedish', debianPackage: 'wswedish', encoding: 'latin1' },
]

/** UTF-16 units, here letters; shorter words are mostly abbreviations. */
const SHORTEST = 3
/** A letter that fewer words of a list use is a loan there, like the ê of German. */
const FOREIGN = 100

/**
 * Reads the word lists and splits them as `words.py` does, to the order of the words.
 * @param most held-out words a language
 * @throws UserError if lists are not installed
 */
export async function readWordLists(folder: string, seed: number, most: number): Promise<TrainingWords> {
  const texts = await Promise.all(SOURCES.map(({ name }) => readFile(join(folder, name)).catch(() => null)))
  const missing = SOURCES.filter((_, index) => texts[index] === null)
  if (missing.length > 0) throw new UserError(remedy(folder, missing))
  const lists = SOURCES.map((source, index) =>
    wordList(source, texts[index]?.toString(source.encoding) ?? ''),
  )
  return split(lists, seed, most)
}

function wordList({ language }: Source, text: string): WordList {
  const [all, good] = [new Set<string>(), new Set<string>()]
  for (const [word] of text.matchAll(/\S+/gu)) {
    const folded = fold(word)
    all.add(folded)
    if (isWord(word) && !isName(word, language)) good.add(folded)
  }
  const users = new Map<string, number>()
  for (const word of good) {
    for (const letter of new Set(word)) users.set(letter, (users.get(letter) ?? 0) + 1)
  }
  const isCommon = (letter: string): boolean => (users.get(letter) ?? 0) >= FOREIGN
  return { language, all, good: new Set([...good].filter((word) => Array.from(word).every(isCommon))) }
}

/** Letters only: no possessives, no affixes. */
function isWord(word: string): boolean {
  return word.length >= SHORTEST && /^\p{L}+$/u.test(word)
}

/** Names and acronyms have capitals. German writes all nouns so, and acronyms in capitals only. */
function isName(word: string, language: string): boolean {
  if (language !== 'de') return word !== word.toLowerCase()
  return /\p{Lu}/u.test(word) && !/[\p{Ll}\p{Lt}]/u.test(word)
}

function remedy(folder: string, missing: readonly Source[]): string {
  return `${folder}: no ${missing.map(({ name }) => name).join(', ')}
On Debian, install them: apt-get install ${missing.map(({ debianPackage }) => debianPackage).join(' ')}
Or train on your own texts, one a language: npm start -- train --text english.txt --text french.txt`
}
