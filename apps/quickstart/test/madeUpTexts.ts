import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { seededBits } from '@unroll/testing'

/** Letters that tell two made-up languages apart, most of the time. */
const alphabets = ['abcdeilmnorstu', 'aeiouxyzklmprst']

/** Words of 4 to 9 letters. */
export function madeUpWords(letters: string, count: number, seed: number): string[] {
  const bits = seededBits(seed)
  const below = (n: number): number => (bits() >>> 8) % n
  return Array.from({ length: count }, () =>
    Array.from({ length: 4 + below(6) }, () => letters[below(letters.length)] ?? '').join(''),
  )
}

/** Two text files, `first.txt` and `second.txt`, of `count` words each. */
export function writeTexts(folder: string, count: number): Promise<string[]> {
  return Promise.all(
    alphabets.map(async (letters, index) => {
      const path = join(folder, `${['first', 'second'][index]}.txt`)
      await writeFile(path, `${madeUpWords(letters, count, index + 1).join('\n')}\n`)
      return path
    }),
  )
}
