import { describe, expect, it } from 'vitest'
import { checkTensor } from '../src/checkTensor.ts'
import { tensor } from '../src/index.ts'

const message = (value: unknown): string => {
  try {
    checkTensor('Linear.forward', 'input', value)
    return ''
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return error instanceof Error ? error.message : ''
  }
}

describe('checkTensor', () => {
  it('accepts tensors', () => {
    expect(message(tensor([1, 2]))).toBe('')
  })

  it.each([
    ['the result of a recurrent layer', [tensor([1]), tensor([2])], 'put a SelectOutput behind the layer'],
    ['an array', [1, 2], 'got array of 2; make it one with tensor(...)'],
    ['a typed array', new Float32Array(2), 'got Float32Array; make it one with tensor(...)'],
    ['a promise', Promise.resolve(tensor([1])), 'got a promise; await it first'],
    ['nothing', undefined, 'expected input to be a Tensor, got undefined'],
    ['a tensor of another copy', { storage: {}, strides: [1], dtype: 'float32' }, 'npm dedupe'],
  ])('names %s', (_what, value, text) => {
    expect(message(value)).toContain(text)
  })
})
