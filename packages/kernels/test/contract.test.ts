import {
  createWasmEngine,
  defaultEngine,
  type RecurrentSpec,
  reference,
  setDefaultEngine,
  wasm,
  wasmVariant,
} from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { afterEach, describe, expect, it } from 'vitest'
import type { CallShape } from '../src/wasm/callShape.ts'
import { WasmInstance } from '../src/wasm/instance.ts'
import { Kept } from '../src/wasm/kept.ts'
import { WasmCall } from '../src/wasm/wasmCall.ts'
import { WasmWeights } from '../src/wasm/wasmWeights.ts'
import { describeEngines } from './engines.ts'
import { randomCall, randomWeights } from './random.ts'

const spec: RecurrentSpec = {
  mode: 'LSTM',
  dtype: 'float32',
  inputSize: 3,
  hiddenSize: 5,
  projSize: 2,
  numLayers: 2,
  bidirectional: true,
}

describeEngines((engine) => {
  const random = seeded(1)
  const weights = randomWeights(random, spec)
  const call = randomCall(random, spec, [3, 3, 2])

  it('gives the same answer every time, whatever ran between', () => {
    const packed = engine.pack(spec, weights)
    const first = engine.recurrent(packed, call)
    engine.recurrent(packed, randomCall(random, spec, [9, 9, 9, 9]))
    expect(engine.recurrent(packed, call)).toEqual(first)
  })

  it('leaves its arguments alone and copies the weights', () => {
    const own = randomWeights(random, spec)
    const packed = engine.pack(spec, own)
    const before = structuredClone(call)
    const first = engine.recurrent(packed, call)
    for (const w of own) w.weightIh.fill(0)
    expect(engine.recurrent(packed, call)).toEqual(first)
    expect(call).toEqual(before)
  })

  it('computes the same behind a proxy, as Vue makes one', () => {
    const proxied = new Proxy(engine, {})
    const { output } = proxied.recurrent(proxied.pack(spec, weights), call)
    expect(output).toEqual(engine.recurrent(engine.pack(spec, weights), call).output)
    expect(proxied.allocatedBytes).toBe(engine.allocatedBytes)
  })

  it('runs an empty batch', () => {
    const packed = engine.pack(spec, weights)
    const { output, hn, cn } = engine.recurrent(packed, randomCall(random, spec, [0, 0]))
    expect([output.length, hn.length, cn?.length]).toEqual([0, 0, 0])
  })

  it('refuses arrays of the wrong length or type, naming them', () => {
    const packed = engine.pack(spec, weights)
    expect(() => engine.pack(spec, weights.slice(1))).toThrow('expected weights of 4 directions, got 3')
    expect(() => engine.pack({ ...spec, hiddenSize: 6 }, weights)).toThrow(
      'direction 0: weightIh: expected 72 elements, got 60',
    )
    expect(() => engine.recurrent(packed, { ...call, input: new Float32Array(1) })).toThrow(
      'input: expected 24 elements, got 1',
    )
    expect(() => engine.recurrent(packed, { ...call, h0: new Float64Array(24) })).toThrow(
      'h0: expected float32, got float64',
    )
    expect(() => engine.recurrent(packed, { ...call, batchSizes: Int32Array.of(3, 2, 3) })).toThrow(
      'must not increase, got 3 after 2',
    )
    expect(() => engine.recurrent(packed, { ...call, batchSizes: new Int32Array(0) })).toThrow(
      'at least one timestep',
    )
    expect(() => engine.recurrent(packed, { ...call, batchFirst: true })).toThrow(
      'must all be equal if batchFirst',
    )
  })

  it('refuses weights of another engine, and disposed ones', () => {
    const packed = engine.pack(spec, weights)
    const other = engine === reference ? wasm : reference
    expect(() => other.recurrent(packed, call)).toThrow('packed by another engine')
    packed.dispose()
    packed.dispose()
    expect(() => engine.recurrent(packed, call)).toThrow('disposed')
  })
})

describe('wasm memory', () => {
  const variant = wasmVariant()
  it.skipIf(variant === null)('holds packed weights once and gives them back', () => {
    const instance = new WasmInstance({ variant: variant ?? 'simd', narrow: false })
    const weights = randomWeights(seeded(2), spec)
    const packed = new WasmWeights(instance, spec, weights)
    expect(instance.allocatedBytes).toBe(packed.byteLength)
    packed.dispose()
    expect(instance.allocatedBytes).toBe(0)
  })

  it.skipIf(variant === null)(
    'keeps the last small call ready for the next of its shape, until the weights go',
    () => {
      const instance = new WasmInstance({ variant: variant ?? 'simd', narrow: false })
      const packed = new WasmWeights(instance, spec, randomWeights(seeded(2), spec))
      const shapeOf = (batchSizes: number[]): CallShape => ({
        batchSizes: Int32Array.from(batchSizes),
        batchFirst: false,
        dropoutLength: 0,
        returnCells: false,
        recorded: false,
      })
      const kept = new Kept(packed, (shape: CallShape) => new WasmCall(packed, shape))
      const call = kept.take(shapeOf([2, 1]))
      expect(kept.take(shapeOf([2, 1]))).not.toBe(call)
      kept.keep(call)
      for (const other of [[2, 2], [2], [2, 1, 1]]) {
        const another = kept.take(shapeOf(other))
        expect(another).not.toBe(call)
        another.dispose()
      }
      expect(kept.take(shapeOf([2, 1]))).toBe(call)
      kept.keep(call)
      const large = kept.take(shapeOf(new Array<number>(10_000).fill(2)))
      kept.keep(large)
      expect(() => large.output).toThrow('disposed')
      expect(kept.take(shapeOf([2, 1]))).toBe(call)
      packed.dispose()
      kept.keep(call)
      expect(() => call.output).toThrow('disposed')
    },
  )

  it.skipIf(variant === null)('keeps its block and its idle call where packed weights are updated', () => {
    const instance = new WasmInstance({ variant: variant ?? 'simd', narrow: false })
    const random = seeded(2)
    const packed = new WasmWeights(instance, spec, randomWeights(random, spec))
    packed.run(randomCall(random, spec, [2, 1]))
    expect(instance.allocatedBytes).toBeGreaterThan(packed.byteLength)
    const held = (): object => ({ address: packed.address, bytes: instance.allocatedBytes })
    const before = held()
    packed.update(randomWeights(random, spec))
    expect(held()).toEqual(before)
    packed.run(randomCall(random, spec, [2, 1]))
    expect(held()).toEqual(before)
  })

  it.skipIf(variant === null)('does not grow over 2,000 packings of 100 kB', () => {
    const instance = new WasmInstance({ variant: variant ?? 'simd', narrow: false })
    const large = { ...spec, hiddenSize: 50 }
    const weights = randomWeights(seeded(2), large)
    new WasmWeights(instance, large, weights).dispose()
    const bytes = instance.memory.buffer.byteLength
    for (let i = 0; i < 2000; i++) new WasmWeights(instance, large, weights).dispose()
    expect(instance.memory.buffer.byteLength).toBe(bytes)
  })

  it.skipIf(variant === null)('says so where an allocation is beyond 4 GiB', () => {
    const instance = new WasmInstance({ variant: variant ?? 'simd', narrow: false })
    expect(() => instance.allocate(2 ** 32 - 1000)).toThrow(RangeError)
    expect(instance.allocatedBytes).toBe(0)
  })
})

describe('the default engine', () => {
  afterEach(() => setDefaultEngine(null))

  it('is wasm where there is SIMD, and can be set and unset', () => {
    expect(defaultEngine()).toBe(wasmVariant() === null ? reference : wasm)
    setDefaultEngine(reference)
    expect(defaultEngine().name).toBe('reference')
    setDefaultEngine(null)
    expect(defaultEngine()).toBe(wasmVariant() === null ? reference : wasm)
  })

  it('runs the best build there is', () => {
    const best = wasmVariant()
    expect(createWasmEngine().variant.split(', ')[0]).toBe(best ?? '')
    if (best === null) return
    expect(createWasmEngine(best, { narrow: false }).variant).toBe(best)
    expect(createWasmEngine(best, { narrow: true }).variant).toBe(`${best}, narrow`)
  })
})
