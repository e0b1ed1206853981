import type { Env } from 'onnxruntime-web'
import type { Contender } from '../contender.ts'
import { requireOnDemand } from './onDemand.ts'
import { type OnnxRuntime, onnxruntime } from './onnxruntime.ts'

/** ONNX Runtime's native build, with AVX-512 where the processor has it. */
export function onnxruntimeNode(threads: number): Contender | null {
  const ort: (OnnxRuntime & { readonly env: Env }) | null = requireOnDemand('onnxruntime-node')
  if (ort === null) return null
  ort.env.logLevel = 'error'
  const identity = { name: 'onnxruntime-node', variant: ort.env.versions.node ?? '' }
  return onnxruntime(ort, identity, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  })
}
