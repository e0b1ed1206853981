import type { Backend, BackendName } from '../backend.ts'
import { GpuUnavailableError } from '../errors.ts'
import type { GpuJs } from '../gpujs/types.ts'
export const GlBackend = {
  start: async (_js: GpuJs, name: BackendName): Promise<Backend> => {
    throw new GpuUnavailableError(name + ' todo')
  },
}
