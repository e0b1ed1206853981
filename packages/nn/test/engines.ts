import { createWasmEngine, type HostEngine, reference, setDefaultEngine, wasm } from '@unroll/kernels'
import { afterAll, beforeAll, describe } from 'vitest'

/** Every host engine of this runtime. */
const engines: readonly HostEngine[] = [reference, wasm, createWasmEngine('simd')]

/** Describes the same behaviour once for each engine. That engine is the default one meanwhile. */
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

/** A host engine that computes like another one, and records which functions were called. */
export function recordingEngine(base: HostEngine): {
  readonly engine: HostEngine
  readonly calls: string[]
} {
  const calls: string[] = []
  const engine: HostEngine = Object.fromEntries(
    Object.entries(base).map(([name, member]) => [
      name,
      typeof member === 'function'
        ? (...args: unknown[]): unknown => {
            calls.push(name)
            return Reflect.apply(member, base, args)
          }
        : member,
    ]),
  ) as unknown as HostEngine
  return { engine, calls }
}
