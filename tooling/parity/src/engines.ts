import { type BrowserEngine, type BrowserName, startBrowserEngine } from '@unroll/browser'
import {
  createWasmEngine,
  type Engine,
  type HostEngine,
  reference,
  type WasmVariant,
  wasmVariant,
} from '@unroll/kernels'

export interface NamedEngine {
  readonly name: string
  /** Null where this runtime cannot run it. */
  readonly engine: Engine | null
}

/** Every engine of this machine's processor. */
export function namedEngines(): (NamedEngine & { readonly engine: HostEngine | null })[] {
  const best = wasmVariant()
  const wasm = (variant: WasmVariant, narrow: boolean): HostEngine | null =>
    best === variant || best === 'relaxed-simd' ? createWasmEngine(variant, { narrow }) : null
  return [
    { name: 'reference', engine: reference },
    { name: 'wasm simd', engine: wasm('simd', false) },
    { name: 'wasm simd narrow', engine: wasm('simd', true) },
    { name: 'wasm relaxed-simd', engine: wasm('relaxed-simd', false) },
    { name: 'wasm relaxed-simd narrow', engine: wasm('relaxed-simd', true) },
  ]
}

/** The builds of the wasm engine in a headless browser: the best one there, and the one of plain SIMD. The caller closes them. */
export async function browserEngines(
  browser: BrowserName,
): Promise<(NamedEngine & { readonly engine: BrowserEngine | null })[]> {
  return Promise.all(
    (['wasm', 'wasm simd'] as const).map(async (mode) => {
      const engine = await startBrowserEngine(mode, browser)
      return {
        name: engine ? `wasm ${engine.variant} in ${engine.browser}` : `${mode} in ${browser}`,
        engine,
      }
    }),
  )
}

/** The gpu engine of a headless Chromium on each of its backends. The caller closes them. */
export async function gpuEngines(): Promise<(NamedEngine & { readonly engine: BrowserEngine | null })[]> {
  return Promise.all(
    (['webgpu', 'webgl2'] as const).map(async (mode) => {
      const engine = await startBrowserEngine(mode)
      return { name: `gpu ${engine?.variant ?? mode}`, engine }
    }),
  )
}
