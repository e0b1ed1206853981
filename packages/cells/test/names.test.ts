import { expect, test } from 'vitest'
import { GRUCell, LSTMCell, RNNCell, RNNCellBase } from '../src/index.ts'

test.each([
  ['RNNCellBase', RNNCellBase],
  ['RNNCell', RNNCell],
  ['LSTMCell', LSTMCell],
  ['GRUCell', GRUCell],
] as const)('%s says its name as a string, which minifiers leave alone', (name, type) => {
  // The name that a class has by its declaration cannot be written to.
  expect(Object.getOwnPropertyDescriptor(type, 'name')).toMatchObject({ value: name, writable: true })
})
