import { describeValue } from '@unroll/kernels'
import type { Sampler } from './sampler.ts'

/** Anything that has a length: a dataset, an array. */
export interface Sized {
  readonly length: number
}

/**
 * All indices of a dataset, in order.
 * @see PyTorch: [torch.utils.data.SequentialSampler](https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.SequentialSampler)
 */
export class SequentialSampler implements Sampler {
  /** The name for messages and consoles, since bundlers may rename classes. */
  static readonly name: string = 'SequentialSampler'

  readonly source: Sized

  /** @throws TypeError if `source` has no length */
  constructor(source: Sized) {
    checkSized('SequentialSampler', source)
    this.source = source
  }

  get length(): number {
    return this.source.length
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const { length } = this
    for (let i = 0; i < length; i++) yield i
  }
}

/** @throws TypeError if `source` has no length */
export function checkSized(who: string, source: unknown): void {
  const { length } = (source ?? {}) as { readonly length?: unknown }
  if (typeof source === 'object' && typeof length === 'number') return
  throw new TypeError(
    `${who}: expected a dataset, or another object with a length, got ${describeValue(source)}`,
  )
}
