import { ones } from '@unroll/tensor'
import { reactive, ref } from '@vue/reactivity'
import { produce } from 'immer'
import { expect, it } from 'vitest'
import { Linear } from '../src/index.ts'
import { describeProxied } from './proxied.ts'

// Vue's types unwrap values, but a model stays a model.
describeProxied("inside Vue's reactive()", (value) => reactive(value) as typeof value)
describeProxied("inside Vue's ref()", (value) => ref(value).value as typeof value)

it('a model in a state of immer stays as it is, and runs', () => {
  const state = { model: new Linear(2, 1), epoch: 0 }
  state.model.forward(ones([2]))
  const next = produce(state, (draft) => {
    draft.epoch++
    draft.model.eval()
  })
  expect([next.epoch, next.model === state.model, next.model.training]).toEqual([1, true, false])
  expect(next.model.forward(ones([2])).toArray()).toEqual(state.model.forward(ones([2])).toArray())
  next.model.loadStateDict(new Linear(2, 1).stateDict())
  expect(next.model.to('float64').forward(ones([2], { dtype: 'float64' })).dtype).toBe('float64')
})
