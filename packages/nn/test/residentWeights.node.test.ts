/// <reference types="node" />
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type HostEngine, type PackedWeights, reference, wasm } from '@unroll/kernels'
import { noGrad, ones, zeros } from '@unroll/tensor'
import { beforeEach, describe, expect, it } from 'vitest'
import { Parameter } from '../src/index.ts'
import { ResidentWeights } from '../src/recurrent/index.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const spec = {
  mode: 'GRU',
  inputSize: 2,
  hiddenSize: 3,
  projSize: 0,
  numLayers: 1,
  bidirectional: false,
  bias: true,
} as const

/** The parameters of a GRUCell(2, 3). */
interface Weights {
  weight_ih: Parameter
  weight_hh: Parameter
  bias_ih: Parameter
  bias_hh: Parameter
}

function weights(dtype: 'float32' | 'float64' = 'float32'): Weights {
  const parameter = (...shape: number[]): Parameter => new Parameter(ones(shape, { dtype }))
  return {
    weight_ih: parameter(9, 2),
    weight_hh: parameter(9, 3),
    bias_ih: parameter(9),
    bias_hh: parameter(9),
  }
}

function residentWeights(): ResidentWeights {
  return new ResidentWeights('GRUCell', spec, [''])
}

/** The reference engine. It counts the weights that are packed and not yet freed. */
function countingEngine(): HostEngine & {
  held: number
  packs: number
  updates: number
  arrays: unknown[]
} {
  const engine = {
    ...reference,
    held: 0,
    packs: 0,
    updates: 0,
    arrays: [] as unknown[],
    pack: (...args: Parameters<HostEngine['pack']>): PackedWeights => {
      const packed = reference.pack(...args)
      engine.arrays = args[1].flatMap((direction) => Object.values(direction))
      const dispose = packed.dispose.bind(packed)
      const update = packed.update.bind(packed)
      packed.update = (weights) => {
        update(weights)
        engine.updates++
      }
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

  it('packs once, without copying what is contiguous', () => {
    const resident = residentWeights()
    const module = weights()
    const packed = resident.get(engine, module)
    expect(engine.arrays[0]).toBe(module.weight_ih.storage.elements)
    for (let i = 0; i < 3; i++) expect(resident.get(engine, { ...module })).toBe(packed)
    expect([engine.packs, engine.updates, engine.held]).toEqual([1, 0, 1])
    resident.dispose()
  })

  it('packs into the same memory after each kind of change', () => {
    const resident = residentWeights()
    const module = weights()
    const changes: [what: string, change: () => void][] = [
      ['a write', () => noGrad(() => module.weight_hh.fill_(2))],
      ['a write through a view', () => noGrad(() => module.weight_ih.select(0, 1).zero_())],
      [
        'another tensor',
        () => {
          module.bias_hh = new Parameter(ones([9]))
        },
      ],
      ['set_ to other memory', () => noGrad(() => module.weight_ih.set_(zeros([9, 2])))],
      [
        'set_ to the same memory, walked otherwise',
        () => noGrad(() => module.weight_hh.set_(module.weight_hh.view([3, 9]).t())),
      ],
    ]
    const packed = resident.get(engine, module)
    let updates = 0
    for (const [what, change] of changes) {
      change()
      expect(resident.get(engine, module)).toBe(packed)
      expect([what, engine.updates, engine.packs, engine.held]).toEqual([what, ++updates, 1, 1])
      const call = {
        input: Float32Array.of(1, 2),
        batchSizes: Int32Array.of(1),
        h0: Float32Array.of(1, 2, 3),
        c0: null,
      }
      using fresh = residentWeights()
      expect(engine.recurrent(packed, call)).toEqual(reference.recurrent(fresh.get(reference, module), call))
    }
    resident.dispose()
    expect(engine.held).toBe(0)
  })

  it('packs anew for another engine or dtype, giving the old memory back', () => {
    const resident = residentWeights()
    const module = weights()
    resident.get(engine, module)
    resident.get(wasm, module)
    expect(engine.held).toBe(0)
    expect(resident.get(engine, weights('float64')).spec.dtype).toBe('float64')
    expect(resident.get(engine, module).spec.dtype).toBe('float32')
    expect([engine.packs, engine.updates, engine.held]).toEqual([3, 0, 1])
    resident.dispose()
  })

  it('gives memory back on dispose, and packs again after it', () => {
    const module = weights()
    {
      using resident = residentWeights()
      resident.dispose()
      resident.get(engine, module)
      resident.dispose()
      resident.dispose()
      expect(engine.held).toBe(0)
      resident.get(engine, module)
      expect(engine.held).toBe(1)
    }
    expect(engine.held).toBe(0)
  })

  it('names what cannot be packed, and goes on with what was', () => {
    const resident = residentWeights()
    const module = weights()
    const packed = resident.get(engine, module)
    const half = new Parameter(zeros([9, 2], { dtype: 'float16' }))
    const large = new Parameter(zeros([9, 5]))
    expect(() => resident.get(engine, { ...module, weight_ih: half })).toThrow("module.to('float32')")
    expect(() => resident.get(engine, { ...module, weight_ih: large })).toThrow(RangeError)
    expect(() => resident.get(engine, { ...module, bias_ih: null })).toThrow(
      'GRUCell.bias_ih: expected a Parameter, got null',
    )
    expect(resident.get(engine, module)).toBe(packed)
    expect([engine.packs, engine.updates, engine.held]).toEqual([1, 0, 1])
    resident.dispose()
    expect(engine.held).toBe(0)
  })

  it('is collected, and its memory given back, when it is dropped', async () => {
    const module = weights()
    const drop = (): WeakRef<ResidentWeights>[] =>
      Array.from({ length: 20 }, () => {
        const resident = residentWeights()
        resident.get(engine, module)
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

  it('is left alone by the collector after dispose', async () => {
    const resident = residentWeights()
    resident.get(engine, weights())
    resident.dispose()
    collectGarbage()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(engine.held).toBe(0)
  })
})
