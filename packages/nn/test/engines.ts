import { createWasmEngine, type HostEngine, reference, setDefaultEngine, wasm } from '@unroll/kernels'
import { afterAll, beforeAll, describe } from 'vitest'

/** Every host engine of this runtime. */
const engines: readonly HostEngine[] = [reference, wasm, createWasmEngine('simd')]

/** Describes the same behaviour once for each engine, which is the default one meanwhile. */
export function describeEngines(behaviour: (engine: HostEngine) => void): void {
  describe.each(engines.map((engine) => ({ title: `${engine.name} ${engine.variant}`.trim(), engine })))(
    '$title',
    ({ engine }) => {
      beforeAll(() => setDefaultEngine(engine))
      afterAll(() => setDefaultEngine(null))
      behaviour(engine)
    },
  )
}
