import { GpuUnavailableError } from '../errors.ts'
import { property } from './property.ts'
import type { CreateGlContext, GpuJs } from './types.ts'

/**
 * Gives gpu.js the WebGL of the package gl, in Node.
 * @throws GpuUnavailableError if the package is not installed beside this one, or does not load
 */
export async function provideGl(js: GpuJs): Promise<void> {
  const create = property(await importPeer('gl'), 'default')
  if (!isGlModule(create)) {
    throw new GpuUnavailableError(
      'headlessgl: it needs Node and the package gl, got none; npm install gl beside @unroll/gpu, with its build script allowed',
    )
  }
  js.provideGl(create)
}

/**
 * Gives gpu.js the WebGPU of the package webgpu, in Node. That is Dawn, which Chromium uses too. Does nothing if the
 * package is not installed beside this one.
 * @throws GpuUnavailableError if it does not load
 */
export async function provideWebGpu(js: GpuJs): Promise<void> {
  const create = property(await importPeer('webgpu'), 'create')
  if (typeof create === 'function') js.provideWebGpu(Reflect.apply(create, undefined, [[]]))
}

function isGlModule(value: unknown): value is CreateGlContext {
  return typeof value === 'function'
}

/** Imports an optional package; null if it is not installed, and in browsers. */
async function importPeer(name: 'gl' | 'webgpu'): Promise<unknown> {
  if (typeof property(property(property(globalThis, 'process'), 'versions'), 'node') !== 'string') return null
  try {
    // The comments tell bundlers not to look for it: only Node imports it.
    return await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ name)
  } catch (error) {
    const message = String(property(error, 'message'))
    if (isNotInstalled(message, name)) return null
    throw new GpuUnavailableError(
      `${name === 'gl' ? 'headlessgl' : name}: expected the package ${name} to load, got an error (${message}); its README ` +
        'says what it needs',
      { cause: error },
    )
  }
}

/** Node reports that it cannot find a package, Jest a module, and Vite that it could not resolve an optional peer. */
function isNotInstalled(message: string, name: string): boolean {
  return new RegExp(`(cannot find (package|module)|could not resolve) ['"]${name}['"]`, 'i').test(message)
}
