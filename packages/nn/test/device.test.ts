import { manualSeed, randn, type Tensor } from '@unroll/tensor'
import { expect, it } from 'vitest'
import {
  BatchNorm1d,
  Conv1d,
  Flatten,
  Identity,
  LayerNorm,
  Linear,
  LogSoftmax,
  MaxPool1d,
  type Module,
  ReLU,
  Sequential,
  Sigmoid,
  Softmax,
  Tanh,
} from '../src/index.ts'
import { makeDevice } from './device.ts'

it.each<[string, Module]>(
  [
    new ReLU(),
    new Tanh(),
    new Sigmoid(),
    new LogSoftmax(-1),
    new LayerNorm(6),
    new BatchNorm1d(4),
    new Conv1d(4, 4, 3, { padding: 1 }),
    new MaxPool1d(3, { stride: 1, padding: 1 }),
    new Flatten(0, 1),
    new Identity(),
  ].map((module) => [module.constructor.name, module]),
)('%s has no version for devices: a Sequential there runs it by its forwardAsync', async (_, module) => {
  manualSeed(1)
  const model = new Sequential(new Linear(5, 6), module, new Linear(6, 3), new Softmax(-1)).eval()
  const x = randn([2, 4, 5])
  const want: Tensor = model.forward(x)
  const { engine, counts } = makeDevice()
  const got = await model.to(engine).forwardAsync(x)
  expect(got).toBeAllclose(want)
  expect(got.shape).toEqual(want.shape)
  // Sent to the first and the second Linear; read after the first and after the Softmax.
  expect(counts).toEqual({ sent: 2, read: 2 })
})
