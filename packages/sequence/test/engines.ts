import { createWasmEngine, type HostEngine, reference, wasm, wasmVariant } from '@unroll/kernels'
import { describeEngines as describeTitled, type TitledEngine } from '@unroll/testing/describeEngines'

const best = wasmVariant()

const engines: readonly TitledEngine<HostEngine>[] = [
  { title: 'reference', engine: reference },
  { title: 'wasm', engine: best && wasm },
  { title: 'wasm simd', engine: best && createWasmEngine('simd') },
  { title: 'wasm relaxed-simd', engine: best === 'relaxed-simd' ? createWasmEngine(best) : null },
]

/** Runs a suite for each engine. If this runtime cannot run an engine, its tests are shown as skipped. */
export function describeEngines(suite: (engine: HostEngine) => void): void {
  describeTitled(engines, suite)
}
