import { property } from './property.ts'
import type { GpuJs } from './types.ts'

/** The module of gpu.js, once somebody has asked for it. */
let loading: Promise<GpuJs> | undefined

/** Loads the part of gpu.js that scripts/bundleGpuJs.mjs bundles, at the first call. */
export function loadGpuJs(): Promise<GpuJs> {
  loading ??= load().catch((error: unknown) => {
    // The next call tries again: it may have been the network.
    loading = undefined
    throw error
  })
  return loading
}

async function load(): Promise<GpuJs> {
  let module: unknown
  try {
    module = await import('./generated/gpuJs.js')
  } catch (error) {
    throw new Error(
      'createGpu: expected the file gpuJs.js of @unroll/gpu, which is loaded when it is needed, got an error ' +
        `(${String(error)}); serve it beside the file that imports it`,
      { cause: error },
    )
  }
  if (isGpuJs(module)) return module
  throw new Error(
    'createGpu: expected gpuJs.js of this version of @unroll/gpu, got another; install the package anew',
  )
}

function isGpuJs(module: unknown): module is GpuJs {
  return ['GPU', 'Input', 'HeadlessGLKernel', 'WebGPUContext', 'provideGl'].every(
    (name) => typeof property(module, name) === 'function',
  )
}
