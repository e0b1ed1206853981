import { createWasmEngine, reference, setNumThreads, wasm } from '@unroll/kernels'
import { type Contender, engineContender } from './contender.ts'

/** The engine all others are compared with. */
export const own = 'wasm'

/** The engine {@link own} on one thread, which takes part where that has several. */
export const ownOnOneThread = 'wasm-one'

/** Multiply-adds up to which the reference engine takes part: about a tenth of a second a call. */
const referenceLimit = 3e7

/** By name: gives a contender for so many threads, or null where it is not installed. */
export type Makers = Readonly<
  Record<string, (threads: number) => Contender | null | Promise<Contender | null>>
>

/**
 * Our own. `wasm-simd` is the build without fused multiply-add, always on one thread, `wasm-f64` the same engine in
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

/** Those named, in the order of `makers`; and the names of those not installed. */
export async function makeContenders(
  makers: Makers,
  names: readonly string[],
  threads: number,
): Promise<{ contenders: readonly Contender[]; missing: readonly string[] }> {
  const contenders: Contender[] = []
  const missing: string[] = []
  for (const [name, make] of Object.entries(makers)) {
    if (!names.includes(name)) continue
    const contender = await make(threads)
    if (contender === null) missing.push(name)
    else contenders.push(contender)
  }
  return { contenders, missing }
}
