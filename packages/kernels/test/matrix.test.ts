import { type FloatArray, type FloatDType, reference, wasm, wasmVariant } from '@unroll/kernels'
import { seeded, tolerances } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { WasmInstance } from '../src/wasm/instance.ts'
import { WasmMatrix } from '../src/wasm/wasmMatrix.ts'
import { describeEngines } from './engines.ts'
import { randomFloats } from './random.ts'

function draws(dtype: FloatDType, length: number): FloatArray {
  return randomFloats(seeded(length), dtype, length)
}

describeEngines((engine) => {
  describe.each(['float32', 'float64'] satisfies FloatDType[])('in %s', (dtype) => {
    it('multiplies tiles of every height by blocks of every width, in whole and cut runs and chunks', () => {
      for (const k of [1, 3, 37, 131]) {
        for (const panels of [1, 2, 3, 4, 5, 6, 7]) {
          const n = (panels * 32) / (dtype === 'float32' ? 4 : 8)
          const b = draws(dtype, k * n)
          for (let m = 1; m <= 12; m++) {
            const a = draws(dtype, m * k)
            const want = reference.matmul({ a, b, m, k, n })
            expect(engine.matmul({ a, b, m, k, n }), `${m} x ${k} x ${n}`).toBeAllclose(
              want,
              tolerances[dtype],
            )
          }
        }
      }
    })

    // Columns: none, whole panels and a part of one. Depths: whole blocks of rows and parts of one.
    it.each([
      [1, 1, 1],
      [1, 8, 8],
      [2, 9, 7],
      [3, 16, 17],
      [7, 5, 33],
      [13, 31, 40],
      [25, 24, 3],
      [0, 3, 4],
      [3, 0, 4],
      [3, 4, 0],
    ])('multiplies (%i, %i) by (., %i), packed or not, with and without a bias', (m, k, n) => {
      const [a, b, bias] = [draws(dtype, m * k), draws(dtype, k * n), draws(dtype, n)]
      for (const operand of [
        { b, k, n },
        { b, k, n, bias },
        { b, k, n, transposeB: true },
        { b, k, n, transposeB: true, bias },
      ]) {
        const want = reference.matmul({ ...operand, a, m })
        expect(engine.matmul({ ...operand, a, m })).toBeAllclose(want, tolerances[dtype])
        const packed = engine.packMatrix(operand)
        expect(engine.multiply(a, m, packed)).toBeAllclose(want, tolerances[dtype])
        expect(engine.multiply(a, m, packed)).toEqual(engine.multiply(a, m, packed))
        packed.dispose()
      }
    })
  })

  it('packs a copy', () => {
    const b = Float32Array.of(1, 2)
    const bias = Float32Array.of(3)
    const packed = engine.packMatrix({ b, k: 2, n: 1, bias })
    b.fill(0)
    bias.fill(0)
    expect(engine.multiply(Float32Array.of(1, 1), 1, packed)).toEqual(Float32Array.of(6))
    expect([packed.dtype, packed.k, packed.n, packed.stale]).toEqual(['float32', 2, 1, false])
    expect(packed.byteLength).toBeGreaterThanOrEqual(12)
  })

  it('refuses what does not fit, matrices of another engine, and disposed ones', () => {
    const b = new Float32Array(6)
    const packed = engine.packMatrix({ b, k: 2, n: 3 })
    expect(() => engine.packMatrix({ b, k: 2, n: 2 })).toThrow('packMatrix: b: expected 4 elements, got 6')
    expect(() => engine.packMatrix({ b, k: 2, n: 3, bias: new Float32Array(2) })).toThrow(RangeError)
    expect(() => engine.packMatrix({ b, k: 2, n: 3, bias: new Float64Array(3) })).toThrow(TypeError)
    expect(() => engine.matmul({ a: new Float32Array(3), b, m: 1, k: 2, n: 3 })).toThrow(RangeError)
    expect(() => engine.multiply(new Float32Array(3), 1, packed)).toThrow('expected 2 elements, got 3')
    expect(() => engine.multiply(new Float64Array(2), 1, packed)).toThrow('expected float32, got float64')
    const other = engine === reference ? wasm : reference
    expect(() => other.multiply(new Float32Array(2), 1, packed)).toThrow('packed by another engine')
    packed.dispose()
    packed.dispose()
    expect(packed.disposed).toBe(true)
    expect(() => engine.multiply(new Float32Array(2), 1, packed)).toThrow('disposed')
  })
})

it.skipIf(wasmVariant() === null)('a matrix in wasm memory is held once and given back', () => {
  const instance = new WasmInstance({ variant: wasmVariant() ?? 'simd', narrow: false })
  const b = new Float32Array(300 * 200)
  const packed = new WasmMatrix(instance, { b, k: 300, n: 200 })
  expect(instance.allocatedBytes).toBe(packed.byteLength)
  packed.multiply(new Float32Array(300 * 7), 7)
  expect(instance.allocatedBytes).toBe(packed.byteLength)
  const bytes = instance.memory.buffer.byteLength
  for (let i = 0; i < 1000; i++) packed.multiply(new Float32Array(300 * 7), 7)
  expect(instance.memory.buffer.byteLength).toBe(bytes)
  packed.dispose()
  expect(instance.allocatedBytes).toBe(0)
})
