// Run by equality.node.test.ts in plain node, on the build: node:assert, node:test and Jest's expect.

import loose from 'node:assert'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { arange, ones, tensor, zeros } from '@unroll/tensor'
import { expect } from 'expect'

const counted = () => arange(6, { dtype: 'float32' }).reshape([2, 3])

const equal = {
  'the same numbers': () => [tensor([1, 2]), tensor([1, 2])],
  'a transposed view and its copy': () => [counted().t(), counted().t().contiguous()],
  'a row and what is in it': () => [counted().at(1), tensor([3, 4, 5])],
  'a column and what is in it': () => [counted().select(1, 1), tensor([1, 4])],
  'what was changed in place and what was not': () => [zeros([2]).add_(1), ones([2])],
  scalars: () => [tensor(2.5), tensor([2.5]).at(0)],
  'tensors of no elements': () => [zeros([0, 3]), zeros([0, 3])],
  NaN: () => [tensor([Number.NaN]), tensor([Number.NaN])],
  'int64 beyond 2^53': () => [tensor([2n ** 60n + 1n]), tensor([2n ** 60n + 1n])],
  'tensors that require gradients': () => [
    ones([2], { requiresGrad: true }),
    ones([2], { requiresGrad: true }),
  ],
}

const unequal = {
  'other numbers': () => [tensor([1, 2]), tensor([1, 3])],
  'other numbers in views of one memory': () => counted().unbind(),
  'other scalars': () => [tensor(1), tensor(2)],
  'another shape': () => [tensor([1, 2]), tensor([[1, 2]])],
  'another dtype': () => [tensor([1, 0]), tensor([1, 0], { dtype: 'float64' })],
  'another dtype in the same memory': () => [
    tensor([1, 0], { dtype: 'uint8' }),
    tensor([1, 0], { dtype: 'bool' }),
  ],
  'int64 beyond 2^53': () => [tensor([2n ** 60n + 1n]), tensor([2n ** 60n + 2n])],
  'what requires gradients and what does not': () => [ones([2], { requiresGrad: true }), ones([2])],
}

const wrappers = {
  itself: (t) => t,
  'in a Map': (t) => new Map([['weight', t]]),
  'in an array': (t) => [t],
  'in an object': (t) => ({ weight: t }),
}

for (const [how, wrap] of Object.entries(wrappers)) {
  for (const [what, pair] of Object.entries(equal)) {
    test(`${what}, ${how}, are equal`, () => {
      const make = () => pair().map(wrap)
      assert.deepStrictEqual(...make())
      // In Node's loose comparison an array with NaN equals no other array.
      if (what !== 'NaN') loose.deepEqual(...make())
      assert.ok(isDeepStrictEqual(...make()))
      const [a, b] = make()
      expect(a).toEqual(b)
      expect(a).toStrictEqual(b)
      assert.throws(() => assert.notDeepStrictEqual(...make()))
    })
  }
  for (const [what, pair] of Object.entries(unequal)) {
    test(`${what}, ${how}, are not equal`, () => {
      const make = () => pair().map(wrap)
      assert.throws(() => assert.deepStrictEqual(...make()), assert.AssertionError)
      assert.notDeepStrictEqual(...make())
      assert.ok(!isDeepStrictEqual(...make()))
      assert.throws(() => loose.deepEqual(...make()), assert.AssertionError)
      const [a, b] = make()
      expect(a).not.toEqual(b)
      expect(() => expect(a).toEqual(b)).toThrow(/toEqual/)
    })
  }
}

test('a failure shows the numbers that differ', () => {
  assert.throws(() => assert.deepStrictEqual(tensor([1, 2]), tensor([1, 3])), /\+ +2\n- +3/)
})
