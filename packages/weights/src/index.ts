export {
  CheckpointError,
  type CheckpointLocation,
  CorruptCheckpointError,
  UnreadableSourceError,
  UnsafePickleError,
  UnsupportedFormatError,
} from './errors.ts'
export { limits } from './limits.ts'
export { load, loadWeights } from './load.ts'
export type { CheckpointSource } from './source/openSource.ts'
export type { ByteSlice, ByteSource } from './source/source.ts'
export type { Complex, Saved, SavedValue } from './torch/savedValue.ts'
