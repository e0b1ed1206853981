import { describeValue } from '../arguments.ts'
import { digest, section } from './generated/builds.ts'
import { giveModule, type WasmVariant } from './support.ts'

/**
 * Lets the wasm engine run a module that was compiled elsewhere, as edge runtimes need it: they compile what is imported
 * and forbid the rest. Engines that compute already keep what they run.
 * @param module a `WebAssembly.Module` of `@unroll/kernels/simd.wasm` or `@unroll/kernels/relaxed-simd.wasm`; null goes back to
 *   the embedded builds
 * @throws TypeError where it is no such module
 * @throws Error where it is of another version of this package
 *
 * @example
 * import module from '@unroll/kernels/simd.wasm'   // Cloudflare Workers: gives a WebAssembly.Module
 * useWasmModule(module)
 */
export function useWasmModule(module: object | null): void {
  giveModule(module === null ? null : { variant: variantOf(module), module })
}

function variantOf(module: object): WasmVariant {
  const [variant, version] = nameOf(module).split(' ')
  if (variant !== 'simd' && variant !== 'relaxed-simd') {
    throw new TypeError(
      `useWasmModule: expected a WebAssembly.Module of @unroll/kernels/simd.wasm, got ${describeValue(module)}; ${remedy}`,
    )
  }
  if (version !== digest) {
    throw new Error(
      'useWasmModule: this module is of another version of @unroll/kernels; use the .wasm file beside the code that runs',
    )
  }
  return variant
}

const remedy = 'compile the file first, as in await WebAssembly.compileStreaming(fetch(url))'

/** What the module's section says; empty where there is none, or no module. */
function nameOf(module: object): string {
  try {
    const [bytes] = WebAssembly.Module.customSections(module, section)
    return bytes ? String.fromCharCode(...new Uint8Array(bytes)) : ''
  } catch {
    return ''
  }
}
