import {
  BatchSampler,
  ConcatDataset,
  DataLoader,
  type DataLoaderOptions,
  type DatasetLike,
  RandomSampler,
  randomSplit,
  type Sampler,
  SequentialSampler,
  Subset,
  SubsetRandomSampler,
  WeightedRandomSampler,
} from '@unroll/data'
import { defaultGenerator, Generator, manualSeed, randint } from '@unroll/tensor'

/** A seed: the generator of that seed, the same for all who name it. */
type GeneratorSpec = number | 'default'

interface SamplerSpec {
  readonly kind: string
  readonly indices?: readonly number[]
  readonly weights?: readonly number[]
  readonly numSamples?: number
  readonly replacement?: boolean
  readonly generator?: GeneratorSpec
}

/** A loader, as tooling/oracle/data_fixtures.py makes it. */
export interface LoaderCase {
  readonly seed: number
  readonly epochs: number
  readonly n: number
  readonly dataset?: string
  readonly indices?: readonly number[]
  readonly lengths?: readonly number[]
  readonly part?: number
  readonly splitGenerator?: GeneratorSpec
  readonly batchSize?: number
  readonly shuffle?: boolean
  readonly dropLast?: boolean
  readonly generator?: GeneratorSpec
  readonly sampler?: SamplerSpec
  readonly batchSampler?: SamplerSpec & { readonly batchSize: number; readonly dropLast: boolean }
  /** Draws from the default generator after every batch. */
  readonly draw?: boolean
  /** Breaks an epoch off after so many batches. */
  readonly stopAfter?: number
}

export interface LoaderResult {
  readonly length: number
  readonly epochs: readonly (readonly (readonly number[])[])[]
  readonly draws: readonly number[]
  /** Drawn from all generators at the end. */
  readonly after: readonly number[]
}

/** What {@link runLoader} needs of a case, made anew. */
export interface MadeLoader {
  readonly loader: DataLoader<number, number[]>
  /** A draw from each generator of the case. */
  drawFromAll(): number[]
}

/** A fixture's case, whose type is read off JSON. */
export function toLoaderCase(json: object): LoaderCase {
  if (!('seed' in json && 'epochs' in json && 'n' in json)) throw new Error('fixture: no loader')
  return json as LoaderCase
}

export function makeLoader(spec: LoaderCase): MadeLoader {
  const seeded = new Map<number, Generator>()
  const generatorOf = (seed: GeneratorSpec): Generator => {
    if (seed === 'default') return defaultGenerator()
    const found = seeded.get(seed) ?? new Generator().manualSeed(seed)
    seeded.set(seed, found)
    return found
  }
  const optional = (seed: GeneratorSpec | undefined): { generator?: Generator } =>
    seed === undefined ? {} : { generator: generatorOf(seed) }

  const datasetOf = (): DatasetLike<number> => {
    const items = Array.from({ length: spec.n }, (_, i) => 10 * i)
    if (spec.dataset === 'subset') return new Subset(items, spec.indices ?? [])
    if (spec.dataset === 'concat') return new ConcatDataset([items, items.slice(0, 3)])
    if (spec.dataset !== 'split') return items
    const part = randomSplit(items, spec.lengths ?? [], optional(spec.splitGenerator))[spec.part ?? 0]
    if (part === undefined) throw new Error('fixture: no such part')
    return part
  }

  const samplerOf = (dataset: DatasetLike<number>, sampler: SamplerSpec): Sampler => {
    const { kind, indices = [], weights = [], numSamples, replacement = false } = sampler
    const options = optional(sampler.generator)
    if (kind === 'sequential') return new SequentialSampler(dataset)
    if (kind === 'list') return indices
    if (kind === 'subset') return new SubsetRandomSampler(indices, options)
    if (kind === 'weighted')
      return new WeightedRandomSampler(weights, numSamples ?? 0, { replacement, ...options })
    return new RandomSampler(dataset, {
      replacement,
      ...(numSamples !== undefined && { numSamples }),
      ...options,
    })
  }

  const dataset = datasetOf()
  const { batchSize, shuffle, dropLast, generator, sampler, batchSampler } = spec
  const options: DataLoaderOptions<number, number[]> = {
    collate: (items) => items,
    ...(batchSize !== undefined && { batchSize }),
    ...(shuffle !== undefined && { shuffle }),
    ...(dropLast !== undefined && { dropLast }),
    ...(generator !== undefined && { generator: generatorOf(generator) }),
    ...(sampler && { sampler: samplerOf(dataset, sampler) }),
    ...(batchSampler && {
      batchSampler: new BatchSampler(samplerOf(dataset, batchSampler), batchSampler.batchSize, {
        dropLast: batchSampler.dropLast,
      }),
    }),
  }
  return {
    loader: new DataLoader(dataset, options),
    drawFromAll: () =>
      [defaultGenerator(), ...seeded.values()].map((each) =>
        randint(1_000_000, [1], { generator: each }).item(),
      ) as number[],
  }
}

/** What the loader of a case gives, from the case's seed on. */
export function runLoader(spec: LoaderCase): LoaderResult {
  manualSeed(spec.seed)
  const { loader, drawFromAll } = makeLoader(spec)
  const epochs: number[][][] = []
  const draws: number[] = []
  for (let epoch = 0; epoch < spec.epochs; epoch++) {
    const batches: number[][] = []
    for (const batch of loader) {
      batches.push(batch)
      if (spec.draw) draws.push(drawDefault())
      if (batches.length === spec.stopAfter) break
    }
    epochs.push(batches)
  }
  return { length: loader.length, epochs, draws, after: drawFromAll() }
}

/** What a user's own use of the default generator draws, such as dropout. */
export function drawDefault(): number {
  return Number(randint(1_000_000, []).item())
}
