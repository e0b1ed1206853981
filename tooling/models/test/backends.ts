import { type BackendName, createGpu, type GpuEngine, GpuUnavailableError } from '@unroll/gpu'
import { describe } from 'vitest'

const modes = ['webgpu', 'webgl2', 'headlessgl'] as const
const engines = new Map<BackendName, GpuEngine>()
for (const mode of modes) {
  try {
    engines.set(mode, await createGpu({ mode }))
  } catch (error) {
    if (!(error instanceof GpuUnavailableError)) throw error
  }
}

/** One suite per backend; those this runtime has no adapter for show as skipped. */
export function describeBackends(suite: (backend: BackendName, gpu: GpuEngine) => void): void {
  for (const mode of modes) {
    const engine = engines.get(mode)
    if (engine) describe(mode, () => suite(mode, engine))
    else describe.skip(`${mode}: no adapter in this runtime`, () => suite(mode, Object.create(null)))
  }
}
