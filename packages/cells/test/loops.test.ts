// Ways back through loops of cells. The calls of a loop compute the gradients of their weights together; nothing else tells.

import { type HostEngine, reference, wasm, wasmVariant } from '@unroll/kernels'
import { Generator, grad, randn, type Tensor, zeros } from '@unroll/tensor'
import { describe, expect, it, vi } from 'vitest'
import { type Cell, type CellFixture, describeEngines, makeCell, step } from './fixtures.ts'

const kinds: readonly CellFixture[] = ['RNNCell', 'LSTMCell', 'GRUCell'].flatMap((module) =>
  (['float32', 'float64'] as const).map((dtype) => ({
    module,
    inputSize: 3,
    hiddenSize: 5,
    options: { dtype },
  })),
)

/** The hidden states of a loop of five timesteps, and what they depend on. */
function loop(cell: Cell, after: (t: number) => void = () => {}): { hidden: Tensor[]; inputs: Tensor[] } {
  const generator = new Generator().manualSeed(5)
  const { dtype } = cell.weight_ih
  const x = randn([5, 2, 3], { generator, dtype, requiresGrad: true })
  const h0 = randn([2, 5], { generator, dtype, requiresGrad: true })
  let states: readonly Tensor[] = cell.mode === 'LSTM' ? [h0, zeros([2, 5], { dtype })] : [h0]
  const hidden = x.unbind(0).map((xt, t) => {
    states = step(cell, xt, states)
    after(t)
    const [h = h0] = states
    return h
  })
  return { hidden, inputs: [x, h0, ...cell.parameters()] }
}

/** What each way back through a loop gives. */
const ways: Readonly<Record<string, (cell: Cell) => readonly (Tensor | null)[]>> = {
  'all at once': (cell) => {
    const { hidden, inputs } = loop(cell)
    lossOf(hidden).backward()
    return inputs.map((each) => each.grad)
  },
  'in parts, the graph kept': (cell) => {
    const { hidden, inputs } = loop(cell)
    lossOf(hidden.slice(0, 3)).backward(null, { retainGraph: true })
    lossOf(hidden.slice(2)).backward()
    return inputs.map((each) => each.grad)
  },
  'of two loops that were recorded before either way back': (cell) => {
    const [one, other] = [loop(cell), loop(cell)]
    lossOf(one.hidden).backward()
    lossOf(other.hidden.slice(1)).backward()
    return other.inputs.map((each) => each.grad)
  },
  'of some inputs': (cell) => {
    const { hidden, inputs } = loop(cell)
    return grad([lossOf(hidden)], inputs.slice(1, 4))
  },
  'with a weight that is frozen halfway': (cell) => {
    const { hidden } = loop(cell, (t) => {
      cell.weight_hh.requiresGrad = t !== 2
    })
    lossOf(hidden).backward()
    return [...cell.parameters()].map((each) => each.grad)
  },
  'with gradients of gradients': (cell) => {
    const { hidden } = loop(cell)
    const [first] = grad([lossOf(hidden)], [cell.weight_hh], { createGraph: true })
    first?.pow(2).sum().backward()
    return [cell.weight_ih.grad, cell.weight_hh.grad]
  },
  'with hooks': (cell) => {
    const { hidden, inputs } = loop(cell)
    const seen: Tensor[] = []
    cell.weight_ih.registerHook((gradient: Tensor) => {
      seen.push(gradient.clone())
      return gradient.mul(2)
    })
    lossOf(hidden).backward()
    expect(seen).toHaveLength(1)
    return [...seen, ...inputs.map((each) => each.grad)]
  },
}

function lossOf(hidden: readonly Tensor[]): Tensor {
  const [first, ...rest] = hidden.map((h, k) =>
    h
      .pow(2)
      .mul(k + 1)
      .sum(),
  )
  if (!first) throw new Error('expected a loop')
  return rest.reduce((sum, each) => sum.add(each), first)
}

function gradientsOf(fixture: CellFixture, engine: HostEngine, way: string): readonly (Tensor | null)[] {
  const cell = makeCell(fixture).to(engine)
  const generator = new Generator().manualSeed(2)
  const { dtype } = cell.weight_ih
  cell.loadStateDict(
    new Map([...cell.stateDict()].map(([name, { shape }]) => [name, randn(shape, { generator, dtype })])),
  )
  const gradients = ways[way]?.(cell) ?? []
  cell.dispose()
  return gradients
}

describeEngines((engine) => {
  it.each(kinds)('$module $options.dtype: every way back gives the gradients of single calls', (fixture) => {
    const off = fixture.options.dtype === 'float64' ? 1e-9 : 1e-4
    const tolerance = { rtol: off, atol: off }
    for (const way of Object.keys(ways)) {
      const got = gradientsOf(fixture, engine, way)
      const want = gradientsOf(fixture, reference, way)
      expect(got.length, way).toBeGreaterThan(1)
      for (const [k, gradient] of got.entries()) {
        expect(gradient === null, way).toBe(want[k] === null)
        expect(gradient ?? [], way).toBeAllclose(want[k] ?? [], tolerance)
      }
    }
  })
})

describe.skipIf(wasmVariant() === null)('a loop of cells on the wasm engine (skipped without SIMD)', () => {
  it.each([
    [1, 20, 1],
    [32, 30, 2],
  ])(
    'at batch %i and %i timesteps multiplies the gradients of its weights %i times',
    (batch, timesteps, times) => {
      const multiply = vi.spyOn(wasm.training, 'weightGradients')
      const cell = makeCell({ module: 'LSTMCell', inputSize: 64, hiddenSize: 64, options: {} }).to(wasm)
      let states: readonly Tensor[] | null = null
      for (const xt of randn([timesteps, batch, 64])) states = step(cell, xt, states)
      states?.[0]?.sum().backward()
      expect(multiply).toHaveBeenCalledTimes(times)
      multiply.mockRestore()
      expect(cell.weight_hh.grad?.shape).toEqual([256, 64])
    },
  )
})
