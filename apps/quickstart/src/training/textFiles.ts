import { basename, extname } from 'node:path'
import { LONGEST } from '../encode.ts'
import { readText } from '../readWords.ts'
import { UserError } from '../userError.ts'
import { alphabetOf, fold, split, type TrainingWords, type WordList } from './trainingWords.ts'

/**
 * Reads texts, one a language, which is named as its file. Every run of letters is a word; words of several texts are left out.
 * @param most held-out words a language
 * @throws UserError if there are fewer than two texts, two of one name, or one that cannot be read or has too few words
 */
export async function readTexts(
  paths: readonly string[],
  seed: number,
  most: number,
): Promise<TrainingWords> {
  if (paths.length < 2) {
    throw new UserError(
      `${paths.join()}: one text only; expected at least two, one a language, to tell them apart`,
    )
  }
  const lists: WordList[] = []
  for (const path of paths) {
    const language = basename(path, extname(path))
    if (lists.some((list) => list.language === language)) {
      throw new UserError(`${path}: the second text named ${language}; expected one a language`)
    }
    lists.push(wordList(path, language, await readText(path)))
  }
  const words = split(lists, seed, Number.POSITIVE_INFINITY)
  const alphabet = new Set(alphabetOf(words))
  const heldOut = words.heldOut.map((list) =>
    list.filter((word) => [...word].every((letter) => alphabet.has(letter))).slice(0, most),
  )
  for (const [index, path] of paths.entries()) {
    const [training, kept] = [words.training[index]?.length ?? 0, heldOut[index]?.length ?? 0]
    if (training > 0 && kept > 0) continue
    throw new UserError(
      `${path}: too few words that are in no other text: ${training} to train on, ${kept} to hold out; ` +
        'expected some hundreds',
    )
  }
  return { ...words, heldOut }
}

function wordList(path: string, language: string, text: string): WordList {
  const words = new Set<string>()
  for (const [word] of fold(text).matchAll(/\p{L}[\p{L}\p{M}]*/gu)) {
    if ([...word].length <= LONGEST) words.add(word)
  }
  if (words.size === 0) {
    throw new UserError(`${path}: no words; expected text with letters of at most ${LONGEST} a word`)
  }
  return { language, all: words, good: words }
}
