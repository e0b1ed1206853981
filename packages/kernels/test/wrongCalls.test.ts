import * as kernels from '@unroll/kernels'
import { defaultEngine, type RecurrentSpec, setDefaultEngine } from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { describeEngines } from './engines.ts'
import { randomCall, randomWeights } from './random.ts'

const spec: RecurrentSpec = {
  mode: 'LSTM',
  dtype: 'float32',
  inputSize: 2,
  hiddenSize: 3,
  projSize: 0,
  numLayers: 1,
  bidirectional: false,
}
const one = Float32Array.of(1)

/** Calls from plain JavaScript: the name of a function or member, its arguments, and the error's text. */
type Wrong = readonly [name: string, args: readonly unknown[], says: string]

/** Makes a call and returns its error. The error has to be ours, not one of the JavaScript engine. */
async function errorOf(owner: object, name: string, args: readonly unknown[]): Promise<string> {
  const member: unknown = Reflect.get(owner, name)
  if (typeof member !== 'function') throw new Error(`no ${name}`)
  try {
    await Reflect.apply(member, owner, args)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    expect(error.message).not.toMatch(
      /Cannot read|is not a function|is not iterable|undefined \(reading|BigInt/,
    )
    return error.message
  }
  return 'nothing was thrown'
}

describe('functions refuse', () => {
  it.each<Wrong>([
    ['setDefaultEngine', ['wasm'], 'expected an engine or null, got string "wasm"'],
    ['setDefaultEngine', [undefined], 'got undefined'],
    ['setDefaultEngine', [{}], 'got Object'],
    ['setDefaultEngine', [Promise.resolve()], 'got a promise; await it first'],
    ['createWasmEngine', ['avx'], 'expected a build this runtime can run, got string "avx"'],
    ['createWasmEngine', [undefined, true], 'got boolean true; write { narrow: true }'],
    ['createWasmEngine', [undefined, { narow: true }], 'did you mean narrow?'],
    ['createWasmEngine', [undefined, { narrow: 'yes' }], 'expected narrow to be true or false'],
    ['createWasmEngine', [undefined, new Map()], 'got Map'],
    ['setNumThreads', ['2'], 'got string "2"'],
    ['setNumThreads', [undefined], 'got undefined'],
    ['setNumThreads', [0], 'from 1 to 64, got 0'],
    ['setNumThreads', [{ count: 2 }], 'got Object'],
    ['useWasmModule', ['simd'], 'expected a WebAssembly.Module'],
    ['useWasmModule', [{}], 'expected a WebAssembly.Module'],
    ['useWasmModule', [undefined], 'expected a WebAssembly.Module'],
  ])('%s(%o)', async (name, args, says) => {
    const before = defaultEngine()
    expect(await errorOf(kernels, name, args)).toContain(says)
    expect(defaultEngine()).toBe(before)
  })

  it('but take engines, and null', () => {
    setDefaultEngine(kernels.reference)
    expect(defaultEngine()).toBe(kernels.reference)
    setDefaultEngine(null)
    expect(kernels.createWasmEngine).toBeTypeOf('function')
  })
})

describeEngines((engine) => {
  const weights = randomWeights(seeded(1), spec)
  const packed = engine.pack(spec, weights)
  const call = randomCall(seeded(2), spec, [2, 1])
  const matrix = engine.packMatrix({ b: one, k: 1, n: 1 })

  it.each<Wrong>([
    ['pack', [], 'pack: expected an object of operands, got undefined'],
    ['pack', [spec], 'expected an array of the weights of each direction, got undefined'],
    ['pack', [spec, weights[0]], 'expected an array of the weights of each direction, got Object'],
    ['pack', [spec, [null]], 'direction 0: expected an object of operands, got null'],
    ['pack', [{ ...spec, mode: 'lstm' }, weights], 'RNN_TANH, RNN_RELU, LSTM, GRU, got string "lstm"'],
    ['pack', [{ ...spec, dtype: 'float16' }, weights], 'float32 or float64, got string "float16"'],
    [
      'pack',
      [{ ...spec, hiddenSize: 0 }, weights],
      'hiddenSize to be a whole number of at least 1, got number 0',
    ],
    [
      'pack',
      [{ ...spec, inputSize: '2' }, weights],
      'inputSize to be a whole number of at least 1, got string "2"',
    ],
    [
      'pack',
      [{ ...spec, numLayers: NaN }, weights],
      'numLayers to be a whole number of at least 1, got number NaN',
    ],
    ['pack', [{ ...spec, projSize: -1 }, weights], 'projSize to be 0'],
    ['pack', [{ ...spec, projSize: undefined }, weights], 'projSize to be 0'],
    ['pack', [{ ...spec, bidirectional: 1 }, weights], 'bidirectional to be true or false, got number 1'],
    ['pack', [spec, [{ ...weights[0], weightIh: [1, 2] }]], 'weightIh: expected float32, got array of 2'],
    ['recurrent', [packed], 'recurrent: expected an object of operands, got undefined'],
    ['recurrent', [packed, call.input], 'expected batchSizes to be an Int32Array, got undefined'],
    [
      'recurrent',
      [packed, { ...call, batchSizes: [2, 1] }],
      'batchSizes to be an Int32Array, got array of 2',
    ],
    ['recurrent', [packed, { ...call, input: [1, 2] }], 'input: expected float32, got array of 2'],
    ['recurrent', [packed, { ...call, h0: 0 }], 'h0: expected float32, got number 0'],
    ['recurrent', [weights, call], 'packed by another engine'],
    ['stream', [packed, '2'], 'expected batch to be a whole number of at least 1, got 2'],
    ['stream', [weights, 1], 'packed by another engine'],
    [
      'map',
      ['tan', one],
      'map: expected one of neg, abs, relu, sqrt, exp, log, tanh, sigmoid, got string "tan"',
    ],
    ['map', ['toString', one], 'got string "toString"'],
    ['map', ['neg', [1]], 'expected a Float32Array or Float64Array, got array of 1'],
    ['map', ['neg', new Int32Array(1)], 'got Int32Array'],
    ['map', ['neg'], 'got undefined'],
    ['zip', ['pow', one, one], 'zip: expected one of add, sub, mul, div, maximum, minimum, got string "pow"'],
    ['zip', ['add', one, 1], 'got number 1'],
    ['zip', ['add', 1, one], 'got number 1'],
    ['softmax', [one], 'x: expected a Float32Array or Float64Array, got undefined'],
    ['softmax', [], 'softmax: expected an object of operands, got undefined'],
    ['matmul', [], 'matmul: expected an object of operands, got undefined'],
    ['matmul', [{ a: [1], b: one, m: 1, k: 1, n: 1 }], 'matmul: a: expected a Float32Array or Float64Array'],
    ['matmul', [{ a: one, b: one }], 'matmul: b: expected NaN elements, got 1'],
    ['packMatrix', [one], 'packMatrix: b: expected a Float32Array or Float64Array, got undefined'],
    ['multiply', [[1], 1, matrix], 'multiply: a: expected a Float32Array or Float64Array, got array of 1'],
    ['multiply', [one, 1, one], 'packed by another engine'],
    ['multiplyInto', [one, 1, matrix, [0]], 'out: expected a Float32Array or Float64Array, got array of 1'],
    ['mapInto', ['tan', one, one], 'got string "tan"'],
    ['mapInto', ['neg', one], 'out: expected a Float32Array or Float64Array, got undefined'],
    [
      'softmaxInto',
      [{ x: one, rows: 1, columns: 1 }],
      'out: expected a Float32Array or Float64Array, got undefined',
    ],
  ])('refuses %s(%o)', async (name, args, says) => {
    expect(await errorOf(engine, name, args)).toContain(says)
  })
})
