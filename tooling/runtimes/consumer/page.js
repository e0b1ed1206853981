// Bundled for browsers. The test that opened the page waits for the result.
import { createGpu, GpuUnavailableError } from '@unroll/gpu'
import { compute } from './program.js'

globalThis.result = compute().then(async (result) => ({ ...result, gpu: await gpuBackend() }))

/** Loads the part of the bundle that only GPUs need. */
async function gpuBackend() {
  try {
    const gpu = await createGpu({ mode: 'webgl2' })
    const { backend } = gpu
    gpu.dispose()
    return backend
  } catch (error) {
    return error instanceof GpuUnavailableError ? 'unavailable' : String(error)
  }
}
