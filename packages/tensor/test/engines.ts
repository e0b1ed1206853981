import { createWasmEngine, type HostEngine, reference, wasm, wasmVariant } from '@unroll/kernels'
import { describe } from 'vitest'

const best = wasmVariant()

const engines: readonly { readonly title: string; readonly engine: HostEngine | null }[] = [
  { title: 'reference', engine: reference },
  { title: 'wasm', engine: best && wasm },
  { title: 'wasm simd', engine: best && createWasmEngine('simd') },
]

/** One suite per engine; where this runtime cannot run one, its tests show as skipped. */
export function describeEngines(suite: (engine: HostEngine) => void): void {
  for (const { title, engine } of engines) {
    describe.skipIf(engine === null)(engine ? `on ${title}` : `on ${title}: not in this runtime`, () =>
      suite(engine ?? reference),
    )
  }
}
