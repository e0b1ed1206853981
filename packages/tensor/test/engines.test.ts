import { type DeviceEngine, type HostEngine, reference, setDefaultEngine, wasm } from '@unroll/kernels'
import fixtures from '@unroll/oracle/fixtures/tensor_operations.json'
import { tolerances } from '@unroll/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { linear, ones, Tensor } from '../src/index.ts'
import { decode } from './fixtures.ts'

afterEach(() => {
  setDefaultEngine(null)
  vi.restoreAllMocks()
})

describe.each([reference, wasm])('matrix products on $name', (engine: HostEngine) => {
  test('equal PyTorch, and float ones run there', () => {
    const matmul = vi.spyOn(engine, 'matmul')
    setDefaultEngine(engine)
    for (const { call, args, result } of fixtures.cases) {
      if (call !== 'matmul' && call !== 'linear') continue
      const [a, b, bias = null] = args.map(decode)
      const want = decode(result)
      if (!(a instanceof Tensor && b instanceof Tensor && want instanceof Tensor))
        throw new TypeError('fixture')
      const got = call === 'matmul' ? a.matmul(b) : linear(a, b, bias instanceof Tensor ? bias : null)
      expect(got).toBeAllclose(want, want.dtype === 'float64' ? tolerances.float64 : tolerances.float32)
    }
    expect(matmul).toHaveBeenCalled()
  })
})

test('where the default engine is asynchronous, products run on the best that is not', () => {
  const refuse = (): never => {
    throw new Error('a device was asked')
  }
  const device: DeviceEngine = {
    kind: 'device',
    name: 'none',
    variant: '',
    pack: refuse,
    recurrent: refuse,
    matmul: refuse,
  }
  setDefaultEngine(device)
  expect(
    ones([2, 3])
      .matmul(ones([3, 1]))
      .toArray(),
  ).toEqual([[3], [3]])
})

test('a transposed weight reaches the engine as it lies, not as a copy', () => {
  const matmul = vi.spyOn(reference, 'matmul')
  setDefaultEngine(reference)
  const weight = ones([4, 3])
  ones([2, 3]).matmul(weight.t())
  expect(matmul.mock.calls[0]?.[0].b).toBe(weight.data)
  expect(matmul.mock.calls[0]?.[0].transposeB).toBe(true)
})
