// The public names of @unroll/gpu.

export type { AdapterInfo, BackendName } from './backend.ts'
export type { Counters } from './counters.ts'
export { createGpu, type GpuMode, type GpuOptions } from './createGpu.ts'
export { GpuLimitError, GpuLostError, GpuUnavailableError } from './errors.ts'
export type { GpuEngine } from './gpuEngine.ts'
