import { freemem } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  createWasmEngine,
  type HostEngine,
  type RecurrentSpec,
  reference,
  type WasmVariant,
  wasmVariant,
} from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { isFull } from '@unroll/testing/full'
import { describe, expect, it } from 'vitest'
import { mostBytes, WasmInstance } from '../src/wasm/instance.ts'
import { TrainableWeights } from '../src/wasm/trainableWeights.ts'
import { WasmMatrix } from '../src/wasm/wasmMatrix.ts'
import { WasmStream } from '../src/wasm/wasmStream.ts'
import { WasmTape } from '../src/wasm/wasmTape.ts'
import { WasmWeights } from '../src/wasm/wasmWeights.ts'
import { randomCall, randomWeights } from './random.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const GiB = 2 ** 30

const rnn: RecurrentSpec = {
  mode: 'RNN_TANH',
  dtype: 'float32',
  inputSize: 1,
  hiddenSize: 1024,
  projSize: 0,
  numLayers: 1,
  bidirectional: false,
}
const lstm: RecurrentSpec = { ...rnn, mode: 'LSTM', inputSize: 32, hiddenSize: 65 }

// Sizes are checked in TypeScript, the same for every build.
const variants = [wasmVariant()].filter((variant): variant is WasmVariant => variant !== null)

/** Expects that what another module computes is right. */
function expectSound(engine: HostEngine): void {
  const weights = randomWeights(seeded(2), lstm)
  const call = randomCall(seeded(3), lstm, [3, 3, 2])
  using packed = engine.pack(lstm, weights)
  expect(engine.recurrent(packed, call).output).toBeAllclose(
    reference.recurrent(reference.pack(lstm, weights), call).output,
  )
}

describe.each(variants)('%s: what is larger than the memory', (variant) => {
  const engine = createWasmEngine(variant)

  it.skipIf(!isFull || freemem() < 8 * GiB)(
    'is computed part by part, where it is a product (skipped where not everything is tested, and below 8 GiB of free memory)',
    () => {
      const [m, n] = [66_000, 16_384]
      const a = new Float32Array(m).map((_, row) => row % 7)
      const b = new Float32Array(n).map((_, column) => column % 5)
      const out = engine.matmul({ a, b, m, k: 1, n })
      expect(out.length).toBe(m * n)
      for (const [row, column] of [
        [0, 0],
        [1, 1],
        [12_345, 6789],
        [65_999, 16_383],
      ] as const) {
        expect(out[row * n + column]).toBe((row % 7) * (column % 5))
      }
      expectSound(engine)
    },
    120_000,
  )

  it('is refused, where it is a sequence or a matrix; nothing else suffers', () => {
    const packed = engine.pack(rnn, randomWeights(seeded(1), rnn))
    const T = 1_045_000
    const call = { input: new Float32Array(T), batchSizes: new Int32Array(T).fill(1), h0: null, c0: null }
    for (let i = 0; i < 10; i++) {
      expect(() => engine.recurrent(packed, call)).toThrow(/bytes cannot be allocated.*4 GiB.*dispose\(\)/)
    }
    expect(() => engine.training.recurrent(packed, call)).toThrow(/4 GiB.*checkpointEvery/)
    expect(() => engine.packMatrix({ b: new Float32Array(1.1e9), k: 1, n: 1.1e9 })).toThrow(RangeError)
    packed.dispose()
    expectSound(engine)
  }, 120_000)
})

describe('wasm memory', () => {
  const kernels = { variant: variants[0] ?? 'simd', narrow: false } as const

  it('has room for blocks of more than 1 GiB, and computes right beyond 3.5 GiB', () => {
    const instance = new WasmInstance(kernels)
    const filler = instance.allocate(3.6 * GiB)
    const matrix = new WasmMatrix(instance, { b: Float32Array.of(1, 2, 3, 4), k: 2, n: 2 })
    expect([...matrix.multiply(Float32Array.of(5, 6), 1)]).toEqual([23, 34])
    const weights = new WasmWeights(instance, lstm, randomWeights(seeded(2), lstm))
    expect(weights.address).toBeGreaterThan(3.6 * GiB)
    const stream = new WasmStream(weights, 2)
    const twin = reference.stream(reference.pack(lstm, randomWeights(seeded(2), lstm)), 2)
    const x = new Float32Array(64).fill(0.5)
    for (let t = 0; t < 3; t++) expect(stream.step(x)).toBeAllclose(twin.step(x))
    for (const one of [matrix, stream, weights]) one.dispose()
    instance.release(filler)
    expect(instance.allocatedBytes).toBe(0)
  })

  it('holds nothing of what failed while it was filled', () => {
    const instance = new WasmInstance(kernels)
    const failing = Object.defineProperty(new Float32Array(4), 'length', {
      get: () => {
        throw new Error('a getter that throws')
      },
    })
    expect(() => new WasmMatrix(instance, { b: failing, k: 2, n: 2 })).toThrow('a getter that throws')
    expect(() =>
      instance.allocateFilled(128, () => {
        throw new Error('while it is filled')
      }),
    ).toThrow('while it is filled')
    expect(instance.allocatedBytes).toBe(0)
  })

  it('has room for a sequence where tapes of other weights were', () => {
    const call = randomCall(seeded(3), lstm, new Array<number>(100).fill(8))
    const makeWeights = (instance: WasmInstance): WasmWeights =>
      new WasmWeights(instance, lstm, randomWeights(seeded(2), lstm))
    const roomy = new WasmInstance(kernels)
    const tape = new WasmTape(TrainableWeights.of(makeWeights(roomy)), call)
    const needed = roomy.allocatedBytes
    const gradients = { output: tape.output, hn: null, cn: null }
    const want = tape.backward(gradients)

    const instance = new WasmInstance(kernels)
    const weights = [1, 2, 3].map(() => makeWeights(instance))
    // There is room for one of three.
    const filler = instance.allocate(
      mostBytes - instance.exports.heapBase() - instance.allocatedBytes - needed,
    )
    const tapes = weights.map((each) => new WasmTape(TrainableWeights.of(each), call))
    for (const each of tapes) expect(each.output).toEqual(tape.output)
    expect(() => tapes[2]?.backward(gradients)).toThrow(/cannot be allocated/)
    instance.release(filler)
    for (const each of tapes) expect(each.backward(gradients)).toEqual(want)
  })

  it.each([
    ['streams', (weights: WasmWeights) => new WasmStream(weights, 1).step(new Float32Array(32))],
    [
      'tapes',
      (weights: WasmWeights) =>
        new WasmTape(TrainableWeights.of(weights), randomCall(seeded(3), lstm, [100, 100, 100, 100])),
    ],
  ])('is given back by %s that were dropped', async (_, use) => {
    const instance = new WasmInstance(kernels)
    const weights = new WasmWeights(instance, lstm, randomWeights(seeded(2), lstm))
    const drop = (): void => {
      for (let i = 0; i < 50; i++) use(weights)
    }
    drop()
    expect(instance.allocatedBytes).toBeGreaterThan(weights.byteLength)
    for (let tries = 0; tries < 100 && instance.allocatedBytes > weights.byteLength; tries++) {
      collectGarbage()
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(instance.allocatedBytes).toBe(weights.byteLength)
  })
})
