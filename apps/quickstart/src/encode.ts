import { type Tensor, tensor } from '@unroll/tensor'

/** Letters. The longest word of the training lists has 50-odd; whole paragraphs would only fill the memory. */
export const LONGEST = 100

/** Words as the model takes them. */
export interface EncodedWords {
  /** Indices of letters `(T, N)`, padded with 0. */
  readonly letters: Tensor
  readonly lengths: readonly number[]
}

/** Letters of an alphabet by their place in it. */
export function indexLetters(alphabet: string): ReadonlyMap<string, number> {
  return new Map([...alphabet].map((letter, index) => [letter, index]))
}

/** Pads words, given as indices of letters, to the length of the longest. */
export function padWords(words: readonly (readonly number[])[]): EncodedWords {
  const lengths = words.map((letters) => letters.length)
  const longest = Math.max(...lengths)
  const padded = new BigInt64Array(longest * words.length)
  for (const [n, letters] of words.entries()) {
    for (const [t, letter] of letters.entries()) padded[t * words.length + n] = BigInt(letter)
  }
  return { letters: tensor(padded, { shape: [longest, words.length] }), lengths }
}
