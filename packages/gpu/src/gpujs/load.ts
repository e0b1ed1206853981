import { property } from './property.ts'
import type { GpuJs } from './types.ts'

let loading: Promise<GpuJs> | undefined

/**
 * gpu.js, loaded when it is first asked for. Its build for browsers puts itself in the place of the global `GPU`, which in
 * browsers with WebGPU is the standard's interface: that is put back.
 */
export function loadGpuJs(): Promise<GpuJs> {
  loading ??= load()
  return loading
}

async function load(): Promise<GpuJs> {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'GPU')
  const module: unknown = await import('gpu.js')
  if (before) Object.defineProperty(globalThis, 'GPU', before)
  else Reflect.deleteProperty(globalThis, 'GPU')
  const found = [module, property(module, 'default')].find((candidate) => isGpuJs(candidate))
  if (isGpuJs(found)) return found
  throw new Error(
    'createGpu: expected gpu.js to export GPU, Input, GLKernel and WebGPUContext, got another module',
  )
}

function isGpuJs(module: unknown): module is GpuJs {
  return ['GPU', 'Input', 'GLKernel', 'WebGPUContext'].every(
    (name) => typeof property(module, name) === 'function',
  )
}
