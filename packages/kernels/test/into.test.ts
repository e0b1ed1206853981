import type { FloatArray, FloatDType, UnaryFunction } from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { describeEngines } from './engines.ts'
import { randomFloats } from './random.ts'

function draws(dtype: FloatDType, length: number): FloatArray {
  return randomFloats(seeded(length), dtype, length)
}

function zeros(dtype: FloatDType, length: number): FloatArray {
  return dtype === 'float32' ? new Float32Array(length) : new Float64Array(length)
}

describeEngines((engine) => {
  describe.each(['float32', 'float64'] satisfies FloatDType[])('into an array there is, in %s', (dtype) => {
    it.each([
      [1, 8, 8],
      [2, 9, 7],
      [13, 31, 40],
      [0, 3, 4],
      [3, 0, 4],
    ])('multiplies (%i, %i) by (., %i) as into a fresh one, again and again', (m, k, n) => {
      const packed = engine.packMatrix({ b: draws(dtype, k * n), k, n, bias: draws(dtype, n) })
      for (const rows of [m, m, m + 3, m]) {
        const a = draws(dtype, rows * k)
        const out = zeros(dtype, rows * n).fill(Number.NaN)
        engine.multiplyInto(a, rows, packed, out)
        expect(out).toEqual(engine.multiply(a, rows, packed))
      }
      packed.dispose()
    })

    it.each([0, 1, 7, 1000, 40_000])('maps %i elements as into a fresh one, in place too', (length) => {
      for (const f of ['tanh', 'sigmoid', 'relu', 'exp'] satisfies UnaryFunction[]) {
        const x = draws(dtype, length)
        const [want, out] = [engine.map(f, x), zeros(dtype, length)]
        engine.mapInto(f, x, out)
        expect(out).toEqual(want)
        engine.mapInto(f, x, x)
        expect(x).toEqual(want)
      }
    })

    it.each([
      [0, 3],
      [3, 0],
      [5, 3],
      [20, 1001],
      [2, 20_001],
    ])('has softmax of %i rows of %i as into a fresh one, in place too', (rows, columns) => {
      for (const log of [false, true]) {
        const x = draws(dtype, rows * columns)
        const operands = { x, rows, columns, log }
        const [want, out] = [engine.softmax(operands), zeros(dtype, x.length)]
        engine.softmaxInto(operands, out)
        expect(out).toEqual(want)
        engine.softmaxInto(operands, x)
        expect(x).toEqual(want)
      }
    })
  })

  it('goes on when the memory has grown, and views of before are of no use', () => {
    const x = Float32Array.of(1, -2)
    const operand = { b: Float32Array.of(1, 2, 3, 4), k: 2, n: 2 }
    const packed = engine.packMatrix(operand)
    const run = (): FloatArray[] => {
      const outs = [new Float32Array(2), new Float32Array(2), new Float32Array(2)] as const
      engine.multiplyInto(x, 1, packed, outs[0])
      engine.mapInto('tanh', x, outs[1])
      engine.softmaxInto({ x, rows: 1, columns: 2 }, outs[2])
      return [...outs]
    }
    const before = run()
    const large = Array.from({ length: 4 }, () =>
      engine.packMatrix({ b: new Float32Array(2 ** 20), k: 2 ** 10, n: 2 ** 10 }),
    )
    expect(run()).toEqual(before)
    for (const each of [...large, packed]) each.dispose()
  })

  it('refuses an array of another size or type, and a matrix that was disposed', () => {
    const x = Float32Array.of(1, 2)
    const packed = engine.packMatrix({ b: Float32Array.of(1, 2, 3, 4), k: 2, n: 2 })
    const [short, other] = [new Float32Array(1), new Float64Array(2)]
    for (const [out, message] of [
      [short, 'out: expected 2 elements, got 1'],
      [other, 'out: expected float32, got float64'],
    ] as const) {
      expect(() => engine.multiplyInto(x, 1, packed, out)).toThrow(message)
      expect(() => engine.mapInto('exp', x, out)).toThrow(message)
      expect(() => engine.softmaxInto({ x, rows: 1, columns: 2 }, out)).toThrow(message)
    }
    expect(() => engine.multiplyInto(short, 1, packed, x)).toThrow('a: expected 2 elements, got 1')
    expect(() => engine.multiplyInto(other, 1, packed, x)).toThrow('a: expected float32, got float64')
    packed.dispose()
    expect(() => engine.multiplyInto(x, 1, packed, x)).toThrow('disposed')
  })
})
