/// <reference types="node" />
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createWasmEngine, type HostEngine, reference, wasm } from '@unroll/kernels'
import { Linear, Sequential, Tanh } from '@unroll/nn'
import { GRU, LSTM, packPaddedSequence, SelectOutput } from '@unroll/sequence'
import { noGrad, ones } from '@unroll/tensor'
import { allocatedBytes } from '@unroll/testing/allocatedBytes'
import { describe, expect, it } from 'vitest'
import { describeEngines } from './engines.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const MiB = 2 ** 20

/**
 * How many bytes of heap, array buffers and WebAssembly memory the process grows by over `count` runs, after a warm-up.
 */
function growth(count: number, act: () => void): number {
  const measure = (): number => {
    // Twice: the memory of array buffers is freed after the collection that finds them.
    collectGarbage()
    collectGarbage()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  for (let i = 0; i < count / 4; i++) act()
  const before = measure()
  for (let i = 0; i < count; i++) act()
  return measure() - before
}

describeEngines((engine) => {
  it('does not grow the process in 3,000 forwards', () => {
    const lstm = new LSTM(8, 8, { bidirectional: true }).to(engine)
    const x = ones([10, 8, 8])
    const packed = packPaddedSequence(x, [10, 9, 8, 7, 6, 5, 4, 3])
    // If each forward kept only its outputs, 5 and 3 kB, they would need 12 MiB.
    const grown = growth(1500, () => {
      lstm.forward(x)
      lstm.forward(packed)
    })
    expect(grown).toBeLessThan(4 * MiB)
    lstm.dispose()
  })

  it('frees packed weights on dispose and when they are packed anew', () => {
    const lstm = new LSTM(128, 128).to(engine)
    const weight = lstm.getParameter('weight_ih_l0')
    // The packed weights are 0.5 MiB, and a run packs them twice.
    const grown = growth(400, () => {
      lstm.flattenParameters()
      noGrad(() => weight.fill_(1))
      lstm.flattenParameters()
      lstm.dispose()
    })
    expect(grown).toBeLessThan(4 * MiB)
  })
})

it('backward frees what a recorded forward keeps on the wasm engine, unless the graph is retained', () => {
  const engine = createWasmEngine()
  const lstm = new LSTM(64, 64).to(engine)
  const x = ones([200, 8, 64])
  lstm.forward(x)[0].sum().backward()
  const before = engine.allocatedBytes
  const loss = lstm.forward(x)[0].sum()
  const held = engine.allocatedBytes
  expect(held - before).toBeGreaterThan(2 * MiB)
  loss.backward(null, { retainGraph: true })
  expect(engine.allocatedBytes).toBe(held)
  loss.backward()
  expect(engine.allocatedBytes).toBe(before)
  lstm.dispose()
  expect(engine.allocatedBytes).toBe(0)
})

describe('a stream on the wasm engine', () => {
  it.each([
    ['LSTM', new LSTM(8, 8, { numLayers: 2 })],
    ['GRU', new GRU(8, 8)],
  ] as const)('allocates nothing per step, %s', async (_, module) => {
    const stream = module.to(wasm).stream()
    const frame = new Float32Array(8).fill(0.5)
    const steps = (count: number): void => {
      for (let i = 0; i < count; i++) stream.step(frame)
    }
    // Warms up until the code is optimised.
    steps(50_000)
    const bytes = await allocatedBytes(() => steps(100_000))
    // One array of one number per step would need 5 MB.
    expect(bytes).toBeLessThan(400_000)
  })
})

describe('a stream of a whole model on the wasm engine', () => {
  it('allocates nothing per step', async () => {
    const model = new Sequential(
      new LSTM(8, 8),
      new SelectOutput('sequence'),
      new GRU(8, 6),
      new SelectOutput('last'),
      new Linear(6, 2),
      new Tanh(),
    )
    const stream = model.to(wasm).stream()
    const frame = new Float32Array(8).fill(0.5)
    const steps = (count: number): void => {
      for (let i = 0; i < count; i++) stream.step(frame)
    }
    // Warms up until the code is optimised.
    steps(50_000)
    const bytes = await allocatedBytes(() => steps(100_000))
    // One array of one number per step would need 5 MB.
    expect(bytes).toBeLessThan(400_000)
  })
})

describe('a module that is dropped without dispose', () => {
  it('gives its packed weights back when it is collected', async () => {
    let held = 0
    const engine: HostEngine = {
      ...reference,
      pack(spec, weights) {
        const packed = reference.pack(spec, weights)
        const dispose = packed.dispose.bind(packed)
        packed.dispose = () => {
          held--
          dispose()
        }
        held++
        return packed
      },
    }
    const useAndDrop = (): void => {
      for (let i = 0; i < 10; i++) new GRU(3, 4).to(engine).forward(ones([2, 1, 3]))
    }
    useAndDrop()
    expect(held).toBe(10)
    for (let tries = 0; tries < 50 && held > 0; tries++) {
      collectGarbage()
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(held).toBe(0)
  })
})
