import type * as Ort from 'onnxruntime-web'
import type { Workload } from '../../cases/workload.ts'
import { timer } from '../../measure/rounds.ts'
import { agreedSteps, type Contender } from '../contender.ts'
import { onnxModel } from './onnxModel.ts'

/** What both packages of ONNX Runtime have in common. */
export type OnnxRuntime = Pick<typeof Ort, 'InferenceSession' | 'Tensor'>

/**
 * ONNX Runtime, of either package. Its `run` is asynchronous and is charged for it, as its users are.
 * @param options of each session
 */
export function onnxruntime(
  { InferenceSession, Tensor }: OnnxRuntime,
  { name, variant }: { name: string; variant: string },
  options: Ort.InferenceSession.SessionOptions,
): Contender {
  return {
    name,
    variant,
    declines: ({ spec }) => (spec.projSize > 0 ? "ONNX's LSTM has no projection" : null),
    prepare: async (workload) => {
      const { T, N, spec, weights, lengths, streaming } = workload
      const model = onnxModel(spec, weights, { ragged: lengths !== null, stateful: streaming })
      const session = await InferenceSession.create(model, options)
      const feeds: Record<string, Ort.Tensor> = {
        input: new Tensor('float32', padded(workload), [T, N, spec.inputSize]),
      }
      if (lengths !== null) feeds['lengths'] = new Tensor('int32', Int32Array.from(lengths), [N])
      const reset = (): void => {
        const zeros = (): Ort.Tensor =>
          new Tensor('float32', new Float32Array(spec.numLayers * N * spec.hiddenSize), [
            spec.numLayers,
            N,
            spec.hiddenSize,
          ])
        feeds['h0'] = zeros()
        if (spec.mode === 'LSTM') feeds['c0'] = zeros()
      }
      if (streaming) reset()

      const run = async (): Promise<Ort.InferenceSession.OnnxValueMapType> => {
        const results = await session.run(feeds)
        if (streaming && results['hn']) feeds['h0'] = results['hn']
        if (streaming && results['cn']) feeds['c0'] = results['cn']
        return results
      }
      return {
        output: async () => {
          if (streaming) reset()
          for (let step = 1; streaming && step < agreedSteps; step++) await run()
          const { output, hn, cn } = await run()
          return {
            output: packed(elements(output), workload),
            hn: elements(hn),
            cn: cn ? elements(cn) : null,
          }
        },
        time: timer(run, { async: true }),
        dispose: () => session.release(),
      }
    },
  }
}

function elements(tensor: Ort.Tensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) {
    throw new TypeError(`onnxruntime: expected a float32 tensor, got ${tensor?.type ?? 'nothing'}`)
  }
  return tensor.data
}

/** `(T, N, I)`, zeros behind the end of each sequence. */
function padded({ T, N, spec, batchSizes, input }: Workload): Float32Array {
  const result = new Float32Array(T * N * spec.inputSize)
  let from = 0
  batchSizes.forEach((running, t) => {
    const length = running * spec.inputSize
    result.set(input.subarray(from, from + length), t * N * spec.inputSize)
    from += length
  })
  return result
}

/** The rows of `(T, N, width)` that belong to a sequence. */
function packed(output: Float32Array, { T, N, batchSizes }: Workload): Float32Array {
  const width = output.length / (T * N)
  const rows = [...batchSizes].map((running, t) => output.subarray(t * N * width, (t * N + running) * width))
  const result = new Float32Array(rows.reduce((length, row) => length + row.length, 0))
  let at = 0
  for (const row of rows) {
    result.set(row, at)
    at += row.length
  }
  return result
}
