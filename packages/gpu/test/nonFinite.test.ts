import {
  type DirectionWeights,
  type FloatArray,
  type OutputGradients,
  type RecurrentInput,
  type RecurrentMode,
  type RecurrentSpec,
  reference,
} from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { isFull } from '@unroll/testing/full'
import { expect, it } from 'vitest'
import { describeBackends } from './backends.ts'
import { expectGradients } from './gradientFixtures.ts'
import { randomCall, randomFloats, randomWeights } from './random.ts'

// Shading languages let compilers assume that there is no NaN and no infinity: every place a value can come from, every
// activation and every derivative is compared with the reference engine, which computes with IEEE's.

/** Those of the other suites: NaN equals NaN only, and an infinity itself only. */
const tolerance = { rtol: 1e-4, atol: 1e-5 }
const gradientTolerance = { rtol: 1e-3, atol: 1e-4 }

const specials = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]

const layer = (mode: RecurrentMode, change: Partial<RecurrentSpec> = {}): RecurrentSpec => ({
  mode,
  dtype: 'float32',
  inputSize: 2,
  hiddenSize: 3,
  projSize: 0,
  numLayers: 1,
  bidirectional: false,
  ...change,
})

interface Case {
  readonly weights: readonly DirectionWeights[]
  readonly call: RecurrentInput
  readonly given: OutputGradients
}

/** The array a place names, of its direction where it is one of weights; null where there is none. */
function arrayOf({ weights, call, given }: Case, place: string): FloatArray | null {
  const arrays: Record<string, FloatArray | null | undefined> = {
    input: call.input,
    h0: call.h0,
    c0: call.c0,
    'gradient of output': given.output,
    'gradient of hn': given.hn,
    'gradient of cn': given.cn,
  }
  weights.forEach((own, index) => {
    for (const kind of ['weightIh', 'weightHh', 'biasIh', 'biasHh', 'weightHr'] as const) {
      arrays[`${kind} of direction ${index}`] = own[kind]
    }
  })
  return arrays[place] ?? null
}

function placesOf({ weights }: Case): string[] {
  const ofWeights = weights.flatMap((_, index) =>
    ['weightIh', 'weightHh', 'biasIh', 'biasHh', 'weightHr'].map((kind) => `${kind} of direction ${index}`),
  )
  return ['input', 'h0', 'c0', 'gradient of output', 'gradient of hn', 'gradient of cn', ...ofWeights]
}

describeBackends((backend, gpu) => {
  it.each([
    ['RNN_TANH', {}, [2, 2, 1]],
    ['RNN_RELU', {}, [2, 2, 1]],
    ['LSTM', {}, [2, 2, 1]],
    ['LSTM', { projSize: 2 }, [2, 2, 1]],
    ['GRU', {}, [2, 2, 1]],
    ['RNN_TANH', { numLayers: 2, bidirectional: true }, [2, 2]],
    ['RNN_RELU', { numLayers: 2, bidirectional: true }, [2, 2, 1]],
    ['LSTM', { numLayers: 2, bidirectional: true }, [2, 2, 1]],
    ['GRU', { numLayers: 2, bidirectional: true }, [2, 1]],
  ] as const)(
    'gives what the reference gives of NaN and infinities, forward and backward, wherever they come from: %s %o',
    async (mode, change, batchSizes) => {
      expect(gpu.backend).toBe(backend)
      const spec = layer(mode, change)
      const random = seeded(17)
      const states = { D: spec.bidirectional ? 2 : 1, P: spec.projSize || spec.hiddenSize }
      const draw = (): Case => {
        const call = randomCall(random, spec, batchSizes, { dropout: spec.numLayers > 1 })
        const [rows, N] = [batchSizes.reduce<number>((sum, size) => sum + size, 0), batchSizes[0]]
        return {
          weights: randomWeights(random, spec),
          call,
          given: {
            output: randomFloats(random, rows * states.D * states.P),
            hn: randomFloats(random, spec.numLayers * states.D * N * states.P),
            cn:
              mode === 'LSTM' ? randomFloats(random, spec.numLayers * states.D * N * spec.hiddenSize) : null,
          },
        }
      }
      for (const [at, place] of placesOf(draw()).entries()) {
        // Layers share their kernels: of many places each gets one of the three. Where not everything is tested, few places do, too.
        const all = isFull && spec.numLayers === 1
        for (const special of all ? specials : [specials[at % 3] ?? 0]) {
          const own = draw()
          const array = arrayOf(own, place)
          if (array === null) continue
          array[Math.floor(random() * array.length)] = special
          const what = `${special} in ${place}`
          using packed = gpu.pack(spec, own.weights)
          using tape = await gpu.training.recurrent(packed, own.call)
          const want = reference.training.recurrent(reference.pack(spec, own.weights), own.call)
          expect(tape.output, `${what}: output`).toBeAllclose(want.output, tolerance)
          expect(tape.hn, `${what}: hn`).toBeAllclose(want.hn, tolerance)
          expect(tape.cn ?? [], `${what}: cn`).toBeAllclose(want.cn ?? [], tolerance)
          const gradients = await tape.backward(own.given)
          expectGradients(gradients, want.backward(own.given), gradientTolerance, what)
        }
      }
    },
  )
  // Sums of 768 terms and more, which WebGPU shares out among threads.
  it.each([
    ['LSTM', { hiddenSize: 193 }],
    ['GRU', { hiddenSize: 257 }],
    ['RNN_RELU', { hiddenSize: 769 }],
  ] as const)('gives it where products are shared out, too: %s %o', async (mode, change) => {
    const spec = layer(mode, change)
    const random = seeded(18)
    for (const special of specials) {
      const weights = randomWeights(random, spec)
      const call = randomCall(random, spec, [2, 1])
      const [own] = weights
      if (own) own.weightHh[Math.floor(random() * own.weightHh.length)] = special
      using packed = gpu.pack(spec, weights)
      const got = await gpu.recurrent(packed, call)
      const want = reference.recurrent(reference.pack(spec, weights), call)
      expect(got.output, `${special}`).toBeAllclose(want.output, tolerance)
    }
  })

  it('gives it in products, softmax and rows of tables', async () => {
    const random = seeded(19)
    const { operations } = gpu
    for (const special of specials) {
      const [x, weight] = [randomFloats(random, 12), randomFloats(random, 8)]
      const bias = randomFloats(random, 2)
      x[5] = special
      const product = { a: x, b: weight, m: 3, k: 4, n: 2, bias }
      expect(await gpu.matmul(product)).toBeAllclose(reference.matmul(product), tolerance)
      weight[3] = special
      bias[0] = special
      const wanted = reference.matmul({ ...product, transposeB: true })
      const linear = operations.linear(
        operations.array(x, [3, 4]),
        operations.linearWeights(weight, bias, 4, 2),
      )
      expect(await linear.read()).toBeAllclose(wanted, tolerance)
      expect(await operations.softmax(linear).read()).toBeAllclose(
        reference.softmax({ x: wanted, rows: 3, columns: 2 }),
        tolerance,
      )
      const rows = operations.softmax(operations.array(x, [3, 4]))
      const shares = reference.softmax({ x, rows: 3, columns: 4 })
      expect(await rows.read(), `softmax of ${special}`).toBeAllclose(shares, tolerance)
      const words = operations.embedding(operations.table(x, 3, 4), [2, 1, 1], [3])
      expect(await words.read()).toBeAllclose([...x.slice(8), ...x.slice(4, 8), ...x.slice(4, 8)], tolerance)
    }
    const whole = Float32Array.of(-Infinity, -Infinity, Infinity, Infinity, -Infinity, 1, Infinity, 1)
    expect(await operations.softmax(operations.array(whole, [4, 2])).read()).toBeAllclose(
      reference.softmax({ x: whole, rows: 4, columns: 2 }),
      tolerance,
    )
  })
})
