/// <reference types="node" />
import { setDefaultEngine, wasm } from '@unroll/kernels'
import { allocatedBytes } from '@unroll/testing/allocatedBytes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  Dropout,
  Identity,
  LayerNorm,
  Linear,
  LogSoftmax,
  ReLU,
  Sequential,
  Sigmoid,
  Softmax,
  Tanh,
} from '../src/index.ts'

describe('a stream of a Sequential on the wasm engine', () => {
  beforeAll(() => setDefaultEngine(wasm))
  afterAll(() => setDefaultEngine(null))

  it.each(['float32', 'float64'] as const)('allocates nothing per step, %s', async (dtype) => {
    const model = new Sequential(
      new Linear(6, 9),
      new LayerNorm(9),
      new Tanh(),
      new Sequential(new Linear(9, 7), new ReLU(), new Dropout(0.5), new Identity()),
      new Sigmoid(),
      new Softmax(-1),
      new LogSoftmax(-1),
    )
      .eval()
      .to(dtype)
    const stream = model.stream({ batch: 2 })
    const frame = (dtype === 'float32' ? new Float32Array(12) : new Float64Array(12)).fill(0.5)
    const steps = (count: number): void => {
      for (let i = 0; i < count; i++) stream.step(frame)
    }
    // Warms up until the code is optimised.
    steps(30_000)
    const bytes = await allocatedBytes(() => steps(50_000))
    // One array of one number per step would need 2.5 MB.
    expect(bytes).toBeLessThan(250_000)
  })
})
