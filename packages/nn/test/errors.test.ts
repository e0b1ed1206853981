import fixtures from '@unroll/oracle/fixtures/nn_errors.json'
import { type DType, ones, RuntimeError, zeros } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import * as nn from '../src/index.ts'
import { camelCase } from './fixtures.ts'

/** Our classes for Python's errors. */
const classes: Readonly<Record<string, new () => Error>> = {
  TypeError,
  ValueError: RangeError,
  IndexError: RangeError,
  RuntimeError,
  NotImplementedError: RuntimeError,
}

describe('layers refuse what PyTorch refuses, by the same kind of error', () => {
  it.each(fixtures.cases)('$name: $error', ({ module, arguments: given, options, shape, dtype, error }) => {
    const type: unknown = Reflect.get(nn, module)
    if (typeof type !== 'function') throw new Error(`no layer ${module}`)
    const named = Object.fromEntries(
      Object.entries(options).flatMap(([name, value]) =>
        value === undefined ? [] : [[camelCase(name), value]],
      ),
    )
    // Softmax takes its only option by position.
    const last = 'dim' in named ? [named['dim']] : Object.keys(named).length > 0 ? [named] : []
    expect(() => {
      const layer = Reflect.construct(type, [...given, ...last])
      if (shape !== null) layer.forward(zeros(shape, { dtype: dtype as DType }))
    }).toThrow(classes[error])
  })

  it('and windows that hold nothing but padding, which are -inf there', () => {
    const pool = new nn.MaxPool1d(2, { padding: 1, dilation: 3 })
    expect(() => pool.forward(ones([1, 2]))).toThrow('expected windows that meet the sequence')
  })
})
