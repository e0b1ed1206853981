import type { CheckpointLocation } from './errors.ts'
import type { PickleGlobal } from './pickle/values.ts'
import type { TensorSpec } from './tensor/tensorSpec.ts'
import type { Saved } from './torch/savedValue.ts'

/** The formats that are read. */
export type Format =
  | 'zip'
  | 'legacy'
  | 'tar'
  | 'torchscript'
  | 'safetensors'
  | 'safetensors-index'
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

/** What every format comes down to: specs of tensors, each of which knows how its bytes are read. */
export interface Reader {
  readonly format: Format
  readonly at: CheckpointLocation
  /** Classes and functions that its pickle names. */
  readonly globals: readonly PickleGlobal[]
  /** The saved object, with `tensor(spec)` in the place of tensors. */
  saved<T>(tensor: (spec: TensorSpec) => T): Saved<T>
  /** The state dict. */
  weights(): Map<string, TensorSpec>
  /** Refuses nothing that can be shown. */
  contents(): Contents
}
