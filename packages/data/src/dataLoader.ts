import { describeValue } from '@unroll/kernels'
import { type Generator, RuntimeError } from '@unroll/tensor'
import { CollateError } from './collateError.ts'
import { type DatasetLike, itemOf } from './dataset.ts'
import type { Collated } from './defaultCollate.ts'
import { drawSeed } from './drawIndices.ts'
import { type DataLoaderOptions, settingsOf } from './loaderOptions.ts'
import { decodePlace, encodePlace, type LoaderState, setStates, statesOf } from './loaderState.ts'
import { lengthOf, type Sampler } from './sampler.ts'

/** One walk through the dataset. */
interface Epoch {
  readonly batches: Iterator<readonly number[]>
  /** The states of the loader's generators when it began. */
  readonly start: readonly Uint8Array[]
  /** How many batches were given. */
  position: number
  isOver: boolean
}

/**
 * Batches of a dataset, in PyTorch's order from the same seed. Each iteration is an epoch.
 *
 * ```ts
 * const dataset = new TensorDataset(randn([64, 3]), zeros([64]))
 * for (const [x, labels] of new DataLoader(dataset, { batchSize: 32, shuffle: true })) {
 *   x.shape   // [32, 3]
 * }
 * ```
 *
 * A dataset that gives promises, or a `collate` that does, needs `for await`, which works with all.
 *
 * As in PyTorch, every epoch draws a seed from `generator`, shuffled or not. Without `generator` that is the default one.
 *
 * @see PyTorch: [torch.utils.data.DataLoader](https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader)
 */
export class DataLoader<Item, Batch = Collated<Item>> implements Iterable<Batch>, AsyncIterable<Batch> {
  /** The name for messages and consoles, since bundlers may rename classes. */
  static readonly name: string = 'DataLoader'

  readonly dataset: DatasetLike<Item>
  readonly batchSampler: Sampler<readonly number[]>
  readonly collate: (items: Item[]) => Batch | PromiseLike<Batch>
  readonly generator: Generator
  /** All that draw, each once. */
  private readonly generators: readonly Generator[]
  /** How many epochs went to their end. */
  epoch = 0
  /** The epoch that began last; null before the first. */
  private current: Epoch | null = null
  /** Whether the next iteration goes on in that epoch, instead of beginning another one. */
  private isResumed = false

  /**
   * @throws TypeError if `dataset` is not one, an option is unknown or of a wrong type, or two options contradict each other
   * @throws RangeError if `batchSize` is less than 1, or an empty dataset is to be shuffled
   */
  constructor(dataset: DatasetLike<Item>, options?: DataLoaderOptions<Item, Batch> | null) {
    const { batchSampler, collate, generator } = settingsOf(dataset, options)
    this.dataset = dataset
    this.batchSampler = batchSampler
    this.collate = collate
    this.generator = generator
    this.generators = [...new Set([generator, ...(batchSampler.generators ?? [])])]
  }

  /**
   * How many batches an epoch has.
   * @throws TypeError if the sampler has no length
   */
  get length(): number {
    return lengthOf('DataLoader.length', this.batchSampler)
  }

  /**
   * Walks through an epoch.
   * @throws TypeError if the dataset or `collate` gives a promise
   * @throws RangeError if the sampler gives an index of no item
   * @throws CollateError if items do not fit together
   */
  [Symbol.iterator](): IterableIterator<Batch> {
    return this.walk(this.begin())
  }

  /** Walks through an epoch, and waits for items and batches that are promises. It throws what the other one throws. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Batch> {
    return this.walkAsync(this.begin())
  }

  /**
   * Where the loader is, for a checkpoint: the epoch, how many of its batches were given (the one in hand included), and the
   * states of the generators, both now and when the epoch began.
   */
  stateDict(): LoaderState {
    const epoch = this.current?.isOver === false ? this.current : null
    return encodePlace({
      epoch: this.epoch,
      position: epoch?.position ?? 0,
      generators: statesOf(this.generators),
      epochStart: epoch?.start ?? null,
    })
  }

  /**
   * Goes on where another loader of the same dataset and options was: the next iteration gives the batches that were left of
   * its epoch, and the ones after it are the same, too. Sets the generators.
   *
   * A sampler of your own must give the same indices again when the generators that it names in `generators` are set back. One
   * that draws again in the middle of an epoch must not share its generator with others, such as dropout.
   *
   * @throws TypeError if an entry of `state` is missing or of a wrong type
   * @throws RangeError if it is of another number of generators
   * @throws RuntimeError if an epoch has fewer batches than were given
   */
  loadStateDict(state: ReadonlyMap<string, unknown>): void {
    const { generators } = this
    const place = decodePlace('DataLoader.loadStateDict', state, generators.length)
    const goBack = this.remember()
    try {
      this.current = place.epochStart === null ? null : this.replay(place.epochStart, place.position)
      setStates(generators, place.generators)
    } catch (error) {
      goBack()
      throw error
    }
    this.isResumed = this.current !== null
    this.epoch = place.epoch
  }

  /**
   * Takes down where the loader is, with the epoch that is being walked, which a state dict can only begin anew.
   * @returns a function that puts it back there, for a caller that has to undo {@link DataLoader.loadStateDict}
   */
  remember(): () => void {
    const { current, isResumed, epoch, generators } = this
    const states = statesOf(generators)
    return () => {
      this.current = current
      this.isResumed = isResumed
      this.epoch = epoch
      setStates(generators, states)
    }
  }

  private begin(): Epoch {
    const epoch = this.isResumed && this.current ? this.current : this.open()
    this.isResumed = false
    this.current = epoch
    return epoch
  }

  private open(): Epoch {
    const start = statesOf(this.generators)
    const batches = this.batchSampler[Symbol.iterator]()
    // The seed that PyTorch gives its workers. It shifts all draws that follow.
    drawSeed(this.generator)
    return { batches, start, position: 0, isOver: false }
  }

  /** Begins an epoch anew, without reading an item, and passes over its first batches. */
  private replay(start: readonly Uint8Array[], position: number): Epoch {
    setStates(this.generators, start)
    const epoch = this.open()
    for (; epoch.position < position; epoch.position++) {
      if (epoch.batches.next().done !== true) continue
      throw new RuntimeError(
        `DataLoader.loadStateDict: expected an epoch of at least ${position} batches, got ${epoch.position}; ` +
          'make the loader as the one that was saved, with the same dataset and options',
      )
    }
    return epoch
  }

  private *walk(epoch: Epoch): IterableIterator<Batch> {
    try {
      for (let next = epoch.batches.next(); !next.done; next = epoch.batches.next()) {
        const batch = this.read(next.value)
        if (isPromise(batch)) {
          silence(batch)
          throw new TypeError(
            'DataLoader: expected items and batches at once, got a promise; iterate with for await',
          )
        }
        epoch.position++
        yield batch
      }
      this.finish(epoch)
    } finally {
      close(epoch)
    }
  }

  private async *walkAsync(epoch: Epoch): AsyncIterableIterator<Batch> {
    try {
      for (let next = epoch.batches.next(); !next.done; next = epoch.batches.next()) {
        const batch = await this.read(next.value)
        epoch.position++
        yield batch
      }
      this.finish(epoch)
    } finally {
      close(epoch)
    }
  }

  private finish(epoch: Epoch): void {
    epoch.isOver = true
    this.epoch++
  }

  private read(indices: readonly number[]): Batch | PromiseLike<Batch> {
    if (!Array.isArray(indices)) {
      throw new TypeError(
        `DataLoader: expected batchSampler to give lists of indices, got ${describeValue(indices)}; ` +
          'single indices are for the option sampler',
      )
    }
    const items: (Item | PromiseLike<Item>)[] = []
    try {
      for (const index of indices) items.push(itemOf('DataLoader', this.dataset, index))
    } catch (error) {
      for (const item of items) if (isPromise(item)) silence(item)
      throw error
    }
    if (!items.some(isPromise)) return this.batchOf(items as Item[], indices)
    return Promise.all(items).then((all) => this.batchOf(all, indices))
  }

  private batchOf(items: Item[], indices: readonly number[]): Batch | PromiseLike<Batch> {
    const withPlace = (error: unknown): never => {
      if (!(error instanceof CollateError)) throw error
      const { message, position } = error
      throw new CollateError(`${message}; it is item ${indices[position]} of the dataset`, position, {
        cause: error,
      })
    }
    try {
      const batch = this.collate(items)
      return isPromise(batch) ? batch.then(undefined, withPlace) : batch
    } catch (error) {
      return withPlace(error)
    }
  }
}

/** Lets a sampler end where a walk was left early. */
function close({ batches, isOver }: Epoch): void {
  if (!isOver) batches.return?.()
}

/** For a promise that nobody will wait for: its failure would end a process. */
function silence(promise: PromiseLike<unknown>): void {
  promise.then(undefined, () => undefined)
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
