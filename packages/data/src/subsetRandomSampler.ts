import { optionsOf } from '@unroll/kernels'
import type { Generator, RandomOptions } from '@unroll/tensor'
import { checkGenerator } from '@unroll/tensor/layers'
import { checkNumbers } from './checks.ts'
import { permutation } from './drawIndices.ts'
import type { Sampler } from './sampler.ts'

/**
 * The given indices in random order.
 * @see PyTorch: [torch.utils.data.SubsetRandomSampler](https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.SubsetRandomSampler)
 */
export class SubsetRandomSampler implements Sampler {
  /** The name for messages and consoles, since bundlers may rename classes. */
  static readonly name: string = 'SubsetRandomSampler'

  readonly indices: readonly number[]
  readonly generator: Generator

  /** @throws TypeError if `indices` are not an array of whole numbers, or an option is unknown or of a wrong type */
  constructor(indices: readonly number[], options?: RandomOptions | null) {
    const who = 'SubsetRandomSampler'
    checkNumbers(who, 'indices', indices, 'whole numbers', Number.isInteger)
    const { generator } = optionsOf<{ generator: Generator | undefined }>(
      who,
      options,
      { generator: undefined },
      'generator',
    )
    this.indices = indices
    this.generator = checkGenerator(who, generator)
  }

  get length(): number {
    return this.indices.length
  }

  get generators(): readonly Generator[] {
    return [this.generator]
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (const i of permutation(this.length, this.generator)) yield this.indices[i] ?? 0
  }
}
