import {
  type FloatArray,
  type FloatDType,
  type HostEngine,
  type HostOptimizers,
  type Moment,
  reference,
  wasm,
} from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { describeEngines, describeFastEngines } from './engines.ts'
import { randomFloats } from './random.ts'

const dtypes = ['float32', 'float64'] as const satisfies FloatDType[]

/** Lengths around vectors, and around the wasm engine's chunk of 4,096 elements. */
const lengths = [0, 1, 3, 4, 5, 17, 1000, 4096, 4097, 9001]

/** PyTorch's tolerance for float32, which the reference engine rounds less often in. */
const tolerances = { float32: { rtol: 1.3e-6, atol: 1e-6 }, float64: { rtol: 1e-13, atol: 1e-14 } }

/** Centered, numbers are subtracted that may be nearly equal, and the root of the difference is a divisor. */
const centered = { float32: { rtol: 1e-4, atol: 1e-4 }, float64: { rtol: 1e-12, atol: 1e-12 } }

interface Run {
  readonly optimizers: HostOptimizers
  readonly parameter: FloatArray
  readonly gradient: FloatArray
  readonly moments: readonly [Moment, Moment, Moment]
  /** Counts from 1. */
  readonly t: number
  readonly maximize: boolean
  readonly weightDecay: number
}

/** Every loop of every rule. */
const rules: Record<string, (run: Run) => void> = {
  sgd: ({ optimizers, ...run }) =>
    optimizers.sgd({
      ...run,
      lr: 0.1,
      momentum: 0,
      dampening: 0,
      nesterov: false,
      buffer: null,
      isFirst: false,
    }),
  'sgd with momentum': ({ optimizers, moments: [buffer], ...run }) =>
    optimizers.sgd({
      ...run,
      lr: 0.1,
      momentum: 0.9,
      dampening: 0.2,
      nesterov: false,
      buffer,
      isFirst: run.t === 1,
    }),
  "sgd with Nesterov's momentum": ({ optimizers, moments: [buffer], ...run }) =>
    optimizers.sgd({
      ...run,
      lr: 0.1,
      momentum: 0.9,
      dampening: 0,
      nesterov: true,
      buffer,
      isFirst: run.t === 1,
    }),
  adam: (run) => adam(run, 0.9),
  'adam with a small beta': (run) => adam(run, 0.3),
  'adam with amsgrad and decoupled decay': (run) => adam(run, 0.9, 0.99, run.moments[2]),
  rmsprop: (run) => rmsprop(run, 0.99, null, null),
  'rmsprop, centered': (run) => rmsprop(run, 0.9, run.moments[1], null),
  'rmsprop with momentum': (run) => rmsprop(run, 0.99, null, run.moments[2]),
  'rmsprop, centered, with momentum': (run) => rmsprop(run, 0.4, run.moments[1], run.moments[2]),
  adagrad: ({ optimizers, moments: [sum], ...run }) =>
    optimizers.adagrad({ ...run, lr: 0.05, eps: 1e-10, sum }),
}

function adam(run: Run, beta1: number, keep = 1, maxExpAvgSq: Moment | null = null): void {
  const { optimizers, moments, t, ...step } = run
  const [expAvg, expAvgSq] = moments
  const [beta2, eps] = [0.999, 1e-8]
  const [rate, correction] = [0.01 / (1 - beta1 ** t), Math.sqrt(1 - beta2 ** t)]
  optimizers.adam({ ...step, keep, beta1, beta2, rate, correction, eps, expAvg, expAvgSq, maxExpAvgSq })
}

function rmsprop(run: Run, alpha: number, gradAvg: Moment | null, buffer: Moment | null): void {
  const { optimizers, moments, t: _, ...step } = run
  const numbers = { lr: 0.01, alpha, eps: 1e-2, momentum: 0.5 }
  optimizers.rmsprop({ ...step, ...numbers, squareAvg: moments[0], gradAvg, buffer })
}

/** Ten steps from the same random numbers: the parameter, then the moments. */
function trained(
  engine: HostEngine,
  rule: (run: Run) => void,
  dtype: FloatDType,
  length: number,
): FloatArray[] {
  const { optimizers } = engine
  const random = seeded(length)
  const parameter = randomFloats(random, dtype, length)
  const moments = [0, 1, 2].map(() => optimizers.moment(dtype, length))
  const [first, second, third] = moments
  if (!first || !second || !third) throw new Error('three moments')
  for (let t = 1; t <= 10; t++) {
    const gradient = randomFloats(random, dtype, length)
    const before = gradient.slice()
    const options = { maximize: t % 3 === 0, weightDecay: t % 2 === 0 ? 0.1 : 0 }
    rule({ optimizers, parameter, gradient, moments: [first, second, third], t, ...options })
    expect(gradient).toEqual(before)
  }
  const kept = moments.map((moment) => moment.read())
  for (const moment of moments) moment.dispose()
  return [parameter, ...kept]
}

describeFastEngines((engine) => {
  describe.each(dtypes)('in %s', (dtype) => {
    describe.each(Object.entries(rules))('%s', (name, rule) => {
      const tolerance = (name.includes('centered') ? centered : tolerances)[dtype]
      it.each(lengths)('steps %i elements as the reference engine does', (length) => {
        const before = engine.allocatedBytes
        const got = trained(engine, rule, dtype, length)
        const want = trained(reference, rule, dtype, length)
        for (const [i, array] of want.entries()) expect(got[i]).toBeAllclose(array, tolerance)
        // All but the area that the engine keeps for copies.
        expect(engine.allocatedBytes - before).toBeLessThanOrEqual(64 * 1024)
      })
    })
  })
})

describeEngines((engine) => {
  const { optimizers } = engine
  const none = { maximize: false, weightDecay: 0 }
  const settings = { lr: 0.1, momentum: 0.9, dampening: 0, nesterov: false, isFirst: true }

  it('has moments of zeros, reads and writes copies of them, and frees them', () => {
    const before = engine.allocatedBytes
    const moment = optimizers.moment('float64', 3)
    expect(moment.read()).toEqual(new Float64Array(3))
    const elements = Float64Array.of(1, 2, 3)
    moment.write(elements)
    elements.fill(0)
    moment.read().fill(0)
    expect(moment.read()).toEqual(Float64Array.of(1, 2, 3))
    expect(engine === reference || engine.allocatedBytes - before === moment.byteLength).toBe(true)
    moment.dispose()
    moment.dispose()
    expect(moment.disposed).toBe(true)
    expect(engine.allocatedBytes).toBe(before)
    expect(() => moment.read()).toThrow('optimizer: this moment was disposed')
  })

  it('finds zeros in memory that was used before', () => {
    const used = optimizers.moment('float32', 5)
    used.write(new Float32Array(5).fill(7))
    used.dispose()
    expect(optimizers.moment('float32', 5).read()).toEqual(new Float32Array(5))
  })

  it('refuses arrays and moments that do not fit, and changes nothing', () => {
    const parameter = Float32Array.of(1, 2)
    const gradient = Float32Array.of(1, 1)
    const step = { ...none, ...settings, parameter, gradient, buffer: null }
    expect(() => optimizers.sgd({ ...step, gradient: new Float32Array(3) })).toThrow(
      new RangeError('sgd: gradient: expected 2 elements, got 3'),
    )
    expect(() => optimizers.sgd({ ...step, gradient: new Float64Array(2) })).toThrow(
      new TypeError('sgd: gradient: expected float32, got float64'),
    )
    const long = optimizers.moment('float32', 3)
    expect(() => optimizers.sgd({ ...step, buffer: long })).toThrow(
      new RangeError('sgd: moment: expected 2 elements, got 3'),
    )
    expect(() => long.write(new Float32Array(2))).toThrow('moment: expected 3 elements, got 2')
    expect(() => optimizers.moment('float32', -1)).toThrow(RangeError)
    const disposed = optimizers.moment('float32', 2)
    disposed.dispose()
    expect(() => optimizers.sgd({ ...step, buffer: disposed })).toThrow('disposed')
    const foreign = (engine === reference ? wasm : reference).optimizers.moment('float32', 2)
    expect(() => optimizers.sgd({ ...step, buffer: foreign })).toThrow('made by another engine')
    expect(parameter).toEqual(Float32Array.of(1, 2))
  })

  it('takes NaN and infinities as numbers like others', () => {
    const parameter = Float32Array.of(1, 1, 1)
    const gradient = Float32Array.of(Number.NaN, Infinity, -Infinity)
    optimizers.sgd({ ...none, ...settings, parameter, gradient, buffer: null })
    expect(parameter).toEqual(Float32Array.of(Number.NaN, -Infinity, Infinity))
  })
})
