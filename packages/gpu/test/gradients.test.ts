import {
  type DirectionWeights,
  type OutputGradients,
  type RecurrentGradients,
  type RecurrentMode,
  type RecurrentOutput,
  type RecurrentSpec,
  reference,
  type WantedGradients,
} from '@unroll/kernels'
import fixtures from '@unroll/oracle/fixtures/gradients.json'
import { seeded } from '@unroll/testing'
import { some, spread } from '@unroll/testing/full'
import { expect, it } from 'vitest'
import { createGpu } from '../src/index.ts'
import { describeBackends, shapesOn } from './backends.ts'
import { LiveObjects } from './captures.ts'
import { expectGradients, gradientCall } from './gradientFixtures.ts'
import { expectQuietRun } from './quietRun.ts'
import { randomCall, randomFloats, randomWeights } from './random.ts'

/** Float32 sums over all timesteps, of exponentials a few units in the last place off. */
const tolerance = { rtol: 1e-3, atol: 1e-4 }

const layer = (mode: RecurrentMode, change: Partial<RecurrentSpec> = {}): RecurrentSpec => ({
  mode,
  dtype: 'float32',
  inputSize: 3,
  hiddenSize: 4,
  projSize: 0,
  numLayers: 1,
  bidirectional: false,
  ...change,
})

const none: OutputGradients = { output: null, hn: null, cn: null }

/** Gradients of the results, drawn at random. */
function randomGradients(random: () => number, { output, hn, cn }: RecurrentOutput): OutputGradients {
  return {
    output: randomFloats(random, output.length),
    hn: randomFloats(random, hn.length),
    cn: cn && randomFloats(random, cn.length),
  }
}

function referenceGradients(
  spec: RecurrentSpec,
  weights: readonly DirectionWeights[],
  call: Parameters<typeof reference.recurrent>[1],
  given: OutputGradients,
  wanted: WantedGradients = {},
): RecurrentGradients {
  return reference.training.recurrent(reference.pack(spec, weights), call).backward(given, wanted)
}

describeBackends((backend, gpu) => {
  // On WebGL each shape compiles kernels one by one, which takes most of the time: the smallest cases, and those that are
  // float32 in PyTorch.
  const fitting = fixtures.cases.filter(
    ({ options, hiddenSize }) => backend === 'webgpu' || options.dtype === 'float32' || hiddenSize === 1,
  )
  const few = gpu.adapter?.software === false ? fitting.length : backend === 'webgpu' ? 8 : 4
  const cases = spread(fitting, few)

  it(`gives the gradients of PyTorch's autograd, rounded to float32, in ${cases.length} cases`, async () => {
    expect(gpu.backend).toBe(backend)
    expect(cases.length).toBe(few)
    for (const fixture of cases) {
      const { spec, weights, call, given, want } = gradientCall(fixture)
      using packed = gpu.pack(spec, weights)
      using tape = await gpu.training.recurrent(packed, call)
      expectGradients(await tape.backward(given), want, tolerance, fixture.name)
    }
  })

  // Modes of one kind share their shapes, and on WebGL so most of their kernels.
  it.each([[['RNN_TANH', 'RNN_RELU']], [['LSTM']], [['GRU']]] as const)(
    'agrees with the reference on random configurations of each of %o, rtol 1e-3, atol 1e-4',
    async (modes) => {
      expect(gpu.backend).toBe(backend)
      const random = seeded(modes[0].length + 11)
      const upTo = (most: number): number => 1 + Math.floor(random() * most)
      for (let round = 0; round < shapesOn(gpu, 15); round++) {
        const hiddenSize = upTo(10)
        const isProjected = modes[0] === 'LSTM' && hiddenSize > 1 && round % 2 === 1
        const shape = {
          inputSize: upTo(6),
          hiddenSize,
          projSize: isProjected ? upTo(hiddenSize - 1) : 0,
          numLayers: random() < 0.7 ? 1 : 1 + upTo(2),
          bidirectional: random() < 0.4,
        }
        const sizes = Array.from({ length: upTo(9) }, () => upTo(5)).sort((a, b) => b - a)
        const isPacked = round % 4 === 1 || random() < 0.3
        const batchSizes = isPacked ? sizes : sizes.map(() => sizes[0] ?? 1)
        for (const mode of modes) {
          const spec = layer(mode, shape)
          const weights = randomWeights(random, spec, random() < 0.8)
          const call = randomCall(random, spec, batchSizes, {
            zeros: random() < 0.4,
            batchFirst: !isPacked && random() < 0.4,
            dropout: spec.numLayers > 1 && random() < 0.5,
          })
          using packed = gpu.pack(spec, weights)
          using tape = await gpu.training.recurrent(packed, call)
          const drawn = randomGradients(random, tape)
          const given = {
            output: round % 5 === 4 ? null : drawn.output,
            hn: round % 5 === 4 || random() < 0.6 ? drawn.hn : null,
            cn: random() < 0.6 ? drawn.cn : null,
          }
          const what = JSON.stringify({ ...spec, batchSizes, batchFirst: call.batchFirst })
          const want = reference.recurrent(reference.pack(spec, weights), call)
          expect(tape.output, what).toBeAllclose(want.output, { rtol: 1e-4, atol: 1e-5 })
          const wantGradients = referenceGradients(spec, weights, call, given)
          expectGradients(await tape.backward(given), wantGradients, tolerance, what)
        }
      }
    },
  )

  it.each([
    ['RNN_TANH', {}, { webgl: [1, 2], webgpu: [1, 2] }],
    ['GRU', {}, { webgl: [1, 2], webgpu: [1, 2] }],
    ['LSTM', {}, { webgl: [1, 3], webgpu: [1, 2] }],
    ['LSTM', { projSize: 2 }, { webgl: [2, 4], webgpu: [2, 3] }],
  ] as const)('launches %s %o so often a timestep forward and backward: %o', async (mode, change, wanted) => {
    const [forward, backward] = wanted[backend === 'webgpu' ? 'webgpu' : 'webgl']
    const spec = layer(mode, change)
    const random = seeded(9)
    using packed = gpu.pack(spec, randomWeights(random, spec))
    const launches: number[] = []
    for (const T of [49, 98]) {
      const call = randomCall(random, spec, new Array<number>(T).fill(2))
      using tape = await gpu.training.recurrent(packed, call)
      await tape.backward(none)
      const before = gpu.counters.launches
      await tape.backward(none)
      launches.push(gpu.counters.launches - before)
    }
    const [few = 0, many = 0] = launches
    const perStep = (many - few) / 49
    // On WebGPU one launch gathers seven timesteps: of states and d, with a projection of h and dh too.
    const histories = backend !== 'webgpu' ? 0 : spec.projSize > 0 ? 4 : 2
    expect(perStep).toBeGreaterThanOrEqual(forward + backward)
    expect(perStep).toBeLessThanOrEqual(forward + backward + histories * (1 / 7 + 1 / 49 + 1 / 49))
  })

  it('walks backward in one run with one transfer back; the second call creates, compiles and sends nothing', async () => {
    const spec = layer('LSTM', { numLayers: 2, bidirectional: true, projSize: 3 })
    const random = seeded(3)
    const weights = randomWeights(random, spec)
    using packed = gpu.pack(spec, weights)
    const draw = (): ReturnType<typeof randomCall> =>
      randomCall(random, spec, [3, 3, 2, 1], { dropout: true })
    using first = await gpu.training.recurrent(packed, draw())
    await first.backward(randomGradients(random, first))
    const call = draw()
    using tape = await gpu.training.recurrent(packed, call)
    const given = randomGradients(random, tape)
    const got = await expectQuietRun(gpu, () => tape.backward(given))
    expectGradients(got, referenceGradients(spec, weights, call, given), tolerance, 'second call')
  })

  it.each(some(['LSTM', 'GRU', 'RNN_TANH'] as const, 1))(
    'computes %s over 300 timesteps, whose rows are more than a texture is high',
    async (mode) => {
      const N = 2 + Math.ceil((gpu.adapter.maxTextureSize ?? 2048) / 300)
      const spec = layer(mode, {
        inputSize: 2,
        hiddenSize: 3,
        projSize: mode === 'LSTM' ? 2 : 0,
        bidirectional: true,
      })
      const random = seeded(21)
      const weights = randomWeights(random, spec)
      const batchSizes = Array.from({ length: 300 }, (_, t) => (t < 280 ? N : N - 1))
      const call = randomCall(random, spec, batchSizes)
      using packed = gpu.pack(spec, weights)
      using tape = await gpu.training.recurrent(packed, call)
      const given = randomGradients(random, tape)
      expectGradients(
        await tape.backward(given),
        referenceGradients(spec, weights, call, given),
        tolerance,
        mode,
      )
    },
  )

  it('does not see what becomes of the arrays that went in and came out, and gives the same when asked again', async () => {
    const spec = layer('LSTM', { numLayers: 2 })
    const random = seeded(5)
    const call = randomCall(random, spec, [3, 2, 1], { dropout: true })
    using packed = gpu.pack(spec, randomWeights(random, spec))
    using tape = await gpu.training.recurrent(packed, call)
    const given = randomGradients(random, tape)
    const running = tape.backward(given)
    const again = structuredClone(given)
    for (const array of [given.output, given.hn, given.cn]) array?.fill(7)
    const want = await running
    for (const array of [call.input, call.h0, call.c0, call.dropout, tape.output, tape.hn, tape.cn])
      array?.fill(7)
    call.batchSizes.fill(1)
    expect(await tape.backward(again)).toEqual(want)
  })

  it('makes only the gradients that are wanted, and null for the others', async () => {
    const spec = layer('LSTM', { numLayers: 2, projSize: 2 })
    const random = seeded(15)
    const weights = randomWeights(random, spec)
    const call = randomCall(random, spec, [3, 2, 1])
    using packed = gpu.pack(spec, weights)
    using tape = await gpu.training.recurrent(packed, call)
    const given = randomGradients(random, tape)
    const frozen = { weightIh: false, weightHh: false, biasIh: false, biasHh: false, weightHr: false }
    const choices: readonly WantedGradients[] = [
      { input: false, h0: false, c0: false },
      { weights: [frozen, { weightIh: false }] },
      { c0: false, weights: [{ biasIh: false, weightHr: false }, frozen] },
    ]
    for (const wanted of choices) {
      const want = referenceGradients(spec, weights, call, given, wanted)
      expectGradients(await tape.backward(given, wanted), want, tolerance, JSON.stringify(wanted))
    }
    const nothing = { input: false, h0: false, c0: false, weights: [frozen, frozen] }
    expect(await tape.backward(given, nothing)).toEqual(
      referenceGradients(spec, weights, call, given, nothing),
    )
  })

  it('computes with updated weights, which a run that began before does not see', async () => {
    const spec = layer('GRU', { bidirectional: true })
    const random = seeded(16)
    const [first, second] = [randomWeights(random, spec), randomWeights(random, spec)]
    const call = randomCall(random, spec, [2, 2, 1])
    using packed = gpu.pack(spec, first)
    using tape = await gpu.training.recurrent(packed, call)
    const before = gpu.recurrent(packed, call)
    packed.update(second)
    const after = gpu.recurrent(packed, call)
    const close = { rtol: 1e-4, atol: 1e-5 }
    expect((await before).output).toBeAllclose(
      reference.recurrent(reference.pack(spec, first), call).output,
      close,
    )
    expect((await after).output).toBeAllclose(
      reference.recurrent(reference.pack(spec, second), call).output,
      close,
    )
    await expect(tape.backward(none)).rejects.toThrow('the weights of this tape were updated since')
  })

  it('gives zeros for the weights of an empty batch, and nothing else', async () => {
    const spec = layer('LSTM', { projSize: 2, bidirectional: true })
    const weights = randomWeights(seeded(1), spec)
    using packed = gpu.pack(spec, weights)
    using tape = await gpu.training.recurrent(packed, randomCall(seeded(1), spec, [0, 0]))
    const call = randomCall(seeded(1), spec, [0, 0])
    expect(await tape.backward(none)).toEqual(referenceGradients(spec, weights, call, none))
  })

  it('takes the options of tapes, and refuses what is none', async () => {
    const spec = layer('GRU')
    using packed = gpu.pack(spec, randomWeights(seeded(1), spec))
    const call = randomCall(seeded(1), spec, [2, 2])
    using plain = await gpu.training.recurrent(packed, call)
    const want = await plain.backward({ ...none, hn: new Float32Array(8).fill(1) })
    for (const keep of ['states', 'arguments', { checkpointEvery: 1 }] as const) {
      using tape = await gpu.training.recurrent(packed, call, { keep })
      expect(await tape.backward({ ...none, hn: new Float32Array(8).fill(1) })).toEqual(want)
    }
    await expect(gpu.training.recurrent(packed, call, { keep: { checkpointEvery: 0 } })).rejects.toThrow(
      RangeError,
    )
  })

  it('refuses gradients that do not fit, and what was disposed', async () => {
    const spec = layer('GRU')
    const packed = gpu.pack(spec, randomWeights(seeded(1), spec))
    using tape = await gpu.training.recurrent(packed, randomCall(seeded(1), spec, [2, 2]))
    await expect(tape.backward({ ...none, output: new Float32Array(5) })).rejects.toThrow(
      'backward: gradient of output: expected 16 elements, got 5',
    )
    await expect(tape.backward({ ...none, hn: new Float64Array(8) })).rejects.toThrow('expected float32')
    await expect(tape.backward({ ...none, cn: new Float32Array(8) })).rejects.toThrow('LSTM only')
    packed.dispose()
    await expect(tape.backward(none)).rejects.toThrow('weights of this tape were disposed')
    tape.dispose()
    tape.dispose()
    await expect(tape.backward(none)).rejects.toThrow('this tape was disposed')
  })

  it.skipIf(backend === 'webgpu')(
    'refuses gradients that do not fit into one texture before it runs, where the results did (WebGL only)',
    async () => {
      const most = gpu.adapter.maxTextureSize ?? 0
      // Each layer's gradient of W_hh is as high as a texture, and that of W_hr as wide as a quarter of one.
      const spec = layer('LSTM', { inputSize: 1, hiddenSize: most / 4, projSize: 1, numLayers: 4 })
      const random = seeded(1)
      using packed = gpu.pack(spec, randomWeights(random, spec))
      using tape = await gpu.training.recurrent(packed, randomCall(random, spec, [1]))
      const before = gpu.counters.launches
      await expect(tape.backward(none)).rejects.toMatchObject({
        name: 'GpuLimitError',
        message: expect.stringMatching(
          new RegExp(`texture of \\d+ by ${most}, but .* at most ${most} by ${most}`),
        ),
      })
      expect(gpu.counters.launches).toBe(before)
    },
  )

  it('leaves no buffer or texture behind: 60 calls, then dispose()', async () => {
    // There is one backend of a kind: with the suite's own engine goes what is on it.
    gpu.dispose()
    const spec = layer('LSTM', { projSize: 2, bidirectional: true })
    using live = await LiveObjects.start()
    const own = await createGpu({ mode: backend })
    const packed = own.pack(spec, randomWeights(seeded(1), spec))
    let most = 0
    for (let i = 0; i < 60; i++) {
      using tape = await own.training.recurrent(packed, randomCall(seeded(i), spec, [2, 2, 1]))
      await tape.backward(none)
      if (i === 9) most = live.count
    }
    expect(live.count).toBe(most)
    packed.dispose()
    own.dispose()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(live.created).toBeGreaterThan(50)
    expect(live.list).toEqual([])
  })
})
