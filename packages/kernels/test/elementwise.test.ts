import {
  type BinaryFunction,
  type FloatArray,
  type FloatDType,
  reference,
  type UnaryFunction,
} from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { describeEngines, describeFastEngines } from './engines.ts'
import { randomFloats } from './random.ts'

const dtypes = ['float32', 'float64'] as const satisfies FloatDType[]

/** Lengths around the wasm engine's chunk of 16,384 float32 elements, where copying in parts could go wrong. */
const lengths = [0, 1, 3, 5, 17, 1000, 16385, 40001]

const unary: Record<UnaryFunction, (x: number) => number> = {
  neg: (x) => -x,
  abs: Math.abs,
  relu: (x) => Math.max(x, 0),
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  sigmoid: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
}
const unaryNames = Object.keys(unary) as UnaryFunction[]
const binaryNames = ['add', 'sub', 'mul', 'div', 'maximum', 'minimum'] as const satisfies BinaryFunction[]

/** The allowed error in units in the last place; the other functions are exact. */
const ulps: Partial<Record<UnaryFunction, number>> = { exp: 1.5, log: 1.5, sigmoid: 2.5, tanh: 3 }

function floats(dtype: FloatDType, values: ArrayLike<number>): FloatArray {
  return dtype === 'float32' ? Float32Array.from(values) : Float64Array.from(values)
}

function draws(dtype: FloatDType, length: number, scale: number): FloatArray {
  return randomFloats(seeded(length), dtype, length).map((x) => x * scale)
}

/** A unit in the last place of `x`. */
function ulp(dtype: FloatDType, x: number): number {
  const [digits, lowest] = dtype === 'float32' ? [23, -126] : [52, -1022]
  const exponent = x === 0 ? lowest : Math.max(lowest, Math.floor(Math.log2(Math.abs(x))))
  return 2 ** (exponent - digits)
}

/** Both signs, the ends of the ranges, and powers of ten through all of them. */
function sweep(dtype: FloatDType): FloatArray {
  const [end, powers] = dtype === 'float32' ? [110, 45] : [760, 323]
  const linear = Array.from({ length: 4001 }, (_, i) => ((i - 2000) / 2000) * end)
  const near = Array.from({ length: 2001 }, (_, i) => (i - 1000) / 500)
  const scales = Array.from({ length: powers * 2 }, (_, i) => 10 ** (i - powers))
  return floats(dtype, [...linear, ...near, ...scales, ...scales.map((x) => -x)])
}

describeEngines((engine) => {
  describe.each(dtypes)('in %s', (dtype) => {
    it.each(unaryNames)('has %s to the last places over the whole range', (f) => {
      const x = sweep(dtype)
      const got = engine.map(f, x)
      const want = floats(dtype, Array.from(x, unary[f]))
      for (const [i, value] of want.entries()) {
        if (Object.is(got[i], value)) continue
        const error = Math.abs((got[i] ?? Number.NaN) - value) / ulp(dtype, value)
        expect(error, `${f}(${x[i]}) = ${got[i]}, not ${value}`).toBeLessThanOrEqual(ulps[f] ?? 0)
      }
    })

    it.each(unaryNames)('has %s of zeros, infinities, NaN and numbers below the normal ones', (f) => {
      const special = [
        0,
        -0,
        1,
        -1,
        Infinity,
        -Infinity,
        Number.NaN,
        -Number.NaN,
        1e-40,
        -1e-40,
        5e-324,
        1e-310,
      ]
      const x = floats(dtype, special)
      const got = engine.map(f, x)
      // The results for 1 and -1 may differ in the last place, so they are not compared here.
      const want = floats(dtype, Array.from(x, unary[f])).map((y, i) =>
        Math.abs(x[i] ?? 0) === 1 ? (got[i] ?? 0) : y,
      )
      expect(Array.from(got)).toEqual(Array.from(want))
    })

    it.each(binaryNames)('has %s exactly, of pairs and of one with all', (f) => {
      const special = floats(dtype, [0, -0, 1, -2.5, Infinity, -Infinity, Number.NaN, 1e-40, 3e38])
      const x = special.map((_, i) => special[i] ?? 0)
      for (const y of special) {
        const one = floats(dtype, [y])
        expect(Array.from(engine.zip(f, x, one))).toEqual(Array.from(reference.zip(f, x, one)))
        expect(Array.from(engine.zip(f, one, x))).toEqual(Array.from(reference.zip(f, one, x)))
      }
      for (const length of lengths) {
        const [a, b] = [draws(dtype, length, 3), draws(dtype, length, 2)]
        expect(engine.zip(f, a, b)).toEqual(reference.zip(f, a, b))
      }
    })

    it.each(lengths)('gives fresh arrays of %i elements and leaves the operands alone', (length) => {
      const x = draws(dtype, length, 3)
      const before = x.slice()
      const got = engine.map('neg', x)
      expect(got).toEqual(before.map((value) => -value))
      engine.zip('add', x, x)
      expect(x).toEqual(before)
    })

    it.each([
      [0, 3],
      [3, 0],
      [1, 1],
      [4, 1],
      [5, 3],
      [3, 17],
      [7, 1000],
      [20, 1001],
      [2, 20001],
    ])('has softmax of %i rows of %i, and its logarithm', (rows, columns) => {
      const x = draws(dtype, rows * columns, 10)
      const tolerance = dtype === 'float32' ? { rtol: 4e-6, atol: 4e-6 } : { rtol: 1e-14, atol: 1e-14 }
      for (const log of [false, true]) {
        const got = engine.softmax({ x, rows, columns, log })
        expect(got).toBeAllclose(reference.softmax({ x, rows, columns, log }), tolerance)
        expect(got.constructor).toBe(x.constructor)
      }
      const shares = engine.softmax({ x, rows, columns })
      for (let row = 0; row < rows; row++) {
        let sum = 0
        for (let k = 0; k < columns; k++) sum += shares[row * columns + k] ?? 0
        if (columns > 0) expect(sum).toBeCloseTo(1, 5)
      }
    })

    it('has softmax of infinities and NaN as the equations have them', () => {
      const rows = [
        [Infinity, 1, 0],
        [-Infinity, 0, 1],
        [-Infinity, -Infinity, -Infinity],
        [Number.NaN, 0, 1],
        [1e4, -1e4, 0],
      ]
      const operands = { x: floats(dtype, rows.flat()), rows: rows.length, columns: 3 }
      for (const log of [false, true]) {
        expect(engine.softmax({ ...operands, log })).toBeAllclose(reference.softmax({ ...operands, log }))
      }
    })
  })

  it('refuses operands that do not fit each other', () => {
    const x = Float32Array.of(1, 2, 3)
    expect(() => engine.zip('add', x, Float32Array.of(1, 2))).toThrow(RangeError)
    expect(() => engine.zip('add', x, Float64Array.of(1, 2, 3))).toThrow('expected float32, got float64')
    expect(() => engine.softmax({ x, rows: 2, columns: 2 })).toThrow('expected 4 elements, got 3')
  })
})

describeFastEngines((engine) => {
  it('keeps long float32 rows of softmax as exact as short ones', () => {
    const columns = 200_000
    const got = engine.softmax({ x: new Float32Array(columns), rows: 1, columns })
    expect(got[0]).toBe(Math.fround(1 / columns))
    const logarithm = engine.softmax({ x: new Float32Array(columns), rows: 1, columns, log: true })
    expect(logarithm[0]).toBe(Math.fround(-Math.log(columns)))
  })
})
