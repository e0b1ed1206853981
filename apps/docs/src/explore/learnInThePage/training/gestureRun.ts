import { DataLoader, paced } from '@unroll/data'
import { crossEntropy } from '@unroll/nn'
import { Adam, clipGradNorm } from '@unroll/optim'
import { defaultGenerator, manualSeed, noGrad, stack, type Tensor, tensor } from '@unroll/tensor'
import { loadCheckpoint, saveCheckpoint } from '@unroll/weights'
import { GestureModel } from '../gestureModel.ts'
import type { Sample, Samples } from './samples.ts'

export interface RunSettings {
  /** Hidden units of the GRU. */
  readonly units: number
  readonly learningRate: number
  readonly classes: number
}

const batchSize = 32
/** Gradients above this norm are shortened: recurrent ones may explode. */
const maxNorm = 1

/** A model in training, from a fixed seed: the same samples and settings give the same losses, bit by bit. */
export class GestureRun {
  readonly model: GestureModel
  /** Steps of the optimiser that are done. */
  step = 0
  /** Seconds of training that are done. */
  seconds = 0
  readonly #settings: RunSettings
  readonly #samples: Samples
  readonly #loader: DataLoader<Sample, [Tensor, Tensor]>
  readonly #optimizer: Adam
  readonly #heldOut: Tensor

  constructor(samples: Samples, settings: RunSettings) {
    manualSeed(0)
    this.model = new GestureModel(settings.units)
    this.#settings = settings
    this.#samples = samples
    this.#loader = new DataLoader(samples.training, { batchSize, shuffle: true })
    this.#optimizer = new Adam(this.model.parameters(), { lr: settings.learningRate })
    this.#heldOut = stack(samples.heldOut.map(([movements]) => movements))
  }

  /**
   * Goes on where {@link checkpoint} was made; in the middle of its epoch, unless there are other samples now.
   * @throws what `loadCheckpoint` throws, for a file of other settings too
   */
  static async restore(file: Uint8Array, samples: Samples, settings: RunSettings): Promise<GestureRun> {
    const run = new GestureRun(samples, settings)
    const rest = await loadCheckpoint(file, run.#parts())
    if (rest.get('samples') === samples.training.length) await loadCheckpoint(file, { loader: run.#loader })
    run.learningRate = settings.learningRate
    run.step = Number(rest.get('step'))
    run.seconds = Number(rest.get('seconds'))
    return run
  }

  set learningRate(rate: number) {
    for (const group of this.#optimizer.paramGroups) group.lr = rate
  }

  /** Trains epoch after epoch, and yields the loss of each step. Throws the signal's reason once it is aborted. */
  async *steps(signal: AbortSignal): AsyncGenerator<number> {
    const start = performance.now() - 1000 * this.seconds
    for (;;) {
      for await (const [movements, labels] of paced(this.#loader, { signal })) {
        const loss = crossEntropy(this.model.forward(movements, this.#settings.classes), labels)
        this.#optimizer.zeroGrad()
        loss.backward()
        clipGradNorm(this.model.parameters(), maxNorm)
        this.#optimizer.step()
        this.step++
        this.seconds = (performance.now() - start) / 1000
        yield loss.item()
      }
    }
  }

  /** The share of held-out samples that get their class. */
  accuracy(): number {
    const scores = noGrad(() => this.model.forward(this.#heldOut, this.#settings.classes))
    const right = scores.argmax(1).eq(tensor(this.#samples.heldOut.map(([, label]) => label)))
    return right.sum().item() / this.#samples.heldOut.length
  }

  /** The bytes of a `.pt` file with all that the run needs to go on. */
  checkpoint(): Uint8Array<ArrayBuffer> {
    const { step, seconds } = this
    const samples = this.#samples.training.length
    return saveCheckpoint({ ...this.#parts(), loader: this.#loader, samples, step, seconds })
  }

  #parts() {
    return { model: this.model, optimizer: this.#optimizer, generator: defaultGenerator() }
  }
}
