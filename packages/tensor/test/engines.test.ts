import { type DeviceEngine, type HostEngine, reference, setDefaultEngine } from '@unroll/kernels'
import { describeEngines } from '@unroll/testing/describeEngines'
import { afterEach, expect, it, vi } from 'vitest'
import { linear, ones, type Tensor } from '../src/index.ts'
import { engines } from './engines.ts'

afterEach(() => {
  setDefaultEngine(null)
  vi.restoreAllMocks()
})

describeEngines(engines, (engine) => {
  const operations = {
    matmul: [() => ones([2, 3]).matmul(ones([3, 2])), 'matmul'],
    linear: [() => linear(ones([2, 3]), ones([4, 3])), 'matmul'],
    'a function of one number': [() => ones([3]).exp(), 'map'],
    'one of integers that gives floats': [() => ones([3], { dtype: 'int64' }).sqrt(), 'map'],
    'one of a view': [() => ones([3, 4]).t().tanh(), 'map'],
    'a function of two numbers': [() => ones([600]).div(ones([600])), 'zip'],
    'one with a plain number': [() => ones([30, 20]).clamp(0), 'zip'],
    softmax: [() => ones([3, 4]).softmax(0), 'softmax'],
    logSoftmax: [() => ones([3]).logSoftmax(0), 'softmax'],
  } as const satisfies Record<string, [run: () => Tensor, method: keyof HostEngine]>

  it.each(Object.entries(operations))('%s runs there', (_, [run, method]) => {
    setDefaultEngine(engine)
    const spy = vi.spyOn(engine, method)
    run()
    expect(spy).toHaveBeenCalledOnce()
  })
})

it('what an engine would not gain by, and integers, stay with the loops here', () => {
  const zip = vi.spyOn(reference, 'zip')
  const map = vi.spyOn(reference, 'map')
  setDefaultEngine(reference)
  expect(
    ones([3])
      .add(ones([3]))
      .toArray(),
  ).toEqual([2, 2, 2])
  expect(
    ones([40, 20])
      .add(ones([20]))
      .sum()
      .item(),
  ).toBe(1600)
  expect(ones([3], { dtype: 'int64' }).neg().toArray()).toEqual([-1, -1, -1])
  expect([zip.mock.calls, map.mock.calls]).toEqual([[], []])
})

it('where the default engine is asynchronous, products run on the best that is not', () => {
  const refuse = (): never => {
    throw new Error('a device was asked')
  }
  const device: DeviceEngine = {
    kind: 'device',
    training: null,
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

it('a transposed matrix reaches the engine as it lies, not as a copy', () => {
  const matmul = vi.spyOn(reference, 'matmul')
  setDefaultEngine(reference)
  const weight = ones([4, 3])
  ones([2, 3]).matmul(weight.t())
  expect(matmul.mock.calls[0]?.[0].b).toBe(weight.data)
  expect(matmul.mock.calls[0]?.[0].transposeB).toBe(true)
  weight.t().matmul(ones([4, 2]))
  expect(matmul.mock.calls[1]?.[0].a).toBe(weight.data)
  expect(matmul.mock.calls[1]?.[0].transposeA).toBe(true)
})
