import { setThreadsCount, setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm'
import { env } from '@tensorflow/tfjs-core'
import type { Contender } from '../contender.ts'
import { tfjsLearner } from '../training/tfjsLearner.ts'
import { tfjs } from './tfjs.ts'

/**
 * TensorFlow.js on its WebAssembly SIMD backend.
 * @param files where a page finds its binaries, by name; in Node they lie beside its code
 */
export async function tfjsWasm(
  threads: number,
  files?: Readonly<Record<string, string>>,
): Promise<Contender | null> {
  if (files !== undefined) setWasmPaths({ ...files })
  // Without this it takes the build with threads for one thread, too.
  if (threads === 1) env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  setThreadsCount(threads)
  const contender = await tfjs('wasm', version_wasm, { async: false })
  return contender && { ...contender, training: tfjsLearner }
}
