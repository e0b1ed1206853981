import {
  Adam,
  crossEntropy,
  DataLoader,
  defaultGenerator,
  type Generator,
  Linear,
  LSTM,
  Module,
  manualSeed,
  rand,
  randint,
  StepLR,
  Tensor,
  TensorDataset,
} from '@unroll/torch'

type FloatDType = 'float32' | 'float64'

/** Two layers with dropout between them, and a class from the last hidden state. */
class Classifier extends Module {
  readonly lstm: LSTM
  readonly head: Linear

  constructor(dtype: FloatDType) {
    super()
    this.lstm = new LSTM(5, 16, { numLayers: 2, dropout: 0.3, batchFirst: true, dtype })
    this.head = new Linear(16, 3, { dtype })
  }

  /** `(N, L, 5)` -> `(N, 3)` */
  override forward(x: Tensor): Tensor {
    const [, [hn]] = this.lstm.forward(x)
    return this.head.forward(hn.at(-1))
  }
}

type Parts = {
  readonly model: Classifier
  readonly optimizer: Adam
  readonly schedule: StepLR
  readonly loader: DataLoader<[Tensor, Tensor], [Tensor, Tensor]>
  readonly generator: Generator
}

/** A run of training, as `trainingRun.node.test.ts` has it in Python, too. An epoch has 7 steps. */
export class Run {
  readonly model: Classifier
  readonly optimizer: Adam
  readonly schedule: StepLR
  readonly loader: Parts['loader']
  readonly x: Tensor
  readonly labels: Tensor
  readonly #steps: Iterator<number>

  constructor(dtype: FloatDType, seed: number) {
    manualSeed(seed)
    this.x = rand([52, 6, 5], { dtype })
    this.labels = randint(3, [52])
    this.model = new Classifier(dtype)
    this.optimizer = new Adam(this.model.parameters(), { lr: 1e-2 })
    this.schedule = new StepLR(this.optimizer, 30, { gamma: 0.7 })
    this.loader = new DataLoader(new TensorDataset(this.x, this.labels), { batchSize: 8, shuffle: true })
    this.#steps = this.#train()
  }

  /** All that a checkpoint has to hold. */
  get parts(): Parts {
    const { model, optimizer, schedule, loader } = this
    return { model, optimizer, schedule, loader, generator: defaultGenerator() }
  }

  /** Trains on the data of another run, or of a file. */
  take(x: unknown, labels: unknown): void {
    if (!(x instanceof Tensor && labels instanceof Tensor)) throw new TypeError('Run.take: expected tensors')
    this.x.copy_(x)
    this.labels.copy_(labels)
  }

  /** The losses of the next steps. */
  losses(count: number): number[] {
    return Array.from({ length: count }, () => this.#steps.next().value)
  }

  *#train(): globalThis.Generator<number, never> {
    while (true) {
      for (const [x, labels] of this.loader) {
        const loss = crossEntropy(this.model.forward(x), labels)
        this.optimizer.zeroGrad()
        loss.backward()
        this.optimizer.step()
        this.schedule.step()
        yield loss.item()
      }
    }
  }
}
