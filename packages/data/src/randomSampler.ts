import { optionsOf } from '@unroll/kernels'
import { defaultGenerator, Generator, type RandomOptions } from '@unroll/tensor'
import { checkGenerator } from '@unroll/tensor/layers'
import { checkCount, checkFlag } from './checks.ts'
import { drawSeed, integersBelow, permutation } from './drawIndices.ts'
import type { Sampler } from './sampler.ts'
import { checkSized, type Sized } from './sequentialSampler.ts'

export interface RandomSamplerOptions extends RandomOptions {
  /** Whether an index can come again before all others came. Default false. */
  readonly replacement?: boolean
  /** How many indices an epoch has. Default: the length of the dataset. */
  readonly numSamples?: number
}

interface Given {
  readonly replacement: boolean
  readonly numSamples: number | undefined
  readonly generator: Generator | undefined
}

/**
 * The indices of a dataset in random order. Without a generator, every epoch draws the seed of a new one from the default
 * generator.
 * @see PyTorch: [torch.utils.data.RandomSampler](https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.RandomSampler)
 */
export class RandomSampler implements Sampler {
  /** The name for messages and consoles, since bundlers may rename classes. */
  static readonly name: string = 'RandomSampler'

  readonly source: Sized
  readonly replacement: boolean
  readonly generator: Generator | null
  private readonly count: number | undefined

  /**
   * @throws TypeError if `source` has no length, or an option is unknown or of a wrong type
   * @throws RangeError if `source` is empty, or `numSamples` is less than 1
   */
  constructor(source: Sized, options?: RandomSamplerOptions | null) {
    const who = 'RandomSampler'
    checkSized(who, source)
    const defaults: Given = { replacement: false, numSamples: undefined, generator: undefined }
    const { replacement, numSamples, generator } = optionsOf(who, options, defaults, 'replacement')
    checkFlag(who, 'replacement', replacement)
    checkCount(who, 'the length of the dataset', source.length, 1)
    if (numSamples !== undefined) checkCount(who, 'numSamples', numSamples, 1)
    this.source = source
    this.replacement = replacement
    this.count = numSamples
    this.generator = generator === undefined ? null : checkGenerator(who, generator)
  }

  get length(): number {
    return this.count ?? this.source.length
  }

  get generators(): readonly Generator[] {
    return [this.generator ?? defaultGenerator()]
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const generator = this.generator ?? new Generator().manualSeed(drawSeed(defaultGenerator()))
    const n = this.source.length
    let left = this.length
    if (this.replacement) {
      for (; left > 0; left -= drawnAtOnce) yield* integersBelow(n, Math.min(left, drawnAtOnce), generator)
      return
    }
    // PyTorch draws a last permutation even if it takes nothing of it.
    for (; left >= n; left -= n) yield* permutation(n, generator)
    yield* permutation(n, generator).slice(0, left)
  }
}

/** As in PyTorch, where it shows if the generator is also used by others. */
const drawnAtOnce = 32
