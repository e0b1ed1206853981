// Reading

export type { RecurrentKind } from '@unroll/kernels/spec'
export { type DescribedTensor, describe, type RecurrentModule } from './describe.ts'
// Errors and limits
export {
  CheckpointError,
  type CheckpointLocation,
  CorruptCheckpointError,
  SourceChangedError,
  UnreadableSourceError,
  UnsafePickleError,
  UnsupportedFormatError,
} from './errors.ts'
export { fromKeras, type KerasOptions, type KerasWeights } from './gateOrders/fromKeras.ts'
export { fromOnnx, type OnnxOptions, type OnnxWeights } from './gateOrders/fromOnnx.ts'
export type { LayerPlace } from './gateOrders/gateOrders.ts'
export { type InspectedGlobal, type Inspection, inspect, type Verdict } from './inspect.ts'
export type { LeftOut } from './leftOut.ts'
export { type Limits, limits } from './limits.ts'
export { load, loadWeights, type WeightsOptions } from './load.ts'
export { Checkpoint, type OpenOptions, open } from './open.ts'
export type { Format } from './reader.ts'
// Sources
export type { CheckpointSource } from './source/openSource.ts'
export type { ReadOptions, ReadProgress } from './source/readContext.ts'
export type { ResolveShard } from './source/shardSource.ts'
export type { ByteSlice, ByteSource } from './source/source.ts'
// What comes out
export type { FileDType } from './tensor/fileDtype.ts'
export { type RawTensor, toFloats, type WideDType } from './tensor/rawTensor.ts'
export type { RawData } from './tensor/typedMemory.ts'
export type { StorageInfo, TensorInfo } from './tensorInfo.ts'
export { InertRecord, type SavedValue } from './torch/inertRecord.ts'
export type { Complex, Saved } from './torch/savedValue.ts'
export type { LoadOptions } from './withReader.ts'
// Stop and go on

export { loadCheckpoint } from './training/loadCheckpoint.ts'
export { type Run, saveCheckpoint } from './training/saveCheckpoint.ts'
export type { RunPart, Stateful } from './training/stateful.ts'
// Writing
export { type Savable, savePt } from './write/savePt.ts'
export { type SafetensorsOptions, saveSafetensors } from './write/saveSafetensors.ts'
