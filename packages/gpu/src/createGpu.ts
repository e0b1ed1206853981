import { describeValue, optionsOf } from '@unroll/kernels'
import type { BackendName } from './backend.ts'
import { GpuUnavailableError } from './errors.ts'
import { GpuEngine } from './gpuEngine.ts'
import { SharedBackend } from './sharedBackend.ts'

/** Which backend to use; `auto` takes the best that works. */
export type GpuMode = 'auto' | BackendName

export interface GpuOptions {
  /** Default `auto`. */
  readonly mode?: GpuMode
}

const order: readonly BackendName[] = ['webgpu', 'webgl2', 'headlessgl']

/**
 * Starts an engine on the GPU. `auto` takes the first of webgpu, webgl2 and headlessgl that runs on a GPU. If none does, it
 * takes the first that works, and `fallbackReason` says why. The engine's `backend` always tells where it computes.
 *
 * ```ts
 * const gpu = await createGpu({ mode: 'auto' })
 * lstm.to(gpu)
 * const [output] = await lstm.forwardAsync(x)
 * gpu.dispose()
 * ```
 * @throws GpuUnavailableError if there is no adapter; its message says what to do
 * @throws RangeError on an unknown mode, TypeError on options that are not an object
 */
export async function createGpu(options?: GpuOptions | null): Promise<GpuEngine> {
  const { mode } = optionsOf<Required<GpuOptions>>('createGpu', options, { mode: 'auto' }, 'mode')
  if (mode !== 'auto') {
    if (order.includes(mode)) return new GpuEngine(await SharedBackend.join(mode), null)
    throw new RangeError(
      `createGpu: expected mode to be auto, ${order.join(', ')}, got ${describeValue(mode)}; leave it out for auto`,
    )
  }
  const reasons: string[] = []
  const software: SharedBackend[] = []
  for (const name of order) {
    try {
      const shared = await SharedBackend.join(name)
      if (shared.backend.adapter.software !== true) {
        for (const other of software) other.leave()
        return new GpuEngine(shared, reasons.length > 0 ? reasons.join('; ') : null)
      }
      software.push(shared)
      reasons.push(`${name}: ${shared.backend.adapter.description} computes on the processor`)
    } catch (error) {
      if (!(error instanceof GpuUnavailableError)) throw error
      reasons.push(error.message)
    }
  }
  const [first, ...others] = software
  for (const other of others) other.leave()
  if (first) return new GpuEngine(first, reasons.join('; '))
  throw new GpuUnavailableError(
    `createGpu: there is no adapter here: ${reasons.join('; ')}. Without one, the wasm engine is the fastest: module.to(wasm)`,
  )
}
