import {
  type CollateError,
  ConcatDataset,
  DataLoader,
  type Dataset,
  defaultCollate,
  paced,
  packCollate,
  padCollate,
  randomSplit,
  type Subset,
  TensorDataset,
} from '@unroll/data'
import { type PackedSequence, padSequence } from '@unroll/sequence'
import type { Tensor } from '@unroll/tensor'
import { expectTypeOf } from 'vitest'

declare const x: Tensor
declare const pairs: readonly (readonly [sequence: Tensor, label: number])[]
declare const tagged: readonly (readonly [sequence: Tensor, tags: Tensor])[]
declare const remote: {
  readonly length: number
  get(index: number): Promise<{ x: Float32Array; word: string }>
}

// A batch has the structure of an item.
expectTypeOf(defaultCollate([1, 2])).toEqualTypeOf<Tensor>()
expectTypeOf(defaultCollate([{ x, word: 'a' }])).toEqualTypeOf<{ x: Tensor; word: string[] }>()
expectTypeOf(defaultCollate(pairs)).toEqualTypeOf<[sequence: Tensor, label: Tensor]>()
for (const batch of new DataLoader(pairs, { batchSize: 2 }))
  expectTypeOf(batch).toEqualTypeOf<[sequence: Tensor, label: Tensor]>()
for (const batch of new DataLoader(new TensorDataset(x, x)))
  expectTypeOf(batch).toEqualTypeOf<[Tensor, Tensor]>()

// A dataset may be asynchronous.
for await (const batch of paced(new DataLoader(remote)))
  expectTypeOf(batch).toEqualTypeOf<{ x: Tensor; word: string[] }>()

// Collate functions give the type of a batch.
for (const [packed, labels] of new DataLoader(pairs, { collate: packCollate() })) {
  expectTypeOf(packed).toEqualTypeOf<PackedSequence>()
  expectTypeOf(labels).toEqualTypeOf<Tensor>()
}
for (const [padded, lengths, tags] of new DataLoader(tagged, {
  collate: padCollate({ targets: (targets: Tensor[]) => padSequence(targets) }),
})) {
  expectTypeOf([padded, lengths, tags]).toEqualTypeOf<Tensor[]>()
}
for (const batch of new DataLoader([x, x], { collate: padCollate() }))
  expectTypeOf(batch).toEqualTypeOf<[padded: Tensor, lengths: Tensor]>()
for (const batch of new DataLoader([x, x], { collate: packCollate() }))
  expectTypeOf(batch).toEqualTypeOf<PackedSequence>()
for (const count of new DataLoader(['a', 'b'], { collate: (words) => words.length }))
  expectTypeOf(count).toEqualTypeOf<number>()

// @ts-expect-error a label is no sequence
new DataLoader([1, 2], { collate: padCollate() })

// Parts of a dataset have its items.
expectTypeOf(randomSplit(pairs, [0.5, 0.5])).toEqualTypeOf<
  Subset<readonly [sequence: Tensor, label: number]>[]
>()
expectTypeOf(new ConcatDataset([['a'], ['b']])).toExtend<Dataset<string>>()
expectTypeOf<CollateError['position']>().toEqualTypeOf<number>()
