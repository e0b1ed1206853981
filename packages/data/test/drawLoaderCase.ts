import { Generator } from '@unroll/tensor'
import type { LoaderCase } from './loaderCase.ts'

/** A loader drawn at random: always the same from the same seed. */
export function drawLoaderCase(seed: number): LoaderCase {
  const random = new Generator().manualSeed(seed)
  const below = (n: number): number => random.random() % n
  const flag = (): boolean => below(2) === 0
  const oneOf = <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value
  const generator = (): { generator?: number | 'default' } => {
    const chosen = oneOf(['none', 'none', 'default', 1, 2] as const)
    return chosen === 'none' ? {} : { generator: chosen }
  }

  const n = 4 + below(40)
  const dataset = ((): Partial<LoaderCase> & { readonly size: number } => {
    switch (oneOf(['list', 'list', 'subset', 'concat', 'split', 'fractions'])) {
      case 'subset': {
        const indices = Array.from({ length: 2 + below(20) }, () => below(n))
        return { dataset: 'subset', indices, size: indices.length }
      }
      case 'concat':
        return { dataset: 'concat', size: n + 3 }
      case 'split': {
        const first = 1 + below(n - 2)
        const lengths = [first, n - first]
        const part = below(2)
        return { dataset: 'split', lengths, part, size: lengths[part] ?? 0, ...splitGenerator() }
      }
      case 'fractions': {
        // The remainder is 0 to 2 items. Whichever part gets one, each has at least one.
        const lengths = oneOf([
          [0.5, 0.5],
          [0.3, 0.3, 0.4],
          [0.25, 0.25, 0.25, 0.25],
        ])
        return { dataset: 'split', lengths, part: below(lengths.length), size: 1, ...splitGenerator() }
      }
      default:
        return { size: n }
    }
  })()

  function splitGenerator(): { splitGenerator?: number | 'default' } {
    const { generator: chosen } = generator()
    return chosen === undefined ? {} : { splitGenerator: chosen }
  }

  const sampler = (): NonNullable<LoaderCase['sampler']> => {
    const { size } = dataset
    const indices = Array.from({ length: 1 + below(15) }, () => below(size))
    switch (oneOf(['sequential', 'list', 'subset', 'weighted', 'random', 'random'])) {
      case 'sequential':
        return { kind: 'sequential' }
      case 'list':
        return { kind: 'list', indices }
      case 'subset':
        return { kind: 'subset', indices, ...generator() }
      case 'weighted': {
        const weights = Array.from({ length: size }, () => (below(1000) + 1) / 7)
        const replacement = flag()
        const numSamples = 1 + below(replacement ? 60 : size)
        return { kind: 'weighted', weights, numSamples, replacement, ...generator() }
      }
      default: {
        const numSamples = flag() ? { numSamples: 1 + below(80) } : {}
        return { kind: 'random', replacement: flag(), ...numSamples, ...generator() }
      }
    }
  }

  const order = ((): Partial<LoaderCase> => {
    const [batchSize, dropLast] = [1 + below(6), flag()]
    switch (oneOf(['shuffle', 'shuffle', 'in order', 'sampler', 'batchSampler'])) {
      case 'shuffle':
        return { batchSize, dropLast, shuffle: true }
      case 'sampler':
        return { batchSize, dropLast, sampler: sampler() }
      case 'batchSampler':
        return { batchSampler: { ...sampler(), batchSize, dropLast } }
      default:
        return { batchSize, dropLast }
    }
  })()

  const { size: _, ...kind } = dataset
  const stop = below(4) === 0 ? { stopAfter: 1 + below(3) } : {}
  return { seed: below(1_000_000), epochs: 3, n, ...kind, ...order, ...generator(), draw: flag(), ...stop }
}
