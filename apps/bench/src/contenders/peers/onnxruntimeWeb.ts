import * as ort from 'onnxruntime-web/wasm'
import type { Contender } from '../contender.ts'
import { onnxruntime } from './onnxruntime.ts'

/**
 * ONNX Runtime Web on its WebAssembly backend, on as many threads as we have, so that equal means are compared.
 * @param files where a page finds its binary and the code around it; in Node they lie beside its own
 */
export function onnxruntimeWeb(
  threads: number,
  files?: { readonly mjs: string; readonly wasm: string },
): Contender {
  ort.env.wasm.numThreads = threads
  if (files !== undefined) ort.env.wasm.wasmPaths = { ...files }
  ort.env.logLevel = 'error'
  const identity = { name: 'onnxruntime-web', variant: ort.env.versions.web ?? '' }
  return onnxruntime(ort, identity, { executionProviders: ['wasm'] })
}
