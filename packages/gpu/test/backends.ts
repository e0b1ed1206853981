import { isFull } from '@unroll/testing/full'
import { describe } from 'vitest'
import { type BackendName, createGpu, type GpuEngine, GpuUnavailableError } from '../src/index.ts'

// One after the other: on a busy machine, contexts that start at once run out of time.
const engines: { readonly mode: BackendName; readonly engine: GpuEngine | null }[] = []
for (const mode of ['webgpu', 'webgl2', 'headlessgl'] as const) {
  engines.push({ mode, engine: await startOrNull(mode) })
}

/** Milliseconds for a test where software plays the GPU: compiling its kernels takes minutes while other processes compute. */
const softwareTimeout = 240_000

/** One suite per backend; those this runtime has no adapter for show as skipped. */
export function describeBackends(suite: (mode: BackendName, engine: GpuEngine) => void): void {
  for (const { mode, engine } of engines) {
    if (engine) {
      const timeout = engine.adapter.software === false ? undefined : softwareTimeout
      describe(mode, { ...(timeout && { timeout }) }, () => suite(mode, engine))
    } else describe.skip(`${mode}: no adapter in this runtime`, () => suite(mode, unavailable()))
  }
}

/**
 * How many of `count` random shapes to try: all on a GPU. Every shape has its own kernels. Software compiles them in half a
 * second on WebGPU and in several seconds on WebGL, so it tries fewer, and fewer still unless everything is to be tried.
 */
export function shapesOn({ backend, adapter }: GpuEngine, count: number): number {
  if (adapter.software === false) return count
  const share = backend === 'webgpu' ? 2 : 4
  return Math.ceil(count / (isFull ? 2 * share : 6 * share))
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
