import { createWasmEngine, type HostEngine, reference, setDefaultEngine, wasm } from '@unroll/kernels'
import { describeEngines as describeTitled } from '@unroll/testing/describeEngines'
import { afterAll, beforeAll } from 'vitest'

/** Every host engine of this runtime. */
const engines = [reference, wasm, createWasmEngine('simd')].map((engine) => ({
  title: `${engine.name} ${engine.variant}`.trim(),
  engine,
}))

/** Describes the same behaviour once for each engine. That engine is the default one meanwhile. */
export function describeEngines(behaviour: (engine: HostEngine) => void): void {
  describeTitled(engines, (engine) => {
    beforeAll(() => setDefaultEngine(engine))
    afterAll(() => setDefaultEngine(null))
    behaviour(engine)
  })
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
