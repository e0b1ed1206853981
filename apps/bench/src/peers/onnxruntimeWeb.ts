import * as ort from 'onnxruntime-web/wasm'
import type { Contender } from '../contender.ts'
import { onnxruntime } from './onnxruntime.ts'

/** ONNX Runtime Web on its WebAssembly backend, on one thread, so that equal means are compared. */
export function onnxruntimeWeb(): Contender {
  ort.env.wasm.numThreads = 1
  ort.env.logLevel = 'error'
  const identity = { name: 'onnxruntime-web', variant: ort.env.versions.web ?? '' }
  return onnxruntime(ort, identity, { executionProviders: ['wasm'] })
}
