import type { Engine } from '@unroll/kernels'
import { Embedding, Linear } from '@unroll/nn'
import { LSTM, packPaddedSequence, padPackedSequence } from '@unroll/sequence'
import { cat, elementsOf, linear, noGrad, type Tensor, tensor } from '@unroll/tensor'
import { type CheckpointSource, load } from '@unroll/weights'
import { SavedDict } from '../savedDict.ts'
import { encodeWord } from '../words.ts'

/** What the model makes of a word of T letters, for K languages. */
export interface WordReading {
  readonly letters: readonly string[]
  /** Letters that the model does not know, left out. */
  readonly unknown: readonly string[]
  /** `(K)`, of the whole word */
  readonly probabilities: Float32Array
  /** `(T, K)`: probabilities of the word as far as each letter */
  readonly soFar: Float32Array
  /**
   * `(T, K)`: what each letter adds to the scores. With {@link start} they make the whole word's scores, whose softmax is
   * `probabilities`. The mean over the languages is taken away, which changes no probability.
   */
  readonly added: Float32Array
  /** `(K)`: scores before any letter, without their mean */
  readonly start: Float32Array
}

/** The quickstart's classifier: letters, embedded; a bidirectional LSTM; both final hidden states; one score a language. */
export class LanguageModel {
  readonly alphabet: string
  readonly languages: readonly string[]
  readonly #embedding: Embedding
  readonly #lstm: LSTM
  readonly #head: Linear

  private constructor(saved: unknown) {
    const file = new SavedDict('language.pt', saved)
    this.alphabet = file.string('alphabet')
    this.languages = file.strings('languages')
    const state = file.dict('state_dict')
    this.#embedding = Embedding.fromPretrained(state.tensor('embedding.weight'))
    this.#lstm = LSTM.fromStateDict(state.tensors(), { prefix: 'lstm.' })
    const [languages = 0, features = 0] = state.tensor('head.weight').shape
    this.#head = new Linear(features, languages)
    this.#head.loadStateDict(
      new Map([
        ['weight', state.tensor('head.weight')],
        ['bias', state.tensor('head.bias')],
      ]),
    )
  }

  static async load(source: CheckpointSource): Promise<LanguageModel> {
    return new LanguageModel(await load(source))
  }

  /** What computes: WebAssembly where the browser has it. */
  get engine(): Pick<Engine, 'name' | 'variant'> {
    return this.#lstm.engine
  }

  /** Null where the word has no letter that the model knows. */
  read(word: string): WordReading | null {
    const { letters, indices, unknown } = encodeWord(word, this.alphabet)
    if (letters.length === 0) return null
    return noGrad(() => ({ letters, unknown, ...this.#read(indices) }))
  }

  /** One batch has the word as far as each of its letters, and so the whole word as its last sequence. */
  #read(indices: readonly number[]): Omit<WordReading, 'letters' | 'unknown'> {
    const count = indices.length
    const padded = BigInt64Array.from({ length: count * count }, (_, at) => {
      const [step, sequence] = [Math.floor(at / count), at % count]
      return BigInt(step <= sequence ? (indices[step] ?? 0) : 0)
    })
    const lengths = indices.map((_, index) => index + 1)
    const embedded = this.#embedding.forward(tensor(padded, { shape: [count, count] }))
    const packed = packPaddedSequence(embedded, lengths, { enforceSorted: false })
    const [output, [hn]] = this.#lstm.forward(packed)
    const soFar = floatsOf(this.#head.forward(cat([hn.at(0), hn.at(1)], 1)).softmax(1))
    const [all] = padPackedSequence(output)
    return {
      soFar,
      probabilities: soFar.slice(-this.languages.length),
      ...this.#contributions(all.select(1, count - 1)),
    }
  }

  /**
   * The head is linear, so the score is a sum over letters: each one changes the forward direction's hidden state, which
   * goes from the first letter to the last, and the reverse direction's, which goes back.
   * @param output `(T, 2*hidden)`, of the whole word
   */
  #contributions(output: Tensor): Pick<WordReading, 'added' | 'start'> {
    const units = this.#lstm.hiddenSize
    const [forward, reverse] = [0, units].map((from) =>
      floatsOf(linear(output.narrow(1, from, units), this.#head.weight.narrow(1, from, units))),
    )
    const count = this.languages.length
    const added = new Float32Array(output.size(0) * count)
    for (let at = 0; at < added.length; at++) {
      const forwardChange = (forward?.[at] ?? 0) - (forward?.[at - count] ?? 0)
      added[at] = forwardChange + (reverse?.[at] ?? 0) - (reverse?.[at + count] ?? 0)
    }
    for (let step = 0; step < output.size(0); step++) {
      center(added.subarray(step * count, (step + 1) * count))
    }
    const { bias } = this.#head
    return { added, start: center(bias ? floatsOf(bias).slice() : new Float32Array(count)) }
  }
}

/** Takes the mean away, in place. */
function center(scores: Float32Array): Float32Array {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  for (let at = 0; at < scores.length; at++) scores[at] = (scores[at] ?? 0) - mean
  return scores
}

function floatsOf(of: Tensor): Float32Array {
  const elements = elementsOf(of)
  if (elements instanceof Float32Array) return elements
  throw new TypeError('language.pt: expected float32 weights')
}
