import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTexts } from '../src/training/textFiles.ts'
import { alphabetOf } from '../src/training/trainingWords.ts'
import { readWordLists } from '../src/training/wordLists.ts'
import { madeUpWords, writeTexts } from './madeUpTexts.ts'

const python = process.env['PYTHON'] ?? 'python3'
const hasPython = spawnSync(python, ['-c', '']).status === 0
const oracle = fileURLToPath(new URL('../../../tooling/oracle/quickstart', import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quickstart-words-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

describe('the word lists', () => {
  const names = [
    'american-english',
    'french',
    'ngerman',
    'spanish',
    'italian',
    'portuguese',
    'dutch',
    'swedish',
  ]

  /** Names, acronyms, possessives, affixes, short words, rare letters, words of several lists, letters of two characters. */
  function listOf(index: number): string {
    const words = madeUpWords(`abcdefghilmnoprstuå${'äöüçñãàß'[index]}`, 600, index + 1)
    const odd = [
      "it's",
      'Anna',
      'NATO',
      'STRASSE',
      'Straße',
      'ab',
      '-ment',
      'pre-war',
      'a\u030Angstr',
      'gemeinsam',
      'fêteur',
      'x1y',
    ]
    return [
      ...words,
      ...words.slice(0, 50).map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`),
      ...odd,
    ].join('\n')
  }

  const script = `
import contextlib, io, json, pathlib, sys
sys.path.insert(0, sys.argv[1])
import words
words.DICT = pathlib.Path(sys.argv[2])
with contextlib.redirect_stdout(io.StringIO()):
    training, chosen = words.split(8, 3)
held_out = [[word for word, language in chosen if language == index] for index in range(len(training))]
print(json.dumps({"languages": words.LANGUAGES, "training": training, "heldOut": held_out}))
`

  it.skipIf(!hasPython)(
    'are cleaned, split and ordered as words.py does (skipped where there is no python3)',
    async () => {
      for (const [index, name] of names.entries()) {
        await file(name, Buffer.from(listOf(index), name === 'swedish' ? 'latin1' : 'utf8'))
      }
      const want = JSON.parse(execFileSync(python, ['-c', script, oracle, folder], { encoding: 'utf8' }))
      const got = await readWordLists(folder, 3, 8)
      expect(got.training.map(({ length }) => length > 400)).toEqual(Array(8).fill(true))
      expect(got).toEqual(want)
    },
  )

  it('that are missing are named, with the way to install them', async () => {
    const none = await mkdtemp(join(tmpdir(), 'quickstart-lists-'))
    for (const name of names.filter((name) => name !== 'dutch' && name !== 'spanish')) {
      await writeFile(join(none, name), 'word\n')
    }
    await expect(readWordLists(none, 0, 10)).rejects.toThrow(
      `${none}: no spanish, dutch\nOn Debian, install them: apt-get install wspanish wdutch\nOr train on your own texts`,
    )
    await rm(none, { recursive: true })
  })
})

describe('texts', () => {
  it('are read as runs of letters, one language a file', async () => {
    const [first, second] = await writeTexts(folder, 200)
    const more = await file('more.txt', "L'été, c'est L’ÉTÉ; 3x grün-weiß (Stra\u00DFe)\n".repeat(2))
    const words = await readTexts([first ?? '', second ?? ''], 0, 10)
    expect(words.languages).toEqual(['first', 'second'])
    expect(words.heldOut.map(({ length }) => length)).toEqual([10, 10])
    expect(new Set(words.training.flat()).size).toBe(words.training.flat().length)
    await expect(readTexts([first ?? '', more], 0, 10)).rejects.toThrow(
      /more\.txt: too few words .*: \d to train on/,
    )
  })

  it('give held-out words whose letters the training words have', async () => {
    const [first, second] = await writeTexts(folder, 200)
    const rare = await file(
      'rare.txt',
      madeUpWords('abcdefg', 100, 5)
        .map((word, i) => (i % 5 ? word : `${word}${String.fromCodePoint(0x3b1 + i)}`))
        .join(' '),
    )
    const words = await readTexts([first ?? '', second ?? '', rare], 0, 100)
    const alphabet = new Set(alphabetOf(words))
    expect(words.heldOut.flat().every((word) => [...word].every((letter) => alphabet.has(letter)))).toBe(true)
  })

  it('say what is wrong with them', async () => {
    const [first = '', second = ''] = await writeTexts(folder, 200)
    const empty = await file('empty.txt', '')
    const digits = await file('digits.txt', '1 2 3 ...\n')
    const latin1 = await file('latin1.txt', new Uint8Array([0x66, 0x6a, 0xe4]))
    const read = (...paths: string[]) => readTexts(paths, 0, 10)
    await expect(read(first)).rejects.toThrow('first.txt: one text only; expected at least two')
    await expect(read(first, first)).rejects.toThrow('first.txt: the second text named first')
    await expect(read(first, empty)).rejects.toThrow('empty.txt: no words')
    await expect(read(first, digits)).rejects.toThrow('digits.txt: no words; expected text with letters')
    await expect(read(first, latin1)).rejects.toThrow('latin1.txt: not UTF-8 text')
    await expect(read(second, join(folder, 'missing.txt'))).rejects.toThrow('missing.txt: no such file')
    await expect(read(second, folder)).rejects.toThrow(': a folder; expected a text file')
    const same = await file('same.txt', (await import('node:fs')).readFileSync(first))
    await expect(read(first, same)).rejects.toThrow(
      'first.txt: too few words that are in no other text: 0 to train on',
    )
  })
})
