import { Embedding, Linear, Module } from '@unroll/nn'
import { LSTM, packPaddedSequence } from '@unroll/sequence'
import { cat, type Tensor } from '@unroll/tensor'

/**
 * Tells the language of words from their letters. The model that `tooling/oracle/quickstart/model.py` trains, line for
 * line: letters of a word, embedded; a bidirectional LSTM; both final hidden states; one score a language.
 */
export class LanguageClassifier extends Module {
  readonly embedding: Embedding
  readonly lstm: LSTM
  readonly head: Linear

  constructor(letters: number, languages: number, embeddingSize: number, hiddenSize: number) {
    super()
    this.embedding = new Embedding(letters, embeddingSize)
    this.lstm = new LSTM(embeddingSize, hiddenSize, { bidirectional: true })
    this.head = new Linear(2 * hiddenSize, languages)
  }

  /** letters `(T, N)`, padded; lengths `N`, in any order -> scores `(N, languages)` */
  override forward(letters: Tensor, lengths: readonly number[]): Tensor {
    const packed = packPaddedSequence(this.embedding.forward(letters), lengths, { enforceSorted: false })
    const [, [hn]] = this.lstm.forward(packed)
    return this.head.forward(cat([hn.at(0), hn.at(1)], 1))
  }
}
