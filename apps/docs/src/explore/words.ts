/** A word as the models of these pages read it: composed (NFC), lower case, each letter by its number. */
export interface EncodedWord {
  readonly letters: readonly string[]
  readonly indices: readonly number[]
  /** Letters that the model does not know; they are left out. */
  readonly unknown: readonly string[]
}

export function encodeWord(text: string, alphabet: string): EncodedWord {
  const known = [...alphabet]
  const all = [...text.trim().normalize('NFC').toLowerCase()]
  const letters = all.filter((letter) => known.includes(letter))
  return {
    letters,
    indices: letters.map((letter) => known.indexOf(letter)),
    unknown: [...new Set(all.filter((letter) => !known.includes(letter)))],
  }
}

/** Numbers as shares of a whole, each above 0. */
export function softmax(scores: ArrayLike<number>): Float32Array {
  const largest = Math.max(...Array.from(scores))
  const powers = Float32Array.from(scores, (score) => Math.exp(score - largest))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}

/** A language's name, in a language. */
export function nameOf(code: string, language: string): string {
  return new Intl.DisplayNames(language, { type: 'language' }).of(code) ?? code
}

/** A share, `61 %` or `60.6 %`. */
export function percent(share: number, digits = 0): string {
  return `${(100 * share).toFixed(digits)} %`
}
