import {
  Adam,
  type CellState,
  crossEntropy,
  Embedding,
  GRU,
  type HostEngine,
  Linear,
  LSTM,
  LSTMCell,
  noGrad,
  type Parameter,
  RNN,
  setDefaultEngine,
  stack,
  type Tensor,
  tensor,
} from '@unroll/torch'
import { parametersInOrder, type TrainingWorkload } from '../../cases/trainingCases.ts'
import { type Timer, timer, timersInTurn, timerWithout } from '../../measure/rounds.ts'
import { learningRate, type PreparedLearner } from '../contender.ts'

/** From this many timesteps on `checkpointEvery` is timed, too. */
const longT = 1000

/** One of our engines, under the modules that people use. */
export function prepareOwn(engine: HostEngine, workload: TrainingWorkload): PreparedLearner {
  const { modules, forward } = modelOf(workload)
  const { T, N, learnsFrom } = workload
  const parameters = modules.flatMap((module): Parameter[] => [...module.parameters()])
  noGrad(() => {
    for (const [at, values] of parametersInOrder(workload).entries()) {
      const parameter = parameters[at]
      parameter?.copy_(tensor(values).reshape(parameter.shape))
    }
  })
  const { outputGradient, text } = learnsFrom
  const gradient = outputGradient && tensor(outputGradient).reshape([T, N, outputGradient.length / (T * N)])
  const following = text && tensor(text.following)
  const optimizer = new Adam(parameters, { lr: learningRate })
  const goBack = (outputs: Tensor): void => {
    optimizer.zeroGrad()
    if (following === null) outputs.backward(gradient)
    else crossEntropy(outputs.flatten(0, 1), following).backward()
  }
  const backward = (checkpointEvery?: number): Tensor => {
    const outputs = forward(checkpointEvery)
    goBack(outputs)
    return outputs
  }
  const inMode =
    (isTraining: boolean, time: Timer): Timer =>
    (ms) => {
      setDefaultEngine(engine)
      for (const module of modules) module.train(isTraining)
      return time(ms)
    }
  const timed = (run: () => unknown): Timer => inMode(true, timer(run, { async: false }))
  const [recordedEval, unrecordedEval] = timersInTurn(
    () => forward(),
    () => noGrad(() => forward()),
  )
  return {
    gradients: async () => {
      setDefaultEngine(engine)
      backward()
      return Float32Array.from(parameters.flatMap(({ grad }) => (grad ? [...grad.data].map(Number) : [])))
    },
    time: {
      forward: timed(() => noGrad(() => forward())),
      recorded: inMode(
        true,
        timerWithout(() => forward(), goBack),
      ),
      unrecorded: inMode(
        true,
        timerWithout(
          () => noGrad(() => forward()),
          () => goBack(forward()),
        ),
      ),
      'recorded-eval': inMode(false, recordedEval),
      'unrecorded-eval': inMode(false, unrecordedEval),
      backward: timed(() => backward()),
      step: timed(() => {
        const outputs = backward()
        optimizer.step()
        return outputs
      }),
      ...(T >= longT ? { checkpointed: timed(() => backward(100)) } : {}),
    },
    dispose: async () => optimizer.dispose(),
  }
}

interface Model {
  /** In the order of their parameters. */
  readonly modules: readonly (LSTM | GRU | RNN | LSTMCell | Linear | Embedding)[]
  /** @returns outputs `(T, N, H)`, of a Linear layer `(T, N, O)` */
  readonly forward: (checkpointEvery?: number) => Tensor
}

function modelOf(workload: TrainingWorkload): Model {
  const { T, N, spec, model, embedding, head, learnsFrom } = workload
  if (model === 'cells') return loopOfCells(workload)
  const layers = recurrentLayers(workload)
  const linear = head && new Linear(spec.hiddenSize, head.bias.length)
  const vectors = embedding && new Embedding(embedding.length / spec.inputSize, spec.inputSize)
  const { text } = learnsFrom
  const given = text ? tensor(text.characters).reshape([T, N]) : inputOf(workload)
  return {
    modules: [vectors, layers.module, linear].filter((module) => module !== null),
    forward: (every) => {
      const outputs = layers.forward(vectors ? vectors.forward(given) : given, every)
      return linear ? linear.forward(outputs) : outputs
    },
  }
}

function recurrentLayers({ spec: { mode, inputSize, hiddenSize, numLayers } }: TrainingWorkload): {
  readonly module: LSTM | GRU | RNN
  readonly forward: (input: Tensor, checkpointEvery?: number) => Tensor
} {
  const options = (checkpointEvery?: number) => (checkpointEvery === undefined ? {} : { checkpointEvery })
  if (mode === 'LSTM') {
    const module = new LSTM(inputSize, hiddenSize, { numLayers })
    return { module, forward: (input, every) => module.forward(input, null, options(every))[0] }
  }
  const module =
    mode === 'GRU'
      ? new GRU(inputSize, hiddenSize, { numLayers })
      : new RNN(inputSize, hiddenSize, { numLayers, nonlinearity: mode === 'RNN_RELU' ? 'relu' : 'tanh' })
  return { module, forward: (input, every) => module.forward(input, null, options(every))[0] }
}

function loopOfCells(workload: TrainingWorkload): Model {
  const { inputSize, hiddenSize } = workload.spec
  const timesteps = inputOf(workload).unbind(0)
  const module = new LSTMCell(inputSize, hiddenSize)
  return {
    modules: [module],
    forward: () => {
      const outputs: Tensor[] = []
      let state: CellState | undefined
      for (const x of timesteps) {
        state = module.forward(x, state)
        outputs.push(state[0])
      }
      return stack(outputs)
    },
  }
}

function inputOf({ T, N, spec, input }: TrainingWorkload): Tensor {
  return tensor(input).reshape([T, N, spec.inputSize])
}
