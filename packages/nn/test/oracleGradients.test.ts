import fixtures from '@unroll/oracle/fixtures/module_gradients.json'
import { isFloatingPoint, Tensor } from '@unroll/tensor'
import type { EncodedArray } from '@unroll/testing'
import { expect, it } from 'vitest'
import * as nn from '../src/index.ts'
import { describeEngines } from './engines.ts'
import { camelCase, toState, toTensor } from './fixtures.ts'
import { weighted } from './slopes.ts'

interface GradientCase {
  readonly name: string
  readonly module: string
  readonly arguments: readonly unknown[]
  readonly options: Readonly<Record<string, unknown>>
  readonly training: boolean
  readonly weights: Readonly<Record<string, EncodedArray>>
  readonly input: EncodedArray
  readonly output: EncodedArray
  readonly gradient: EncodedArray | null
  readonly gradients: Readonly<Record<string, EncodedArray>>
}

// TypeScript's type of the JSON has every option of every case.
const cases = fixtures.cases as unknown as readonly GradientCase[]

describeEngines(() => {
  it.each(cases)('$name has the gradients of PyTorch', (fixture) => {
    const input = toTensor(fixture.input)
    const options = Object.entries(fixture.options).map(([key, value]) => [camelCase(key), value])
    const module: nn.Module = Reflect.construct(Reflect.get(nn, fixture.module), [
      ...fixture.arguments,
      Object.fromEntries(options),
    ])
    if (input.dtype === 'float64') module.to('float64')
    module.train(fixture.training).loadStateDict(toState(fixture.weights))
    const x = new Tensor(input, isFloatingPoint(input.dtype))
    const y: Tensor = Reflect.apply(module.forward, module, [x])
    expectNear(y, fixture.output)
    weighted(y).backward()
    if (fixture.gradient) expectNear(x.grad, fixture.gradient)
    const parameters = module.namedParameters()
    expect(parameters.map(([name]) => name)).toEqual(Object.keys(fixture.gradients))
    for (const [name, { grad }] of parameters) expectNear(grad, fixture.gradients[name] ?? fixture.output)
  })
})

/** Float32 gradients of normalisations are differences of sums: PyTorch's own are off by as much. */
function expectNear(got: Tensor | null, want: EncodedArray): void {
  const values = toTensor(want)
  const finite = Array.from(values.data, Number).filter(Number.isFinite)
  const largest = finite.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const [rtol, share] = values.dtype === 'float64' ? [1e-10, 1e-12] : [1e-4, 2e-6]
  expect(got).toBeAllclose(values, { rtol, atol: share * largest })
}
