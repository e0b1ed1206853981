import { BatchSampler, DataLoader, type Dataset } from '@unroll/data'
import { defaultGenerator, Generator, randperm, type Tensor, tensor } from '@unroll/tensor'
import { type EncodedWords, indexLetters, padWords } from '../encode.ts'

/** Words of one step, and the language of each. */
export interface WordBatch extends EncodedWords {
  /** Indices of languages `(N)` */
  readonly targets: Tensor
}

interface Sample {
  readonly letters: readonly number[]
  readonly language: number
}

export type WordLoader = DataLoader<Sample, WordBatch>

/** Words a step. */
const BATCH = 256

/**
 * The words of an epoch: the next ones of every language, from its start again after its end, so that all languages count
 * alike.
 */
export class WordStream implements Dataset<Sample> {
  /** The epoch whose words are given, from 0. */
  epoch = 0
  readonly #training: readonly (readonly string[])[]
  readonly #perLanguage: number
  readonly #letters: ReadonlyMap<string, number>

  /** @param most words of each language an epoch; if the longest list has fewer, all of them */
  constructor(training: readonly (readonly string[])[], alphabet: string, most: number) {
    this.#training = training
    this.#perLanguage = Math.min(most, Math.max(...training.map(({ length }) => length)))
    this.#letters = indexLetters(alphabet)
  }

  get length(): number {
    return this.#training.length * this.#perLanguage
  }

  get(index: number): Sample {
    const language = Math.floor(index / this.#perLanguage)
    const words = this.#training[language] ?? []
    const place = this.epoch * this.#perLanguage + (index % this.#perLanguage)
    const letters = [...(words[place % words.length] ?? '')].flatMap(
      (letter) => this.#letters.get(letter) ?? [],
    )
    return { letters, language }
  }
}

/** Batches of the words in the order of `train.py`: a permutation an epoch, drawn from the default generator and no more. */
export function wordLoader(words: WordStream): WordLoader {
  const order = {
    length: words.length,
    generators: [defaultGenerator()],
    *[Symbol.iterator]() {
      for (const index of randperm(words.length).data) yield Number(index)
    },
  }
  return new DataLoader(words, {
    batchSampler: new BatchSampler(order, BATCH),
    // A loader draws a seed each epoch, as PyTorch's does. There is no loader in train.py, so that one is its own.
    generator: new Generator().manualSeed(0),
    collate,
  })
}

function collate(samples: readonly Sample[]): WordBatch {
  const targets = BigInt64Array.from(samples, ({ language }) => BigInt(language))
  return {
    ...padWords(samples.map(({ letters }) => letters)),
    targets: tensor(targets, { shape: [samples.length] }),
  }
}
