import { createWasmEngine, reference, setNumThreads, wasm } from '@unroll/kernels'
import { chromiumContender } from './chromiumContender.ts'
import { type Contender, engineContender } from './contender.ts'
import { onnxruntimeNode } from './peers/onnxruntimeNode.ts'
import { onnxruntimeWeb } from './peers/onnxruntimeWeb.ts'
import { pytorch } from './peers/pytorch.ts'
import { tfjsWasm } from './peers/tfjsWasm.ts'

/** The engine all others are compared with. */
export const own = 'wasm'

/** Multiply-adds up to which the reference engine takes part: about a tenth of a second a call. */
const referenceLimit = 3e7

/** The engine {@link own} on one thread, which takes part where that has several. */
export const ownOnOneThread = 'wasm-one'

/** By name: gives a contender for so many threads, or null where it is not installed. */
type Makers = Readonly<Record<string, (threads: number) => Contender | null | Promise<Contender | null>>>

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

/** Those of @unroll/gpu, which take part only when they are named. */
export const gpuEngines: Makers = {
  webgpu: chromiumContender('webgpu'),
  webgl2: chromiumContender('webgl2'),
}

export const peers: Makers = {
  'onnxruntime-web': onnxruntimeWeb,
  'onnxruntime-node': onnxruntimeNode,
  'tfjs-wasm': tfjsWasm,
  pytorch,
}

/** What installs a peer that is not there. */
export function remedy(peer: string): string {
  if (peer in gpuEngines) return 'Chromium with an adapter for it; CHROMIUM_PATH tells where it is'
  return peer === 'pytorch'
    ? 'a python3 that can import torch, e.g. pip install torch'
    : 'pnpm --filter @unroll/bench bench:peers'
}

/** Those named, in the order of the list, the oracle first; and the names of those not installed. */
export async function makeContenders(
  names: readonly string[],
  threads: number,
): Promise<{ contenders: readonly Contender[]; missing: readonly string[] }> {
  const contenders: Contender[] = []
  const missing: string[] = []
  for (const [name, make] of Object.entries({ ...engines, ...gpuEngines, ...peers })) {
    if (!names.includes(name)) continue
    const contender = await make(threads)
    if (contender === null) missing.push(name)
    else contenders.push(contender)
  }
  return { contenders, missing }
}
