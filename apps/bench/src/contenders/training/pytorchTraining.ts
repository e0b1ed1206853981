import { Python } from '../peers/python.ts'
import { payload } from '../peers/pytorch.ts'
import { learningRate, type Pass, type TrainingContender } from './trainingContender.ts'

/** PyTorch on the CPU, in a Python process of its own that measures itself. Null where `python3` cannot import torch. */
export async function pytorchTraining(threads: number): Promise<TrainingContender | null> {
  const python = new Python(threads, ['training'])
  const hello = await python.hello()
  if (hello === null) return null
  const time = (pass: Pass) => async (ms: number) => (await python.ask({ time: ms, pass })).samples ?? []
  return {
    name: 'pytorch',
    variant: hello,
    declines: () => null,
    prepare: async (workload) => {
      const { T, N, spec, cells, outputGradient } = workload
      await python.ask({ prepare: { T, N, spec, cells, lr: learningRate } }, [
        ...payload(workload),
        new Uint8Array(outputGradient.buffer),
      ])
      return {
        gradients: async () => (await python.ask({ output: 1 })).floats,
        time: { forward: time('forward'), backward: time('backward'), step: time('step') },
        dispose: async () => {},
      }
    },
    close: async () => python.end(),
  }
}
