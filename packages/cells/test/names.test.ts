import { expect, it } from 'vitest'
import { GRUCell, LSTMCell, RNNCell, RNNCellBase } from '../src/index.ts'

it.each([
  ['RNNCellBase', RNNCellBase],
  ['RNNCell', RNNCell],
  ['LSTMCell', LSTMCell],
  ['GRUCell', GRUCell],
] as const)('%s says its name as a string, which minifiers leave alone', (name, type) => {
  // A name that comes from the class declaration is not writable.
  expect(Object.getOwnPropertyDescriptor(type, 'name')).toMatchObject({ value: name, writable: true })
})
