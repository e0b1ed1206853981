import { LanguageModel } from './languageModel.ts'

/** What the page shows before the model is there: plain numbers, for they travel in its HTML. */
export interface FirstReading {
  readonly word: string
  readonly languages: readonly string[]
  readonly letters: readonly string[]
  /** As those of `WordReading`, to five digits. */
  readonly soFar: readonly number[]
  readonly added: readonly number[]
}

const [checkpoint] = Object.values(
  import.meta.glob<string>('../../../../quickstart/model/language.pt', {
    query: '?url&inline',
    import: 'default',
    eager: true,
  }),
)

/** Runs the model when the site is made. */
export async function readFirst(word: string): Promise<FirstReading> {
  const model = await LanguageModel.load(checkpoint ?? '')
  const reading = model.read(word)
  if (reading === null) throw new Error(`expected a word with letters of the model, got ${word}`)
  const short = (values: Float32Array): number[] => Array.from(values, (value) => Number(value.toFixed(5)))
  return {
    word,
    languages: model.languages,
    letters: reading.letters,
    soFar: short(reading.soFar),
    added: short(reading.added),
  }
}
