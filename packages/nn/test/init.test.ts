import fixtures from '@unroll/oracle/fixtures/nn_init.json'
import { empty, Generator, isFloatingPoint, manualSeed, rand, type Tensor, zeros } from '@unroll/tensor'
import { tolerances } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import {
  calculateGain,
  constant_,
  type KaimingOptions,
  kaimingNormal_,
  kaimingUniform_,
  normal_,
  ones_,
  orthogonal_,
  Parameter,
  uniform_,
  xavierNormal_,
  xavierUniform_,
  zeros_,
} from '../src/index.ts'
import { toTensor } from './fixtures.ts'

type Fixture = (typeof fixtures.cases)[number]

function fill(tensor: Tensor, { function: name, options }: Fixture): Tensor {
  const { a, b, mean, std, val, gain } = options
  const xavier = gain === undefined ? {} : { gain }
  switch (name) {
    case 'uniform_':
      return uniform_(tensor, a, b)
    case 'normal_':
      return normal_(tensor, mean, std)
    case 'constant_':
      return constant_(tensor, val ?? 0)
    case 'ones_':
      return ones_(tensor)
    case 'zeros_':
      return zeros_(tensor)
    case 'xavier_uniform_':
      return xavierUniform_(tensor, xavier)
    case 'xavier_normal_':
      return xavierNormal_(tensor, xavier)
    case 'kaiming_uniform_':
      return kaimingUniform_(tensor, kaiming(options))
    case 'kaiming_normal_':
      return kaimingNormal_(tensor, kaiming(options))
    case 'orthogonal_':
      return orthogonal_(tensor, xavier)
    default:
      throw new Error(`no function ${name}`)
  }
}

function kaiming({ a = 0, mode, nonlinearity = 'leaky_relu' }: Fixture['options']): KaimingOptions {
  if (nonlinearity !== 'leaky_relu' && nonlinearity !== 'tanh' && nonlinearity !== 'relu') {
    throw new Error(`no nonlinearity ${nonlinearity}`)
  }
  return { a, mode: mode === 'fan_out' ? 'fan_out' : 'fan_in', nonlinearity }
}

describe.each(fixtures.cases)('$name', (fixture) => {
  const want = toTensor(fixture.values)
  const { shape, dtype } = want

  it('draws what PyTorch draws, and no more', () => {
    manualSeed(fixture.seed)
    const tensor = empty(shape, { dtype })
    expect(fill(tensor, fixture)).toBe(tensor)
    if (fixture.function === 'orthogonal_') {
      // The algorithm is not LAPACK's, so results are equal up to rounding.
      expect(tensor).toBeAllclose(want, dtype === 'float64' ? tolerances.float64 : { rtol: 1e-6, atol: 1e-6 })
    } else if (fixture.function.includes('normal') && dtype === 'float64') {
      // log and cos of a runtime are not those of glibc in the last digits.
      expect(tensor).toBeAllclose(want, { rtol: 1e-14, atol: 1e-14 })
    } else {
      expect(tensor.toArray()).toEqual(want.toArray())
    }
    expect(rand([2]).toArray()).toEqual(toTensor(fixture.next).toArray())
  })
})

describe('init functions', () => {
  it('draw from the generator they are given', () => {
    const fills = [uniform_, normal_].map(
      (f) => (t: Tensor, generator: Generator) => f(t, 0, 1, { generator }),
    )
    const others = [xavierUniform_, xavierNormal_, kaimingUniform_, kaimingNormal_, orthogonal_].map(
      (f) => (t: Tensor, generator: Generator) => f(t, { generator }),
    )
    for (const draw of [...fills, ...others]) {
      manualSeed(1)
      const [a, b] = [
        draw(zeros([4, 4]), new Generator().manualSeed(7)),
        draw(zeros([4, 4]), new Generator().manualSeed(7)),
      ]
      expect(a.toArray()).toEqual(b.toArray())
      const next = rand([1]).item()
      manualSeed(1)
      expect(rand([1]).item()).toBe(next)
    }
  })

  it('fill parameters, which require gradients', () => {
    const weight = new Parameter(zeros([2, 2]))
    expect(ones_(weight)).toBe(weight)
    expect([weight.requiresGrad, weight.version > 0, isFloatingPoint(weight.dtype)]).toEqual([
      true,
      true,
      true,
    ])
  })

  it('leave a tensor of no elements alone', () => {
    for (const fill of [kaimingUniform_, kaimingNormal_, orthogonal_]) {
      expect(fill(zeros([0, 3])).shape).toEqual([0, 3])
    }
  })

  it('refuse a tensor without two dimensions, a mode and a nonlinearity there is not', () => {
    for (const fill of [xavierUniform_, xavierNormal_, kaimingUniform_, kaimingNormal_, orthogonal_]) {
      expect(() => fill(zeros([3]))).toThrow(RangeError)
      expect(() => fill(zeros([3]))).toThrow('2 or more dimensions, got 1')
    }
    // @ts-expect-error no such mode
    expect(() => kaimingUniform_(zeros([2, 2]), { mode: 'fan' })).toThrow(
      'fan_in or fan_out, got string "fan"',
    )
    // @ts-expect-error no such nonlinearity
    expect(() => calculateGain('sine')).toThrow(RangeError)
  })

  it('gains are those of PyTorch', () => {
    expect(calculateGain('tanh')).toBe(5 / 3)
    expect(calculateGain('relu')).toBe(Math.SQRT2)
    expect(calculateGain('leaky_relu')).toBe(Math.sqrt(2 / 1.0001))
    expect(calculateGain('leaky_relu', 1)).toBe(1)
    expect(calculateGain('selu')).toBe(0.75)
    expect([calculateGain('linear'), calculateGain('conv1d'), calculateGain('sigmoid')]).toEqual([1, 1, 1])
  })
})
