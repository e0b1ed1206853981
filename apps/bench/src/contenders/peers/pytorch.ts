import type { Workload } from '../../cases/workload.ts'
import { agreedSteps, type Contender } from '../contender.ts'
import { pytorchLearner } from '../training/pytorchLearner.ts'
import { Python } from './python.ts'

/**
 * PyTorch on the CPU, in a Python process of its own. That process measures itself, so no message between the two is timed;
 * this process waits meanwhile. Null where `python3` cannot import torch.
 */
export async function pytorch(threads: number): Promise<Contender | null> {
  const python = new Python(threads)
  const hello = await python.hello()
  if (hello === null) return null
  return {
    name: 'pytorch',
    variant: hello,
    declines: () => null,
    prepare: async (workload) => {
      const { T, N, spec, lengths, batchSizes, streaming } = workload
      const ragged = lengths !== null
      await python.ask(
        { prepare: { T, N, spec, streaming, ragged, batchSizes: [...batchSizes] } },
        payload(workload),
      )
      return {
        output: async () => {
          const { lengths: sizes = [], floats } = await python.ask({ output: streaming ? agreedSteps : 1 })
          let at = 0
          const [output, hn, cn = null] = sizes.map((size) => {
            at += size
            return floats.subarray(at - size, at)
          })
          if (output === undefined || hn === undefined) throw new Error('pytorch: expected output and hn')
          return { output, hn, cn }
        },
        time: async (ms) => (await python.ask({ time: ms })).samples ?? [],
        dispose: async () => {},
      }
    },
    training: pytorchLearner(python),
    close: async () => python.end(),
  }
}

/** Weights in the order of `module.parameters()`, then the input. */
function payload({ weights, input }: Workload): Uint8Array[] {
  return [...weights.flatMap((w) => [w.weightIh, w.weightHh, w.biasIh, w.biasHh, w.weightHr]), input].flatMap(
    (array) => (array ? [new Uint8Array(array.buffer, array.byteOffset, array.byteLength)] : []),
  )
}
