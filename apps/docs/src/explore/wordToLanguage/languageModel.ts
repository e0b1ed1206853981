import type { Engine } from '@unroll/kernels'
import { skipInit } from '@unroll/nn'
import { Checkpoint } from '@unroll/quickstart/checkpoint'
import { LanguageClassifier } from '@unroll/quickstart/model'
import { packPaddedSequence, padPackedSequence } from '@unroll/sequence'
import { cat, elementsOf, linear, noGrad, type Tensor, tensor } from '@unroll/tensor'
import { type CheckpointSource, load } from '@unroll/weights'
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

/** The quickstart's classifier, asked for what each letter changes. */
export class LanguageModel {
  readonly alphabet: string
  readonly languages: readonly string[]
  readonly #classifier: LanguageClassifier

  private constructor(saved: unknown) {
    const file = new Checkpoint('language.pt', saved)
    this.alphabet = file.string('alphabet')
    this.languages = file.strings('languages')
    const sizes = file.dict('sizes')
    this.#classifier = skipInit(
      () =>
        new LanguageClassifier(
          [...this.alphabet].length,
          this.languages.length,
          sizes.number('embedding_size'),
          sizes.number('hidden_size'),
        ),
    )
    this.#classifier.loadStateDict(file.tensors('state_dict'))
    this.#classifier.eval()
  }

  static async load(source: CheckpointSource): Promise<LanguageModel> {
    return new LanguageModel(await load(source))
  }

  /** What computes: WebAssembly where the browser has it. */
  get engine(): Pick<Engine, 'name' | 'variant'> {
    return this.#classifier.lstm.engine
  }

  /** Null where the word has no letter that the model knows. */
  read(word: string): WordReading | null {
    const { letters, indices, unknown } = encodeWord(word, this.alphabet)
    if (letters.length === 0) return null
    return noGrad(() => ({ letters, unknown, ...this.#read(indices) }))
  }

  /** One batch has the word as far as each of its letters, and so the whole word as its last sequence. */
  #read(indices: readonly number[]): Omit<WordReading, 'letters' | 'unknown'> {
    const { embedding, lstm, head } = this.#classifier
    const count = indices.length
    const padded = BigInt64Array.from({ length: count * count }, (_, at) => {
      const [step, sequence] = [Math.floor(at / count), at % count]
      return BigInt(step <= sequence ? (indices[step] ?? 0) : 0)
    })
    const lengths = indices.map((_, index) => index + 1)
    const embedded = embedding.forward(tensor(padded, { shape: [count, count] }))
    const packed = packPaddedSequence(embedded, lengths, { enforceSorted: false })
    const [output, [hn]] = lstm.forward(packed)
    const soFar = floatsOf(head.forward(cat([hn.at(0), hn.at(1)], 1)).softmax(1))
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
    const { lstm, head } = this.#classifier
    const units = lstm.hiddenSize
    const [forward, reverse] = [0, units].map((from) =>
      floatsOf(linear(output.narrow(1, from, units), head.weight.narrow(1, from, units))),
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
    const { bias } = head
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
