import {
  createWasmEngine,
  type HostEngine,
  reference,
  setDefaultEngine,
  wasm,
  wasmVariant,
} from '@unroll/kernels'
import { describeEngines as describeTitled } from '@unroll/testing/describeEngines'
import { afterAll, beforeAll } from 'vitest'

const hasWasm = wasmVariant() !== null

/** Every host engine of this runtime. */
const engines = [
  { title: 'reference', engine: reference },
  { title: 'wasm', engine: hasWasm ? wasm : null },
  { title: 'wasm simd', engine: hasWasm ? createWasmEngine('simd') : null },
]

/** Describes the same behaviour once for each engine. That engine is the default one meanwhile. */
export function describeEngines(behaviour: (engine: HostEngine) => void): void {
  describeTitled(engines, (engine) => {
    beforeAll(() => setDefaultEngine(engine))
    afterAll(() => setDefaultEngine(null))
    behaviour(engine)
  })
}

/** Whether an engine rounds `a b + c` once, as PyTorch does: its build must be able to, and the processor. */
export function fusesMultiplyAdds(engine: HostEngine): boolean {
  if (engine.name === 'reference') return false
  const [parameter, gradient] = [Float32Array.of(-1), Float32Array.of(1 + 2 ** -12)]
  const numbers = {
    lr: -(1 + 2 ** -12),
    momentum: 0,
    dampening: 0,
    nesterov: false,
    buffer: null,
    isFirst: false,
  }
  engine.optimizers.sgd({ parameter, gradient, maximize: false, weightDecay: 0, ...numbers })
  return parameter[0] === 2 ** -11 + 2 ** -24
}
