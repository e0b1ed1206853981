import {
  Adam,
  type CellState,
  createWasmEngine,
  GRU,
  type HostEngine,
  LSTM,
  LSTMCell,
  type Module,
  noGrad,
  RNN,
  reference,
  setDefaultEngine,
  setNumThreads,
  stack,
  type Tensor,
  tensor,
  wasm,
} from '@unroll/torch'
import type { TrainingWorkload } from '../../cases/trainingCases.ts'
import { multiplyAdds } from '../../cases/workload.ts'
import { type Timer, timer } from '../../measure/rounds.ts'
import { own, ownOnOneThread } from '../contenderNames.ts'
import { learningRate, type PreparedTraining, type TrainingContender } from './trainingContender.ts'

/** From this many timesteps on `checkpointEvery` is timed, too. */
const longT = 1000

/** Multiply-adds of a forward up to which the reference engine takes part. */
const referenceLimit = 3e6

type TrainingMaker = (threads: number) => Promise<TrainingContender>

/** Our own engines, under the modules that people use. */
export const ownTraining: Readonly<Record<string, TrainingMaker>> = {
  reference: async () => engineTraining('reference', reference, referenceLimit),
  [own]: async (threads) => {
    await setNumThreads(threads)
    return engineTraining(own, wasm)
  },
  [ownOnOneThread]: async () => engineTraining(ownOnOneThread, createWasmEngine()),
  'wasm-simd': async () => engineTraining('wasm-simd', createWasmEngine('simd')),
}

function engineTraining(
  name: string,
  engine: HostEngine,
  maxMultiplyAdds = Number.POSITIVE_INFINITY,
): TrainingContender {
  return {
    name,
    variant: engine.variant,
    declines: (workload) => (multiplyAdds(workload) <= maxMultiplyAdds ? null : 'a call takes too long'),
    prepare: async (workload) => prepare(engine, workload),
  }
}

function prepare(engine: HostEngine, workload: TrainingWorkload): PreparedTraining {
  const { module, forward } = workload.cells ? cellsOf(workload) : layersOf(workload)
  const { T, N, spec, weights, outputGradient } = workload
  const parameters = [...module.parameters()]
  const arrays = weights.flatMap((w) => [w.weightIh, w.weightHh, w.biasIh, w.biasHh])
  noGrad(() => {
    for (const [at, parameter] of parameters.entries()) {
      parameter.copy_(tensor(arrays[at] ?? []).reshape(parameter.shape))
    }
  })
  const gradient = tensor(outputGradient).reshape([T, N, spec.hiddenSize])
  const optimizer = new Adam(parameters, { lr: learningRate })
  const backward = (checkpointEvery?: number): void => {
    optimizer.zeroGrad()
    forward(checkpointEvery).backward(gradient)
  }
  const timed = (run: () => unknown, isTraining = true): Timer => {
    const time = timer(run, { async: false })
    return (ms) => {
      setDefaultEngine(engine)
      module.train(isTraining)
      return time(ms)
    }
  }
  return {
    gradients: async () => {
      setDefaultEngine(engine)
      backward()
      return Float32Array.from(parameters.flatMap(({ grad }) => (grad ? [...grad.data].map(Number) : [])))
    },
    time: {
      forward: timed(() => noGrad(() => forward())),
      recorded: timed(() => forward()),
      'recorded-eval': timed(() => forward(), false),
      backward: timed(() => backward()),
      step: timed(() => {
        backward()
        optimizer.step()
      }),
      ...(T >= longT ? { checkpointed: timed(() => backward(100)) } : {}),
    },
    dispose: async () => optimizer.dispose(),
  }
}

interface Learner {
  readonly module: Module
  /** @returns outputs `(T, N, H)` */
  readonly forward: (checkpointEvery?: number) => Tensor
}

function layersOf(workload: TrainingWorkload): Learner {
  const { mode, inputSize, hiddenSize, numLayers } = workload.spec
  const input = inputOf(workload)
  const options = (checkpointEvery?: number) => (checkpointEvery === undefined ? {} : { checkpointEvery })
  if (mode === 'LSTM') {
    const module = new LSTM(inputSize, hiddenSize, { numLayers })
    return { module, forward: (every) => module.forward(input, null, options(every))[0] }
  }
  const module = new (mode === 'GRU' ? GRU : RNN)(inputSize, hiddenSize, { numLayers })
  return { module, forward: (every) => module.forward(input, null, options(every))[0] }
}

function cellsOf(workload: TrainingWorkload): Learner {
  const { inputSize, hiddenSize } = workload.spec
  const timesteps = inputOf(workload).unbind(0)
  const module = new LSTMCell(inputSize, hiddenSize)
  const forward = (): Tensor => {
    const outputs: Tensor[] = []
    let state: CellState | undefined
    for (const x of timesteps) {
      state = module.forward(x, state)
      outputs.push(state[0])
    }
    return stack(outputs)
  }
  return { module, forward }
}

function inputOf({ T, N, spec, input }: TrainingWorkload): Tensor {
  return tensor(input).reshape([T, N, spec.inputSize])
}
