import { createGpu, type GpuEngine, GpuUnavailableError } from '@unroll/gpu'
import type { RecurrentOutput } from '@unroll/kernels'
import { timer } from '../measure/rounds.ts'
import type { Contender } from './contender.ts'
import type { Makers } from './makeContenders.ts'

/** The engines of \@unroll/gpu. They take part only when named, and where their backend runs. */
export const gpuEngines: Makers = {
  webgpu: () => gpuContender('webgpu'),
  webgl2: () => gpuContender('webgl2'),
}

/** Its variant names the adapter; null where there is none. */
export async function gpuContender(mode: 'webgpu' | 'webgl2'): Promise<Contender | null> {
  let gpu: GpuEngine
  try {
    gpu = await createGpu({ mode })
  } catch (error) {
    if (error instanceof GpuUnavailableError) return null
    throw error
  }
  const { description, software } = gpu.adapter
  return {
    name: mode,
    variant: `${description}${software ? ', software' : ''}`,
    declines: ({ streaming }) => (streaming ? 'a stream waits for every timestep' : null),
    prepare: async ({ spec, weights, input, batchSizes }) => {
      const packed = gpu.pack(spec, weights)
      const run = (): Promise<RecurrentOutput> =>
        gpu.recurrent(packed, { input, batchSizes, h0: null, c0: null })
      return {
        output: run,
        time: timer(run, { async: true }),
        dispose: async () => packed.dispose(),
      }
    },
    close: async () => gpu.dispose(),
  }
}
