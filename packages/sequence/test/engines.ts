import { createWasmEngine, type HostEngine, reference, wasm, wasmVariant } from '@unroll/kernels'
import { describe } from 'vitest'

const best = wasmVariant()

const engines: readonly { readonly title: string; readonly engine: HostEngine | null }[] = [
  { title: 'reference', engine: reference },
  { title: 'wasm', engine: best && wasm },
  { title: 'wasm simd', engine: best && createWasmEngine('simd') },
  { title: 'wasm relaxed-simd', engine: best === 'relaxed-simd' ? createWasmEngine(best) : null },
]

/** Runs a suite for each engine. If this runtime cannot run an engine, its tests are shown as skipped. */
export function describeEngines(suite: (engine: HostEngine) => void): void {
  for (const { title, engine } of engines) {
    describe.skipIf(engine === null)(engine ? title : `${title}: not in this runtime`, () =>
      suite(engine ?? reference),
    )
  }
}
