import * as ort from 'onnxruntime-web/wasm'
import type { Contender } from '../contender.ts'
import { onnxModel } from '../onnxModel.ts'

/** ONNX Runtime Web on its WebAssembly backend, on one thread, so that equal means are compared. */
export function onnxruntimeWeb(): Contender {
  ort.env.wasm.numThreads = 1
  ort.env.logLevel = 'error'
  return {
    name: 'onnxruntime-web',
    variant: ort.env.versions.web ?? '',
    accepts: () => true,
    prepare: async ({ T, N, spec, weights, input }) => {
      const session = await ort.InferenceSession.create(onnxModel(spec, weights), {
        executionProviders: ['wasm'],
      })
      const feeds = { input: new ort.Tensor('float32', input, [T, N, spec.inputSize]) }
      return {
        run: async () => {
          const { output, hn, cn } = await session.run(feeds)
          return { output: elements(output), hn: elements(hn), cn: cn ? elements(cn) : null }
        },
        dispose: () => session.release(),
      }
    },
  }
}

function elements(tensor: ort.Tensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) {
    throw new TypeError(`onnxruntimeWeb: expected a float32 tensor, got ${tensor?.type ?? 'nothing'}`)
  }
  return tensor.data
}
