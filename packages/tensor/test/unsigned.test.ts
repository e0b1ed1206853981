import fixtures from '@unroll/oracle/fixtures/tensor_unsigned.json'
import promotion from '@unroll/oracle/fixtures/tensor_unsigned_promotion.json'
import { describe, expect, it } from 'vitest'
import {
  arange,
  cat,
  eye,
  ones,
  RuntimeError,
  randint,
  randperm,
  Tensor,
  tensor,
  zeros,
} from '../src/index.ts'
import { resultType } from '../src/strided/promote.ts'
import { decode, isDType, run } from './fixtures.ts'

interface Case {
  readonly call: string
  readonly args: readonly unknown[]
  readonly result?: unknown
  readonly error?: string
}

const cases: readonly Case[] = fixtures.cases
const unsigned = ['uint16', 'uint32', 'uint64'] as const

describe('uint16, uint32 and uint64 do what they do in PyTorch', () => {
  it.each([...new Set(cases.map(({ call }) => call))])('%s', (call) => {
    for (const { args, result, error } of cases.filter((each) => each.call === call)) {
      const decoded = args.map(decode)
      const what = `${call}(${decoded.map(String).join(', ')})`
      if (error !== undefined) {
        expect(() => run(call, decoded), what).toThrow(RuntimeError)
        continue
      }
      const [got, want] = [run(call, decoded), decode(result)]
      if (!(got instanceof Tensor && want instanceof Tensor)) throw new TypeError(`${what}: no tensor`)
      expect(`${got.dtype} (${got.shape})`, what).toBe(`${want.dtype} (${want.shape})`)
      if (want.dtype === 'float32') expect(got, what).toBeAllclose(want)
      else expect(got.toArray(), what).toEqual(want.toArray())
    }
  })
})

it('they meet floats, themselves and plain numbers, and no other integers', () => {
  for (const { left, right, dims, result } of promotion.cases) {
    if (!isDType(left) || !isDType(right)) throw new TypeError(`fixture: ${left}, ${right}`)
    const [a, b] = [left, right].map((dtype, i) => ones(new Array(dims[i]).fill(2), { dtype })) as [
      Tensor,
      Tensor,
    ]
    const what = `${left} of ${dims[0]} dims and ${right} of ${dims[1]}`
    if (result === null) expect(() => resultType('mul', a, b), what).toThrow(/in common.*\.to\(\)/)
    else expect(resultType('mul', a, b), what).toBe(result)
  }
})

it.each(unsigned)('what PyTorch has not got for %s is refused with the remedy', (dtype) => {
  const t = tensor([1, 2], { dtype })
  for (const call of [
    () => t.add(1),
    () => t.lt(t),
    () => t.argmax(),
    () => arange(3, { dtype }),
    () => eye(2, 2, { dtype }),
    () => randperm(3, { dtype }),
    () => t.bernoulli_(0.5),
  ]) {
    expect(call).toThrow(RuntimeError)
    expect(call).toThrow(/convert first, with \.to\('int64'\)/)
  }
  expect(() => t.uniform_()).toThrow(RuntimeError)
  expect(() => cat([t, ones([1], { dtype: 'int32' })])).toThrow(/cat: uint.. and int32/)
})

it('typed arrays of theirs become their memory', () => {
  for (const [memory, dtype] of [
    [Uint16Array.of(1, 65535), 'uint16'],
    [Uint32Array.of(1, 2 ** 32 - 1), 'uint32'],
    [BigUint64Array.of(1n, 2n ** 64n - 1n), 'uint64'],
  ] as const) {
    const t = tensor(memory, { shape: [2] })
    expect(t.dtype).toBe(dtype)
    expect(t.storage.data).toBe(memory)
    expect(t.clone().data).toEqual(memory)
  }
})

it('item gives a number as long as one is exact', () => {
  expect(tensor([65535], { dtype: 'uint16' }).item()).toBe(65535)
  expect(tensor([2n ** 53n - 1n], { dtype: 'uint64' }).item()).toBe(2 ** 53 - 1)
  const large = tensor([2n ** 64n - 1n], { dtype: 'uint64' })
  expect(() => large.item()).toThrow(/18446744073709551615 does not fit a number; data\[0\]/)
  expect(large.data[0]).toBe(2n ** 64n - 1n)
  expect(large.toArray()).toEqual([2n ** 64n - 1n])
})

it('draws of integers stay within what PyTorch draws', () => {
  expect(() => randint(0, 2n ** 64n, [3], { dtype: 'uint64' })).toThrow(RuntimeError)
  expect(() => randint(0, 65537, [3], { dtype: 'uint16' })).toThrow(RuntimeError)
  expect(() => randint(-1, 3, [3], { dtype: 'uint32' })).toThrow(RuntimeError)
  expect(randint(65535, 65536, [2], { dtype: 'uint16' }).toArray()).toEqual([65535, 65535])
  expect(
    zeros([1], { dtype: 'uint64' })
      .fill_(2n ** 64n - 1n)
      .toArray(),
  ).toEqual([2n ** 64n - 1n])
})
