import { createWasmEngine, reference, setNumThreads, wasm } from '@unroll/kernels'
import { own, ownOnOneThread } from './contenderNames.ts'
import { engineContender } from './engineContender.ts'
import type { Makers } from './makeContenders.ts'

/** Multiply-adds up to which the reference engine takes part: about a tenth of a second a call. */
const referenceLimit = 3e7

/**
 * Our own engines. `wasm-simd` is the build without fused multiply-add, always on one thread, `wasm-f64` the same engine in
 * float64.
 */
export const engines: Makers = {
  reference: () => engineContender(reference, { maxMultiplyAdds: referenceLimit }),
  [own]: async (threads) => {
    await setNumThreads(threads)
    return engineContender(wasm)
  },
  [ownOnOneThread]: () => engineContender(createWasmEngine(), { name: ownOnOneThread }),
  'wasm-simd': () => engineContender(createWasmEngine('simd'), { name: 'wasm-simd' }),
  'wasm-f64': () => engineContender(wasm, { name: 'wasm-f64', dtype: 'float64' }),
}
