/// <reference types="node" />
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type HostEngine, type PackedWeights, reference, wasm } from '@unroll/kernels'
import { noGrad, ones, type Tensor, zeros } from '@unroll/tensor'
import { beforeEach, describe, expect, test } from 'vitest'
import { type DirectionTensors, ResidentWeights } from '../src/index.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const spec = {
  mode: 'GRU',
  inputSize: 2,
  hiddenSize: 3,
  projSize: 0,
  numLayers: 1,
  bidirectional: false,
} as const

function weights(): DirectionTensors & { biasIh: Tensor } {
  return {
    weightIh: ones([9, 2]),
    weightHh: ones([9, 3]),
    biasIh: ones([9]),
    biasHh: ones([9]),
    weightHr: null,
  }
}

/** The reference engine, counting what it has packed and not given back. */
function countingEngine(): HostEngine & { held: number; packs: number; arrays: unknown[] } {
  const engine = {
    ...reference,
    held: 0,
    packs: 0,
    arrays: [] as unknown[],
    pack: (...args: Parameters<HostEngine['pack']>): PackedWeights => {
      const packed = reference.pack(...args)
      engine.arrays = args[1].flatMap((direction) => Object.values(direction))
      const dispose = packed.dispose.bind(packed)
      packed.dispose = () => {
        engine.held--
        dispose()
      }
      engine.held++
      engine.packs++
      return packed
    },
  }
  return engine
}

describe('ResidentWeights', () => {
  let engine = countingEngine()
  beforeEach(() => {
    engine = countingEngine()
  })

  test('packs once, without copying what is contiguous', () => {
    const resident = new ResidentWeights(spec)
    const tensors = weights()
    const packed = resident.get(engine, [tensors])
    expect(engine.arrays[0]).toBe(tensors.weightIh.storage.elements)
    for (let i = 0; i < 3; i++) expect(resident.get(engine, [{ ...tensors }])).toBe(packed)
    expect([engine.packs, engine.held]).toEqual([1, 1])
    resident.dispose()
  })

  test('packs again after each kind of change, giving the old memory back', () => {
    const resident = new ResidentWeights(spec)
    let tensors: DirectionTensors = weights()
    const replace = (some: Partial<DirectionTensors>): void => {
      tensors = { ...tensors, ...some }
    }
    const changes: [what: string, change: () => void][] = [
      ['a write', () => noGrad(() => tensors.weightHh.fill_(2))],
      ['a write through a view', () => noGrad(() => tensors.weightIh.select(0, 1).zero_())],
      ['another tensor', () => replace({ biasHh: ones([9]) })],
      ['no biases', () => replace({ biasIh: null, biasHh: null })],
      ['set_ to other memory', () => noGrad(() => tensors.weightIh.set_(zeros([9, 2])))],
      [
        'set_ to the same memory, walked otherwise',
        () => noGrad(() => tensors.weightHh.set_(tensors.weightHh.view([3, 9]).t())),
      ],
    ]
    resident.get(engine, [tensors])
    let packs = 1
    for (const [what, change] of changes) {
      change()
      const packed = resident.get(engine, [tensors])
      expect([what, engine.packs, engine.held]).toEqual([what, ++packs, 1])
      expect(resident.get(engine, [tensors])).toBe(packed)
    }
    resident.dispose()
    expect(engine.held).toBe(0)
  })

  test('follows the engine and the dtype', () => {
    const resident = new ResidentWeights(spec)
    const tensors = weights()
    resident.get(engine, [tensors])
    resident.get(wasm, [tensors])
    expect(engine.held).toBe(0)
    const doubles = Object.fromEntries(
      Object.entries(weights()).map(([name, t]) => [name, t?.to('float64') ?? null]),
    )
    expect(resident.get(engine, [{ ...tensors, ...doubles }]).spec.dtype).toBe('float64')
    resident.dispose()
  })

  test('gives memory back on dispose, and packs again after it', () => {
    const tensors = weights()
    {
      using resident = new ResidentWeights(spec)
      resident.dispose()
      resident.get(engine, [tensors])
      resident.dispose()
      resident.dispose()
      expect(engine.held).toBe(0)
      resident.get(engine, [tensors])
      expect(engine.held).toBe(1)
    }
    expect(engine.held).toBe(0)
  })

  test('holds nothing of weights that cannot be packed', () => {
    const resident = new ResidentWeights(spec)
    resident.get(engine, [weights()])
    const halves = { ...weights(), weightIh: zeros([9, 2], { dtype: 'float16' }) }
    expect(() => resident.get(engine, [halves])).toThrow("module.to('float32')")
    expect(() => resident.get(engine, [{ ...weights(), weightIh: zeros([9, 5]) }])).toThrow(RangeError)
    expect(() => resident.get(engine, [])).toThrow(RangeError)
    expect(engine.held).toBe(0)
  })

  test('is collected, and its memory given back, when it is dropped', async () => {
    const tensors = weights()
    const drop = (): WeakRef<ResidentWeights>[] =>
      Array.from({ length: 20 }, () => {
        const resident = new ResidentWeights(spec)
        resident.get(engine, [tensors])
        return new WeakRef(resident)
      })
    const dropped = drop()
    expect(engine.held).toBe(20)
    for (let tries = 0; tries < 50 && engine.held > 0; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      collectGarbage()
    }
    expect(dropped.filter((reference) => reference.deref())).toEqual([])
    expect(engine.held).toBe(0)
  })

  test('is left alone by the collector after dispose', async () => {
    const resident = new ResidentWeights(spec)
    resident.get(engine, [weights()])
    resident.dispose()
    collectGarbage()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(engine.held).toBe(0)
  })
})
