import { crc32 } from 'node:zlib'
import { crossEntropy } from '@unroll/nn'
import { Adam, clipGradNorm, OneCycleLR } from '@unroll/optim'
import { defaultGenerator, manualSeed } from '@unroll/tensor'
import { loadCheckpoint, saveCheckpoint, savePt } from '@unroll/weights'
import type { Checkpoint } from '../checkpoint.ts'
import { WordClassifier } from '../classify.ts'
import { LanguageClassifier } from '../model.ts'
import { UserError } from '../userError.ts'
import { alphabetOf, type TrainingWords } from './trainingWords.ts'
import { type WordBatch, type WordLoader, WordStream, wordLoader } from './wordStream.ts'

/** What a run is started with, and what its checkpoint holds of it. */
export interface TrainingSettings {
  readonly epochs: number
  readonly seed: number
  /** Texts to train on; none for the word lists. */
  readonly texts: readonly string[]
  /** Where the model goes. */
  readonly out: string
}

/** How far a run is. */
export interface TrainingProgress {
  /** Steps that are done. */
  step: number
  /** The losses of those since the last line of progress. */
  losses: number[]
}

// As in train.py.
const EMBEDDING_SIZE = 32
const HIDDEN_SIZE = 112
const WORDS_AN_EPOCH = 40_000
const LEARNING_RATE = 4e-3
const MAX_NORM = 1

/** A model in training, step by step as `tooling/oracle/quickstart/train.py` trains it. */
export class TrainingRun {
  readonly settings: TrainingSettings
  readonly words: TrainingWords
  readonly alphabet: string
  readonly model: LanguageClassifier
  /** Reads words with the model as it is. */
  readonly classifier: WordClassifier
  readonly #stream: WordStream
  readonly #loader: WordLoader
  readonly #optimizer: Adam
  readonly #schedule: OneCycleLR

  constructor(settings: TrainingSettings, words: TrainingWords) {
    const alphabet = alphabetOf(words)
    manualSeed(settings.seed)
    const model = new LanguageClassifier(
      [...alphabet].length,
      words.languages.length,
      EMBEDDING_SIZE,
      HIDDEN_SIZE,
    )
    this.settings = settings
    this.words = words
    this.alphabet = alphabet
    this.model = model
    this.classifier = new WordClassifier(model, alphabet, words.languages)
    this.#stream = new WordStream(words.training, alphabet, WORDS_AN_EPOCH)
    this.#loader = wordLoader(this.#stream)
    this.#optimizer = new Adam(model.parameters(), { lr: LEARNING_RATE })
    const totalSteps = settings.epochs * this.#loader.length
    this.#schedule = new OneCycleLR(this.#optimizer, LEARNING_RATE, { totalSteps })
  }

  /** Steps an epoch. */
  get batches(): number {
    return this.#loader.length
  }

  /** Trains from where the run is to its end, and yields the loss and the words of every step. */
  *steps(): Generator<{ readonly loss: number; readonly words: number }> {
    while (this.#loader.epoch < this.settings.epochs) {
      this.#stream.epoch = this.#loader.epoch
      for (const batch of this.#loader) yield { loss: this.#step(batch), words: batch.lengths.length }
    }
  }

  /** The bytes of a file of the model, as `train.py` writes it. */
  modelFile(): Uint8Array {
    return savePt({
      state_dict: this.model.stateDict(),
      sizes: { embedding_size: EMBEDDING_SIZE, hidden_size: HIDDEN_SIZE },
      alphabet: this.alphabet,
      languages: [...this.words.languages],
    })
  }

  /** The bytes of a file of the whole run, from which it goes on as if it had not been stopped. */
  checkpoint({ step, losses }: TrainingProgress): Uint8Array {
    const { epochs, seed, texts, out } = this.settings
    return saveCheckpoint({
      ...this.#parts(),
      settings: { epochs, seed, texts: [...texts], out },
      words: this.#fingerprint(),
      step,
      losses,
    })
  }

  /**
   * Goes on where a checkpoint was made.
   * @param saved the content of the file
   * @throws UserError if the words have changed since
   */
  async restore(path: string, saved: Checkpoint): Promise<TrainingProgress> {
    if (saved.number('words') !== this.#fingerprint()) {
      throw new UserError(`${path}: its words have changed since; a run cannot go on with others`)
    }
    await loadCheckpoint(path, this.#parts())
    return { step: saved.number('step'), losses: [...saved.numbers('losses')] }
  }

  #parts() {
    return {
      model: this.model,
      optimizer: this.#optimizer,
      schedule: this.#schedule,
      loader: this.#loader,
      generator: defaultGenerator(),
    }
  }

  #step({ letters, lengths, targets }: WordBatch): number {
    const loss = crossEntropy(this.model.forward(letters, lengths), targets)
    this.#optimizer.zeroGrad()
    loss.backward()
    clipGradNorm(this.model.parameters(), MAX_NORM)
    this.#optimizer.step()
    this.#schedule.step()
    return loss.item()
  }

  /** Tells other words from these. */
  #fingerprint(): number {
    return this.words.training.reduce((sum, words) => crc32(words.join('\n'), sum), 0)
  }
}
