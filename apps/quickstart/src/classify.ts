import { noGrad } from '@unroll/tensor'
import { indexLetters, LONGEST, padWords } from './encode.ts'
import { LanguageClassifier } from './model.ts'
import { modelPath, readModel } from './readModel.ts'

/** What became of a word: a probability for each language, or the reason why there is none. */
export type Reading =
  | { readonly word: string; readonly probabilities: Float32Array }
  | { readonly word: string; readonly problem: string }

/** Words a batch: enough to fill the engine's matrix kernels, few enough to stay in its caches. */
const BATCH = 256

/** The trained model with what it needs to read words. */
export class WordClassifier {
  readonly model: LanguageClassifier
  /** Language codes, in the order of the probabilities. */
  readonly languages: readonly string[]
  readonly #alphabet: ReadonlyMap<string, number>

  constructor(model: LanguageClassifier, alphabet: string, languages: readonly string[]) {
    this.model = model
    this.languages = languages
    this.#alphabet = indexLetters(alphabet)
  }

  /**
   * Reads a model as `train.py` or `npm start -- train` saved it.
   * @param path by default `model/language.pt`, which PyTorch saved
   * @throws CheckpointError, TypeError or StateDictError if there is no such model
   */
  static async load(path = modelPath('language.pt')): Promise<WordClassifier> {
    const checkpoint = await readModel(path)
    const [alphabet, languages] = [checkpoint.string('alphabet'), checkpoint.strings('languages')]
    const sizes = checkpoint.dict('sizes')
    const model = new LanguageClassifier(
      [...alphabet].length,
      languages.length,
      sizes.number('embedding_size'),
      sizes.number('hidden_size'),
    )
    model.loadStateDict(checkpoint.tensors('state_dict'))
    model.eval()
    return new WordClassifier(model, alphabet, languages)
  }

  /** Yields the readings of one batch after the other, so that the caller can show progress or stop. */
  *classify(words: readonly string[]): Generator<Reading[]> {
    for (let start = 0; start < words.length; start += BATCH) {
      yield this.#classifyBatch(words.slice(start, start + BATCH).map((word) => word.trim()))
    }
  }

  /** The languages, most probable first. */
  ranking(probabilities: Float32Array): { readonly language: string; readonly probability: number }[] {
    return this.languages
      .map((language, index) => ({ language, probability: probabilities[index] ?? 0 }))
      .sort((a, b) => b.probability - a.probability)
  }

  #classifyBatch(words: readonly string[]): Reading[] {
    const encoded = words.map((word) => this.#encode(word))
    const readable = encoded.filter((letters) => typeof letters !== 'string')
    const probabilities = readable.length > 0 ? this.#probabilities(readable) : new Float32Array(0)
    let row = 0
    return words.map((word, index) => {
      const problem = encoded[index]
      if (typeof problem === 'string') return { word, problem }
      const start = row++ * this.languages.length
      return { word, probabilities: probabilities.subarray(start, start + this.languages.length) }
    })
  }

  /** `(words.length, languages)` */
  #probabilities(words: readonly (readonly number[])[]): Float32Array {
    const { letters, lengths } = padWords(words)
    const { data } = noGrad(() => this.model.forward(letters, lengths).softmax(1))
    if (!(data instanceof Float32Array)) throw new TypeError('WordClassifier: expected float32 weights')
    return data
  }

  /** The indices of a word's letters, or what is wrong with it. Case is folded, as in training. */
  #encode(word: string): readonly number[] | string {
    const letters = [...word.normalize('NFC').toLowerCase()]
    if (letters.length === 0) return 'empty'
    if (letters.length > LONGEST) return `${letters.length} characters: a word has at most ${LONGEST}`
    const unknown = new Set(letters.filter((letter) => !this.#alphabet.has(letter)))
    if (unknown.size > 0) return `not in the model's alphabet: ${[...unknown].join(' ')}`
    return letters.flatMap((letter) => this.#alphabet.get(letter) ?? [])
  }
}
