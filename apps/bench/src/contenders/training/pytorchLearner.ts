import type { Pass } from '../../cases/training.ts'
import { parametersInOrder } from '../../cases/trainingCases.ts'
import { type Learner, learningRate } from '../contender.ts'
import type { Python } from '../peers/python.ts'

/** PyTorch on the CPU. Its process measures itself. */
export function pytorchLearner(python: Python): Learner {
  const time = (pass: Pass) => async (ms: number) => (await python.ask({ time: ms, pass })).samples ?? []
  return {
    declines: () => null,
    prepare: async (workload) => {
      const { T, N, spec, model, embedding, head, learnsFrom, input } = workload
      const { text, outputGradient } = learnsFrom
      const words = embedding === null ? 0 : embedding.length / spec.inputSize
      const data = text
        ? [Float32Array.from(text.characters), Float32Array.from(text.following)]
        : [input, outputGradient]
      await python.ask(
        { prepare: { T, N, spec, lr: learningRate, model, words, outputs: head?.bias.length ?? 0 } },
        [...parametersInOrder(workload), ...data].map(
          ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
        ),
      )
      return {
        gradients: async () => (await python.ask({ output: 1 })).floats,
        time: { forward: time('forward'), backward: time('backward'), step: time('step') },
        dispose: async () => {},
      }
    },
  }
}
