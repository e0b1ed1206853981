import { createWasmEngine, type HostEngine, reference, wasm, wasmVariant } from '@unroll/kernels'
import { describeEngines as describeTitled, type TitledEngine } from '@unroll/testing/describeEngines'

const best = wasmVariant()
const relaxed = best === 'relaxed-simd' ? best : null

const fast: readonly TitledEngine<HostEngine>[] = [
  { title: 'wasm', engine: best && wasm },
  { title: 'wasm simd', engine: best && createWasmEngine('simd', { narrow: false }) },
  { title: 'wasm simd narrow', engine: best && createWasmEngine('simd', { narrow: true }) },
  { title: 'wasm relaxed-simd', engine: relaxed && createWasmEngine(relaxed, { narrow: false }) },
  { title: 'wasm relaxed-simd narrow', engine: relaxed && createWasmEngine(relaxed, { narrow: true }) },
]

/**
 * Runs a suite for each engine but the reference. If this runtime cannot run an engine, its tests are shown as skipped.
 */
export function describeFastEngines(suite: (engine: HostEngine) => void): void {
  describeTitled(fast, suite)
}

/** Runs a suite for each engine. */
export function describeEngines(suite: (engine: HostEngine) => void): void {
  describeTitled([{ title: 'reference', engine: reference }, ...fast], suite)
}
