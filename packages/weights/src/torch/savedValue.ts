import type { Tensor } from '@unroll/tensor'
import type { InertRecord } from './inertRecord.ts'

/** A Python complex number. */
export interface Complex {
  readonly re: number
  readonly im: number
}

/**
 * What a checkpoint's Python object becomes: dict, OrderedDict and Counter a Map; list, tuple and torch.Size an
 * array; set and frozenset a Set; bytes and bytearray a Uint8Array; int a number, or a bigint beyond 2^53; dtype,
 * device and layout their name; a storage a 1-D tensor. What is none of these, an {@link InertRecord}.
 *
 * One Python object is one JavaScript object, wherever it is referred to.
 */
export type SavedValue = Saved<Tensor | InertRecord>

/** A saved object with `T` in the place of tensors. */
export type Saved<T> =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Complex
  | T
  | Saved<T>[]
  | Map<Saved<T>, Saved<T>>
  | Set<Saved<T>>
