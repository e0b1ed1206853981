import fixtures from '@unroll/oracle/fixtures/nn_around.json'
import { manualSeed, type Tensor } from '@unroll/tensor'
import { type EncodedArray, tolerances } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import {
  BatchNorm1d,
  Conv1d,
  Flatten,
  Identity,
  LayerNorm,
  LogSoftmax,
  MaxPool1d,
  type Module,
  ReLU,
  Sigmoid,
  Tanh,
} from '../src/index.ts'
import { describeEngines } from './engines.ts'
import { camelCase, toState, toTensor } from './fixtures.ts'

type Fixture = (typeof fixtures.cases)[number]

const layers = {
  BatchNorm1d,
  Conv1d,
  Flatten,
  Identity,
  LayerNorm,
  LogSoftmax,
  MaxPool1d,
  ReLU,
  Sigmoid,
  Tanh,
}

function makeLayer({ module, arguments: given, options, seed }: Fixture): Module {
  const type = Object.entries(layers).find(([name]) => name === module)?.[1]
  if (!type) throw new Error(`no layer ${module}`)
  const named = Object.fromEntries(
    Object.entries(options)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [camelCase(name), value]),
  )
  manualSeed(seed)
  // LogSoftmax takes its only option by position.
  const last = module === 'LogSoftmax' ? [options.dim] : Object.keys(named).length > 0 ? [named] : []
  return Reflect.construct(type, [...given, ...last])
}

function run(layer: Module, input: Tensor): readonly Tensor[] {
  const output: Tensor | Tensor[] = Reflect.apply(layer.forward, layer, [input])
  return Array.isArray(output) ? output : [output]
}

function expectState(got: Iterable<[string, Tensor]>, want: Readonly<Record<string, EncodedArray>>): void {
  const state = new Map(got)
  expect([...state.keys()]).toEqual(Object.keys(want))
  for (const [key, encoded] of Object.entries(want)) {
    const values = toTensor(encoded)
    expect(state.get(key)?.dtype).toBe(values.dtype)
    expect(state.get(key)).toBeAllclose(
      values,
      tolerances[values.dtype === 'float64' ? 'float64' : 'float32'],
    )
  }
}

describeEngines(() => {
  it.each(fixtures.cases)('$name', (fixture) => {
    const layer = makeLayer(fixture).train(fixture.training)
    expect(String(layer)).toBe(fixture.printed)
    const weights = toState(fixture.weights)
    expect([...layer.stateDict().keys()]).toEqual([...weights.keys()])
    for (const [key, want] of weights) expect(layer.stateDict().get(key)?.toArray()).toEqual(want.toArray())
    if (fixture.state) {
      const given = Object.entries(fixture.state).filter(([, values]) => values !== undefined)
      const own = layer.stateDict()
      for (const [key, values] of given) {
        values?.forEach((value, index) => {
          own.get(key)?.select(0, index).fill_(value)
        })
      }
    }
    for (const { input, outputs, buffers } of fixture.calls) {
      const got = run(layer, toTensor(input))
      expect(got.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(
        outputs.map(({ dtype, shape }) => ({ dtype, shape })),
      )
      for (const [index, want] of outputs.entries()) {
        expect(got[index]).toBeAllclose(
          toTensor(want),
          tolerances[want.dtype === 'float64' ? 'float64' : 'float32'],
        )
      }
      expectState(layer.namedBuffers(), buffers)
    }
  })
})

describe('layers around a recurrent one', () => {
  it('give the same when awaited', async () => {
    for (const fixture of fixtures.cases.filter(({ training }) => training)) {
      const [twin, layer] = [makeLayer(fixture), makeLayer(fixture)]
      for (const { input } of fixture.calls) {
        const got: unknown = await Reflect.apply(layer.forwardAsync, layer, [toTensor(input)])
        const texts = (Array.isArray(got) ? got : [got]).map(String)
        expect(texts).toEqual(run(twin, toTensor(input)).map(String))
      }
    }
  })
})
