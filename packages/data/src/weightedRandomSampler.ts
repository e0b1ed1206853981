import { optionsOf } from '@unroll/kernels'
import { elementsOf, type Generator, multinomial, type RandomOptions, tensor } from '@unroll/tensor'
import { checkGenerator } from '@unroll/tensor/layers'
import { checkCount, checkFlag, checkNumbers } from './checks.ts'
import type { Sampler } from './sampler.ts'

export interface WeightedRandomSamplerOptions extends RandomOptions {
  /** Whether an index can come more than once. Default true. */
  readonly replacement?: boolean
}

interface Given {
  readonly replacement: boolean
  readonly generator: Generator | undefined
}

/**
 * Indices drawn in proportion to weights: the rarer a class, the larger the weight of its items, and batches have as many
 * of each.
 *
 * ```ts
 * const labels = ['common', 'common', 'common', 'rare']
 * const sampler = new WeightedRandomSampler(labels.map((label) => (label === 'rare' ? 3 : 1)), labels.length)
 * ```
 *
 * @see PyTorch: [torch.utils.data.WeightedRandomSampler](https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.WeightedRandomSampler)
 */
export class WeightedRandomSampler implements Sampler {
  /** The name for messages and consoles, since bundlers may rename classes. */
  static readonly name: string = 'WeightedRandomSampler'

  readonly weights: readonly number[]
  readonly numSamples: number
  readonly replacement: boolean
  readonly generator: Generator

  /**
   * @param weights one for each item; they need not add up to 1
   * @param numSamples how many indices an epoch has
   * @throws TypeError if `weights` are not an array of numbers, or an option is unknown or of a wrong type
   * @throws RangeError if a weight is negative or not finite, all are 0, or there are too few to draw without replacement
   */
  constructor(weights: readonly number[], numSamples: number, options?: WeightedRandomSamplerOptions | null) {
    const who = 'WeightedRandomSampler'
    const isWeight = (weight: number): boolean => weight >= 0 && weight < Infinity
    checkNumbers(who, 'weights', weights, 'finite and 0 or more', isWeight)
    checkCount(who, 'numSamples', numSamples, 1)
    const { replacement, generator } = optionsOf<Given>(
      who,
      options,
      { replacement: true, generator: undefined },
      'replacement',
    )
    checkFlag(who, 'replacement', replacement)
    if (!weights.some((weight) => weight > 0))
      throw new RangeError(`${who}: expected a weight above 0, got none`)
    if (!replacement && numSamples > weights.length) {
      throw new RangeError(
        `${who}: expected numSamples of at most ${weights.length}, the number of weights, got ${numSamples}; ` +
          'or pass { replacement: true }',
      )
    }
    this.weights = weights
    this.numSamples = numSamples
    this.replacement = replacement
    this.generator = checkGenerator(who, generator)
  }

  get length(): number {
    return this.numSamples
  }

  get generators(): readonly Generator[] {
    return [this.generator]
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const { numSamples, replacement, generator } = this
    const weights = tensor(this.weights, { dtype: 'float64' })
    for (const i of elementsOf(multinomial(weights, numSamples, { replacement, generator }))) yield Number(i)
  }
}
