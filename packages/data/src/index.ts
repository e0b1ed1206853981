// Datasets

export { ConcatDataset } from './concatDataset.ts'
export type { Dataset, DatasetLike } from './dataset.ts'
export { randomSplit } from './randomSplit.ts'
export { Subset } from './subset.ts'
export { TensorDataset } from './tensorDataset.ts'

// Loading

export { DataLoader } from './dataLoader.ts'
export type { DataLoaderOptions } from './loaderOptions.ts'
export type { LoaderState } from './loaderState.ts'
export { type PacedOptions, paced } from './paced.ts'

// The order

export { BatchSampler, type BatchSamplerOptions } from './batchSampler.ts'
export { LengthBatchSampler, type LengthBatchSamplerOptions } from './lengthBatchSampler.ts'
export { RandomSampler, type RandomSamplerOptions } from './randomSampler.ts'
export type { Sampler } from './sampler.ts'
export { SequentialSampler, type Sized } from './sequentialSampler.ts'
export { SubsetRandomSampler } from './subsetRandomSampler.ts'
export { WeightedRandomSampler, type WeightedRandomSamplerOptions } from './weightedRandomSampler.ts'

// Batches

export { CollateError } from './collateError.ts'
export { type Collated, defaultCollate } from './defaultCollate.ts'
export { type PackCollateOptions, type PackedBatch, packCollate } from './packCollate.ts'
export { type PadCollateOptions, type PaddedBatch, padCollate } from './padCollate.ts'
export type { SequenceItem, TargetOptions } from './sequenceItems.ts'
