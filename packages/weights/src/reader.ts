import type { CheckpointLocation } from './errors.ts'
import type { LeftOut, Refusal } from './leftOut.ts'
import type { PickleGlobal, PickleRecord, PickleValue } from './pickle/values.ts'
import type { TensorSpec } from './tensor/tensorSpec.ts'
import type { Saved } from './torch/savedValue.ts'

/** The formats that are read. */
export type Format =
  | 'zip'
  | 'legacy'
  | 'tar'
  | 'pickle'
  | 'torchscript'
  | 'torch-export'
  | 'safetensors'
  | 'safetensors-index'
  | 'torch-index'
  | 'npy'
  | 'npz'

/** Everything a file tells of itself without its tensors being read. */
export interface Contents {
  /** Every tensor in it, by its path, also those that no state dict would hold. */
  readonly tensors: ReadonlyMap<string, TensorSpec>
  /** Other values, by path, as short text. */
  readonly values: ReadonlyMap<string, string>
  /** What the format itself notes: versions, byte order, safetensors' own metadata. */
  readonly metadata: ReadonlyMap<string, string>
  /** Classes and functions that its pickle names. */
  readonly globals: readonly PickleGlobal[]
}

/** A state dict as the file has it, and what of it nothing here can hold. */
export interface Weights {
  readonly tensors: ReadonlyMap<string, TensorSpec>
  readonly leftOut: readonly LeftOut[]
}

/** What stands for tensors, and for what cannot be made, in a saved object. */
export interface Making<T> {
  tensor(spec: TensorSpec): T
  inert(record: PickleRecord, refusal: Refusal): T
  /** Gives what {@link inert} made its parts, once others can find it. */
  settle?(made: T, record: PickleRecord, saved: (value: PickleValue) => Saved<T>): void
}

/** What every format comes down to: specs of tensors, each of which knows how its bytes are read. */
export interface Reader {
  readonly format: Format
  readonly at: CheckpointLocation
  /** Classes and functions that its pickle names. */
  readonly globals: readonly PickleGlobal[]
  /** The saved object. */
  saved<T>(making: Making<T>): Saved<T>
  /**
   * The state dict. Where a file holds several, the one that has keys below `prefix`; names are whole all the same.
   * @throws UnsupportedFormatError if there is none, or several and no prefix
   */
  weights(prefix?: string): Weights
  /** Refuses nothing that can be shown. */
  contents(): Contents
}
