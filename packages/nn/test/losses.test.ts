import fixtures from '@unroll/oracle/fixtures/losses.json'
import { grad, gradcheck, isFloatingPoint, Tensor, tensor } from '@unroll/tensor'
import type { EncodedArray } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import * as nn from '../src/index.ts'
import { describeEngines } from './engines.ts'
import { camelCase, toTensor } from './fixtures.ts'
import { slopesOf, weighted } from './slopes.ts'

interface LossCase {
  readonly name: string
  readonly loss: string
  readonly arguments: readonly EncodedArray[]
  /** The arguments that have gradients. */
  readonly wants: readonly number[]
  readonly options: Readonly<Record<string, EncodedArray | string | number | boolean>>
  readonly output: EncodedArray
  readonly gradients: readonly (EncodedArray | null)[]
  readonly seconds: readonly (EncodedArray | null)[] | null
}

// TypeScript's type of the JSON does not tell which values are tensors.
const cases = fixtures.cases as unknown as readonly LossCase[]

const modules: Readonly<Record<string, string>> = {
  crossEntropy: 'CrossEntropyLoss',
  nllLoss: 'NLLLoss',
  mseLoss: 'MSELoss',
  l1Loss: 'L1Loss',
  smoothL1Loss: 'SmoothL1Loss',
  huberLoss: 'HuberLoss',
  binaryCrossEntropy: 'BCELoss',
  binaryCrossEntropyWithLogits: 'BCEWithLogitsLoss',
  klDiv: 'KLDivLoss',
  ctcLoss: 'CTCLoss',
}

function optionsOf({ options }: LossCase): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      camelCase(key),
      typeof value === 'object' ? toTensor(value) : value,
    ]),
  )
}

/** PyTorch's float32 differs from float64 as much as ours does: a few of the last digits of the largest element. */
function expectNear(got: Tensor | null | undefined, want: EncodedArray | null | undefined): void {
  const values = want ? toTensor(want) : null
  // A gradient that does not exist is 0.
  if (values === null || !got) {
    expect((values ?? got)?.any().item() ?? 0).toBe(0)
    return
  }
  const finite = Array.from(values.data, Number).filter(Number.isFinite)
  const largest = finite.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const [rtol, share] = values.dtype === 'float64' ? [1e-10, 1e-12] : [1e-4, 2e-6]
  expect(got.dtype).toBe(values.dtype)
  expect(got).toBeAllclose(values, { rtol, atol: share * largest })
}

function argumentsOf({ arguments: encoded, wants }: LossCase): Tensor[] {
  return encoded.map((each, k) => new Tensor(toTensor(each), wants.includes(k)))
}

describeEngines(() => {
  it.each(cases)('$name', (fixture) => {
    const given = argumentsOf(fixture)
    const wanted = fixture.wants.flatMap((k) => given[k] ?? [])
    const output: Tensor = Reflect.apply(Reflect.get(nn, camelCase(fixture.loss)), nn, [
      ...given,
      optionsOf(fixture),
    ])
    expectNear(output, fixture.output)
    const plain = grad([weighted(output)], wanted, { retainGraph: true, allowUnused: true })
    for (const [k, want] of fixture.gradients.entries()) expectNear(plain[k], want)
    if (fixture.seconds === null) return

    const recorded = grad([weighted(output)], wanted, { createGraph: true, allowUnused: true })
    for (const [k, want] of fixture.gradients.entries()) expectNear(recorded[k], want)
    const slopes = recorded.filter((slope) => slope?.requiresGrad).flatMap((slope) => slope ?? [])
    if (slopes.length === 0) return
    const total = slopes.map(weighted).reduce((sum, slope) => sum.add(slope))
    const seconds = grad([total], wanted, { allowUnused: true })
    for (const [k, want] of fixture.seconds.entries()) expectNear(seconds[k], want)
  })
})

describe('the modules of losses', () => {
  it.each(cases.filter(({ output }) => output.dtype === 'float32'))(
    'give the same: $name',
    async (fixture) => {
      const name = camelCase(fixture.loss)
      const options = optionsOf(fixture)
      const module: nn.Module = Reflect.construct(Reflect.get(nn, modules[name] ?? ''), [options])
      expect(module.toString()).toBe(`${modules[name]}()`)
      const given = argumentsOf(fixture)
      const want: Tensor = Reflect.apply(Reflect.get(nn, name), nn, [...given, options])
      const got: Tensor = Reflect.apply(module.forward, module, given)
      expect(got.toArray()).toEqual(want.toArray())
      expect(got.requiresGrad).toBe(true)
      const later: Tensor = await Reflect.apply(module.forwardAsync, module, given)
      expect(later.toArray()).toEqual(want.toArray())
      const weights = Object.entries(fixture.options).filter(([, value]) => typeof value === 'object')
      expect([...module.stateDict().keys()].sort()).toEqual(weights.map(([key]) => key).sort())
      for (const buffer of module.to('float64').buffers()) expect(isFloatingPoint(buffer.dtype)).toBe(true)
    },
  )
})

describe('second gradients of binaryCrossEntropy', () => {
  /** Derives the loss by the probability, and the result by the probability, by the target and by the loss's gradient. */
  function secondsOf(probability: number, label: number): (number | undefined)[] {
    const [x, t, g] = [probability, label, 1].map((value) => tensor([value], { requiresGrad: true }))
    if (!x || !t || !g) return []
    const loss = nn.binaryCrossEntropy(x, t, { reduction: 'none' })
    const [slope] = grad([loss], [x], { gradOutputs: [g], createGraph: true })
    return slope ? grad([slope], [x, t, g]).map((second) => second?.item()) : []
  }

  it('are as in PyTorch where the probability is 0 or 1', () => {
    const large = 1e12
    for (const [probability, label, x, g] of [
      [1, 1, 0, 0],
      [0, 0, 0, 0],
      [1, 0, large ** 2, large],
      [0, 1, large ** 2, -large],
    ] as const) {
      const seconds = secondsOf(probability, label)
      for (const [k, want] of [x, -large, g].entries())
        expect(tensor([seconds[k] ?? Number.NaN])).toBeAllclose(tensor([want]))
    }
  })

  it('have gradients themselves', () => {
    const inputs = [
      [0.3, 0.9],
      [0.5, 0.2],
    ].map((row) => tensor(row, { dtype: 'float64', requiresGrad: true }))
    const slopes = slopesOf((x, t) => nn.binaryCrossEntropy(x, t, { reduction: 'none' }))
    const sum = (...given: Tensor[]): Tensor =>
      slopes(...given)
        .map(weighted)
        .reduce((total, slope) => total.add(slope))
    expect(gradcheck(slopesOf(sum), inputs)).toBe(true)
  })
})

describe('crossEntropy', () => {
  const gradientOf = (
    logits: number[][],
    classes: bigint[],
    options: object,
    createGraph: boolean,
  ): unknown => {
    const x = tensor(logits, { requiresGrad: true })
    const [slope] = grad([nn.crossEntropy(x, tensor(classes), options)], [x], { createGraph })
    return slope?.toArray()
  }

  it('is NaN where the classes of all targets weigh nothing, with smoothing, too', () => {
    for (const labelSmoothing of [0, 0.5, 1]) {
      const options = { weight: tensor([1, 0]), labelSmoothing }
      expect(nn.crossEntropy(tensor([[1, 2]]), tensor([1n]), options).item()).toBeNaN()
      expect(gradientOf([[1, 2]], [1n], options, false)).toEqual([[Number.NaN, Number.NaN]])
    }
    expect(gradientOf([[1, 2]], [-100n], { labelSmoothing: 0.5 }, false)).toEqual([[0, 0]])
  })

  it.each([Number.NaN, Infinity])('shows a logit of %d in the gradient of an ignored position', (value) => {
    const logits = [
      [value, 2],
      [1, 1],
    ]
    for (const createGraph of [false, true]) {
      expect(nn.crossEntropy(tensor(logits), tensor([-100n, 0n])).item()).toBeCloseTo(Math.LN2)
      expect(gradientOf(logits, [-100n, 0n], {}, createGraph)).toEqual([
        [Number.NaN, Number.NaN],
        [-0.5, 0.5],
      ])
    }
  })
})
