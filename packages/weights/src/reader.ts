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

/** Everything a file tells without its tensors being read. */
export interface Contents {
  /** Every tensor in the file by its path, also those outside state dicts. */
  readonly tensors: ReadonlyMap<string, TensorSpec>
  /** Other values, by path, as short text. */
  readonly values: ReadonlyMap<string, string>
  /** The format's own notes: versions, byte order, safetensors' metadata. */
  readonly metadata: ReadonlyMap<string, string>
  /** Classes and functions that its pickle names. */
  readonly globals: readonly PickleGlobal[]
}

/** A state dict as the file has it, and the entries that nothing here can hold. */
export interface Weights {
  readonly tensors: ReadonlyMap<string, TensorSpec>
  readonly leftOut: readonly LeftOut[]
}

/** Makes what stands for tensors in a saved object, and for objects that cannot be made. */
export interface Making<T> {
  tensor(spec: TensorSpec): T
  inert(record: PickleRecord, refusal: Refusal): T
  /** Adds the parts to what {@link inert} made, once other objects can refer to it. */
  settle?(made: T, record: PickleRecord, saved: (value: PickleValue) => Saved<T>): void
}

/** The common interface of all formats: specs of tensors, each of which knows how to read its bytes. */
export interface Reader {
  readonly format: Format
  readonly at: CheckpointLocation
  /** Classes and functions that its pickle names. */
  readonly globals: readonly PickleGlobal[]
  /** The saved object. */
  saved<T>(making: Making<T>): Saved<T>
  /**
   * The state dict. If a file holds several, it is the one with keys below `prefix`. Names still include the prefix.
   * @throws UnsupportedFormatError if there is none, or several and no prefix
   */
  weights(prefix?: string): Weights
  /** Describes everything that can be shown, also in files that would be refused. */
  contents(): Contents
}
