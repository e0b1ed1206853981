import {
  type DeviceArray,
  type DeviceEngine,
  type DeviceMatrix,
  type DeviceOperations,
  reference,
} from '@unroll/kernels'

/** A device that computes on the host, and counts what is sent and read. */
export function makeDevice(): { engine: DeviceEngine; counts: { sent: number; read: number } } {
  const counts = { sent: 0, read: 0 }
  const values = new WeakMap<DeviceArray, Float32Array>()
  const tables = new WeakMap<DeviceMatrix, Float32Array>()
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
    table(data, rows, columns) {
      const made: DeviceMatrix = { rows, columns, stale: false, dispose: () => {} }
      tables.set(made, data.slice())
      return made
    },
    embedding(table, indices, shape) {
      const data = tables.get(table)
      if (!data) return refuse()
      const { columns } = table
      const result = new Float32Array(indices.length * columns)
      Array.from(indices).forEach((index, i) => {
        result.set(data.subarray(index * columns, (index + 1) * columns), i * columns)
      })
      return array(result, [...shape, columns])
    },
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
