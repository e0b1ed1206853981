import { describe } from 'vitest'
import { type BackendName, createGpu, type GpuEngine, GpuUnavailableError } from '../src/index.ts'

const engines = await Promise.all(
  (['webgpu', 'webgl2', 'headlessgl'] as const).map(async (mode) => ({
    mode,
    engine: await startOrNull(mode),
  })),
)

/** One suite per backend; those this runtime has no adapter for show as skipped. */
export function describeBackends(suite: (mode: BackendName, engine: GpuEngine) => void): void {
  for (const { mode, engine } of engines) {
    if (engine) describe(mode, () => suite(mode, engine))
    else describe.skip(`${mode}: no adapter in this runtime`, () => suite(mode, unavailable()))
  }
}

/**
 * How many of `count` random shapes to try: all on a GPU. On WebGL every shape compiles kernels of its own, which takes
 * a tenth of a second each where software plays the adapter: a quarter of them there.
 */
export function shapesOn({ backend, adapter }: GpuEngine, count: number): number {
  return backend !== 'webgpu' && adapter.software !== false ? Math.ceil(count / 4) : count
}

async function startOrNull(mode: BackendName): Promise<GpuEngine | null> {
  try {
    return await createGpu({ mode })
  } catch (error) {
    if (error instanceof GpuUnavailableError) return null
    throw error
  }
}

/** Never touched: its suite is skipped. */
function unavailable(): GpuEngine {
  return Object.create(null)
}
