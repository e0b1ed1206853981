import type { Generator } from '@unroll/tensor'

/**
 * The order in which a loader reads: indices, or whole batches of them. Every epoch iterates over it anew, so arrays are
 * samplers too.
 */
export interface Sampler<Index = number> extends Iterable<Index> {
  /** How many indices or batches an epoch has. Without it, the loader has no length either. */
  readonly length?: number
  /** The generators that it draws from. A loader saves their states, and so finds its place in an epoch again. */
  readonly generators?: readonly Generator[]
}

/** @throws TypeError if the sampler does not know its length */
export function lengthOf(who: string, sampler: Sampler<unknown>): number {
  if (typeof sampler.length === 'number') return sampler.length
  throw new TypeError(`${who}: the sampler has no length; count the batches of an epoch`)
}
