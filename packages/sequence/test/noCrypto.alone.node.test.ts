import { tensor } from '@unroll/tensor'
import { afterEach, expect, it, vi } from 'vitest'
import { LSTM } from '../src/index.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

it('fromStateDict works where there is no crypto to seed from, as in an AudioWorklet', async () => {
  const arrays = [...new LSTM(2, 3).stateDict()].map(([name, { data, shape }]) => ({ name, data, shape }))
  vi.stubGlobal('crypto', undefined)
  vi.resetModules()
  // Fresh copies of the packages, whose generator is not seeded yet.
  const [{ LSTM: FreshLSTM }, { tensor: freshTensor }] = await Promise.all([
    import('../src/index.ts'),
    import('@unroll/tensor'),
  ])
  expect(freshTensor).not.toBe(tensor)
  const state = new Map(arrays.map(({ name, data, shape }) => [name, freshTensor(data, { shape })]))
  const lstm = FreshLSTM.fromStateDict(state)
  expect(lstm.forward(freshTensor([[1, 2]]))[0].shape).toEqual([1, 3])
})
