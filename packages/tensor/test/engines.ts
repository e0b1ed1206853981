import { createWasmEngine, type HostEngine, reference, wasm, wasmVariant } from '@unroll/kernels'
import type { TitledEngine } from '@unroll/testing/describeEngines'

const best = wasmVariant()

export const engines: readonly TitledEngine<HostEngine>[] = [
  { title: 'on reference', engine: reference },
  { title: 'on wasm', engine: best && wasm },
  { title: 'on wasm simd', engine: best && createWasmEngine('simd') },
]
