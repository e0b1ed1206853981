import { describe, expect, it } from 'vitest'
import {
  elementsOf,
  noGrad,
  rand,
  type Tensor,
  TensorSnapshot,
  type TypedArray,
  tensor,
  zeros,
} from '../src/index.ts'

/** Whether a snapshot taken before `change` still matches after it. */
function survives(t: Tensor, change: (t: Tensor) => void): boolean {
  const snapshot = new TensorSnapshot(t)
  change(t)
  return snapshot.matches(t)
}

describe('a snapshot matches until the tensor changes', () => {
  it('reading does not change it', () => {
    const t = rand([3, 4])
    const reads = (): unknown[] => [
      t.sum(),
      t.toArray(),
      String(t),
      t.at(0),
      elementsOf(t),
      t.storage,
      t.version,
    ]
    expect(survives(t, reads)).toBe(true)
    expect(t.storage.isHandedOut).toBe(false)
  })

  it.each<[string, (t: Tensor) => void]>([
    ['an operation in place', (t) => t.add_(1)],
    ['an operation on a view', (t) => t.at(0).fill_(7)],
    ['another storage', (t) => t.set_(t.clone())],
    ['another view of the storage', (t) => t.set_(t.reshape([6, 2]))],
    ['an array written to', (t) => floats(t.data).set([9], 5)],
    ['the array of the storage written to', (t) => floats(t.storage.data).set([9], 5)],
    ["a view's array written to", (t) => floats(t.at(1).data).set([9])],
  ])('%s does', (_, change) => {
    expect(survives(rand([3, 4]), change)).toBe(false)
    const taken = rand([3, 4])
    expect(taken.data).toHaveLength(12)
    expect(survives(taken, change)).toBe(false)
  })

  it('the array taken long before is still seen through', () => {
    const t = zeros([2, 2])
    const { data } = t
    for (const value of [1, 2, -2, Number.NaN]) {
      expect(
        survives(t, () => {
          data[3] = value
        }),
      ).toBe(false)
      expect(survives(t, () => {})).toBe(true)
    }
  })

  it('0 and -0 differ, and what is written and written back does not', () => {
    const { t, data } = taken([0, 1])
    expect(survives(t, () => data.set([-0]))).toBe(false)
    expect(
      survives(t, () => {
        data.set([5])
        data.set([-0])
      }),
    ).toBe(true)
  })

  it('an array given to tensor() is seen through, and so is what shares it', () => {
    const memory = new Float32Array(6)
    const [a, b] = [tensor(memory, { shape: [2, 3] }), tensor(memory, { shape: [6] })]
    expect(survives(a, () => b.add_(1))).toBe(false)
    expect(
      survives(a, () => {
        memory[5] = 3
      }),
    ).toBe(false)
    expect(tensor(memory).storage.isHandedOut).toBe(false)
    expect(tensor(memory, { shape: [6], dtype: 'float64' }).storage.isHandedOut).toBe(false)
  })

  it('once after the array was taken for the first time nobody knows', () => {
    const t = zeros([2])
    expect(survives(t, () => t.data)).toBe(false)
    expect(survives(t, () => t.data)).toBe(true)
  })

  it('what lies outside the view does not count, what lies within does', () => {
    const whole = zeros([4, 4])
    const data = floats(whole.data)
    const inner = whole.slice(0, 1, 3).slice(1, 1, 3)
    expect(survives(inner, () => data.set([1], 0))).toBe(true)
    expect(survives(inner, () => data.set([1], 15))).toBe(true)
    expect(survives(inner, () => data.set([1], 5))).toBe(false)
    expect(survives(inner.t(), () => data.set([2], 10))).toBe(false)
    expect(survives(whole.slice(0, 2, 2), () => data.set([3], 0))).toBe(true)
  })

  it('memory of every width is compared', () => {
    for (const dtype of ['float64', 'int64', 'bfloat16', 'int8', 'bool'] as const) {
      const t = zeros([3], { dtype })
      const bytes = new Uint8Array(t.data.buffer)
      expect(
        survives(t, () => {
          bytes[bytes.length - 1] = 1
        }),
        dtype,
      ).toBe(false)
    }
  })

  it('memory of WebAssembly that has moved does not match', () => {
    const memory = new WebAssembly.Memory({ initial: 1 })
    const t = tensor(new Float32Array(memory.buffer, 0, 4), { shape: [4] })
    expect(survives(t, () => memory.grow(1))).toBe(false)
  })

  it('a copy handed out is not the memory', () => {
    const t = zeros([2, 3])
    expect(t.t().data).toHaveLength(6)
    expect(t.storage.isHandedOut).toBe(false)
    expect(noGrad(() => t.slice(0, 1).data.buffer)).toBe(t.storage.elements.buffer)
    expect(t.storage.isHandedOut).toBe(true)
  })
})

function taken(values: number[]): { t: Tensor; data: Float32Array } {
  const data = Float32Array.from(values)
  return { t: tensor(data, { shape: [values.length] }), data }
}

function floats(data: TypedArray): Float32Array {
  if (data instanceof Float32Array) return data
  throw new TypeError('expected float32')
}
