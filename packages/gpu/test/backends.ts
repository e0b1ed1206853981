import { isFull } from '@unroll/testing/full'
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
 * How many of `count` random shapes to try: all on a GPU. Every shape has kernels of its own; where software plays the
 * adapter, compiling them takes half a second on WebGPU and several on WebGL: fewer there, and fewer still where not everything is
 * tried.
 */
export function shapesOn({ backend, adapter }: GpuEngine, count: number): number {
  if (adapter.software === false) return count
  const share = backend === 'webgpu' ? 2 : 4
  return Math.ceil(count / (isFull ? share : 3 * share))
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
