import fixtures from '@unroll/oracle/fixtures/losses.json'
import { grad, isFloatingPoint, Tensor } from '@unroll/tensor'
import type { EncodedArray } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import * as nn from '../src/index.ts'
import { describeEngines } from './engines.ts'
import { camelCase, toTensor } from './fixtures.ts'
import { weighted } from './slopes.ts'

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
