import { createWasmEngine, reference, setNumThreads, wasm } from '@unroll/kernels'
import { type Contender, engineContender } from './contender.ts'
import { own, ownOnOneThread } from './contenderNames.ts'

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

/** Who can take part of those who were asked. */
export interface Made {
  readonly contenders: readonly Contender[]
  /** Names of those not installed. */
  readonly missing: readonly string[]
  /** Those who could not be started. */
  readonly failed: readonly { readonly contender: string; readonly reason: string }[]
}

/**
 * Those named, in the order of `makers`.
 * @param onMaking told before each is started
 */
export async function makeContenders(
  makers: Makers,
  names: readonly string[],
  threads: number,
  onMaking: (name: string) => void = () => {},
): Promise<Made> {
  const contenders: Contender[] = []
  const missing: string[] = []
  const failed: { contender: string; reason: string }[] = []
  for (const [name, make] of Object.entries(makers)) {
    if (!names.includes(name)) continue
    onMaking(name)
    try {
      const contender = await make(threads)
      if (contender === null) missing.push(name)
      else contenders.push(contender)
    } catch (error) {
      failed.push({ contender: name, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  return { contenders, missing, failed }
}
