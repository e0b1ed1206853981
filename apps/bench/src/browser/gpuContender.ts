import { startBrowserEngine } from '@unroll/browser'
import type { Contender } from '../contender.ts'

/**
 * The engine of \@unroll/gpu in a headless Chromium, which times itself, so that no message to it is timed. Its variant names
 * the adapter. Null where there is no Chromium or no adapter.
 */
export function gpuContender(mode: 'webgpu' | 'webgl2'): () => Promise<Contender | null> {
  return async () => {
    const gpu = await startBrowserEngine(mode)
    if (gpu === null) return null
    return {
      name: mode,
      variant: gpu.variant,
      declines: ({ streaming }) => (streaming ? 'a stream waits for every timestep' : null),
      prepare: async ({ spec, weights, input, batchSizes }) => {
        const packed = gpu.pack(spec, weights)
        const call = { input, batchSizes, h0: null, c0: null }
        return {
          output: () => gpu.recurrent(packed, call),
          time: (ms) => gpu.time(packed, call, ms),
          dispose: async () => packed.dispose(),
        }
      },
      close: () => gpu.close(),
    }
  }
}
