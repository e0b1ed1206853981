import fixtures from '@unroll/oracle/fixtures/optim_clip.json'
import { type Tensor, tensor, zeros } from '@unroll/tensor'
import { decodeArray, type EncodedArray, seededBits } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { clipGradNorm, clipGradValue } from '../src/index.ts'
import { drawn } from './cases.ts'

interface Case {
  readonly name: string
  readonly normType: string
  readonly maxNorm: number
  readonly dtype: string
  readonly special: string | null
  readonly norm: EncodedArray
  readonly gradients: readonly EncodedArray[]
}

const cases: readonly Case[] = fixtures.cases

function numberOf(text: string): number {
  return Number(text.replace('inf', 'Infinity'))
}

function withGradients(dtype: 'float32' | 'float64'): [Tensor, Tensor] {
  const bits = seededBits(5)
  const make = (shape: number[]): Tensor => {
    const parameter = zeros(shape, { dtype, requiresGrad: true })
    parameter.grad = drawn(bits, dtype, shape)
    return parameter
  }
  return [make([3, 5]), make([37])]
}

describe('clipGradNorm', () => {
  it.each(cases)('does as PyTorch does: $name', ({ normType, maxNorm, dtype, special, norm, gradients }) => {
    const parameters = withGradients(dtype === 'float64' ? 'float64' : 'float32')
    if (special !== null) parameters[0].grad?.select(0, 0).select(0, 0).fill_(numberOf(special))
    const got = clipGradNorm(parameters, maxNorm, { normType: numberOf(normType) })
    const tolerance = dtype === 'float64' ? { rtol: 1e-13, atol: 0 } : { rtol: 1e-6, atol: 0 }
    expect([got.dtype, got.shape]).toEqual([dtype, []])
    expect(got.data).toBeAllclose(decodeArray(norm), tolerance)
    for (const [index, parameter] of parameters.entries()) {
      const want = gradients[index]
      if (want) expect(parameter.grad?.data ?? []).toBeAllclose(decodeArray(want), tolerance)
    }
  })

  it('takes one parameter or any iterable, skips those without a gradient, and gives 0 for none', () => {
    const [parameter] = withGradients('float32')
    const { grad } = parameter
    clipGradNorm(parameter, 0.05)
    expect(clipGradNorm(new Set([parameter, zeros([2])]), 1).item()).toBeCloseTo(0.05, 5)
    expect(parameter.grad).toBe(grad)
    expect(clipGradNorm([zeros([2])], 1).item()).toBe(0)
    expect(clipGradNorm([], 1).item()).toBe(0)
  })

  it('changes gradients that are views, and raises their version', () => {
    const parameter = zeros([2, 3], { requiresGrad: true })
    const base = tensor([
      [3, 0],
      [0, 0],
      [0, 4],
    ])
    parameter.grad = base.transpose(0, 1)
    const before = base.version
    expect(clipGradNorm([parameter], 1).item()).toBe(5)
    expect(base.data).toBeAllclose([0.6, 0, 0, 0, 0, 0.8])
    expect(base.version).toBeGreaterThan(before)
  })

  it('throws on a norm that is not finite if asked to, and changes nothing', () => {
    const parameter = zeros([2], { requiresGrad: true })
    parameter.grad = tensor([Number.NaN, 1])
    expect(() => clipGradNorm([parameter], 1, { errorIfNonfinite: true })).toThrow(
      'clipGradNorm: expected gradients of a finite norm, got NaN; leave out errorIfNonfinite to scale them by it anyway',
    )
    expect(parameter.grad.toArray()).toEqual([Number.NaN, 1])
  })

  it('leaves gradients alone whose norm is small enough, also for a limit of infinity', () => {
    const [parameter] = withGradients('float32')
    const before = parameter.grad?.toArray()
    clipGradNorm([parameter], Infinity)
    clipGradNorm([parameter], 1000)
    expect(parameter.grad?.toArray()).toEqual(before)
  })
})

describe('clipGradValue', () => {
  it('limits every element, and lets NaN stay', () => {
    const parameter = zeros([4], { requiresGrad: true })
    const gradient = tensor([3, -0.25, -4, Number.NaN])
    parameter.grad = gradient
    clipGradValue(parameter, 0.5)
    expect(parameter.grad).toBe(gradient)
    expect(gradient.toArray()).toEqual([0.5, -0.25, -0.5, Number.NaN])
  })
})
