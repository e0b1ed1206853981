import {
  type DeviceArray,
  type DeviceEngine,
  type DeviceMatrix,
  type DeviceOperations,
  reference,
} from '@unroll/kernels'
import { manualSeed, randn, type Tensor } from '@unroll/tensor'
import { expect, test } from 'vitest'
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

/** A device that computes on the host, and counts what is sent and read. */
function makeDevice(): { engine: DeviceEngine; counts: { sent: number; read: number } } {
  const counts = { sent: 0, read: 0 }
  const values = new WeakMap<DeviceArray, Float32Array>()
  const weights = new WeakMap<DeviceMatrix, ReturnType<typeof reference.packMatrix>>()
  const array = (data: Float32Array, shape: readonly number[]): DeviceArray => {
    const made: DeviceArray = {
      shape,
      read: async () => {
        counts.read++
        return data.slice()
      },
    }
    values.set(made, data)
    return made
  }
  const refuse = (): never => {
    throw new Error('not on this device')
  }
  const operations: DeviceOperations = {
    array(data, shape) {
      counts.sent++
      return array(data, shape)
    },
    linearWeights(weight, bias, rows, columns) {
      const packed = reference.packMatrix({ b: weight, k: rows, n: columns, transposeB: true, bias })
      const made: DeviceMatrix = { rows, columns, stale: false, dispose: () => packed.dispose() }
      weights.set(made, packed)
      return made
    },
    linear(input, matrix) {
      const [x, packed] = [values.get(input), weights.get(matrix)]
      if (!x || !packed) return refuse()
      const product = reference.multiply(x, x.length / matrix.rows, packed)
      return array(Float32Array.from(product), [...input.shape.slice(0, -1), matrix.columns])
    },
    softmax(input) {
      const x = values.get(input)
      const columns = input.shape.at(-1) ?? 1
      return x
        ? array(Float32Array.from(reference.softmax({ x, rows: x.length / columns, columns })), input.shape)
        : refuse()
    },
    table: refuse,
    embedding: refuse,
    indexSelect: refuse,
    recurrent: refuse,
  }
  const engine: DeviceEngine = {
    kind: 'device',
    training: null,
    name: 'pretended',
    variant: '',
    pack: reference.pack,
    recurrent: async (packed, call) => reference.recurrent(packed, call),
    matmul: async (operands) => reference.matmul(operands),
    operations,
  }
  return { engine, counts }
}

test.each<[string, Module]>(
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
  // To the first Linear and from it, to the second and from the Softmax.
  expect(counts).toEqual({ sent: 2, read: 2 })
})
