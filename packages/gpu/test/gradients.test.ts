import {
  type DirectionWeights,
  type OutputGradients,
  type RecurrentMode,
  type RecurrentOutput,
  type RecurrentSpec,
  reference,
} from '@unroll/kernels'
import fixtures from '@unroll/oracle/fixtures/gradients.json'
import { expect, it } from 'vitest'
import { createGpu, type GpuEngine } from '../src/index.ts'
import { describeBackends } from './backends.ts'
import { Calls } from './calls.ts'
import { LiveObjects } from './captures.ts'
import { expectGradients, gradientCall } from './gradientFixtures.ts'
import { randomCall, randomFloats, randomWeights, seeded } from './random.ts'

/** Float32 sums over all timesteps, of exponentials a few units in the last place off. */
const tolerance = { rtol: 1e-3, atol: 1e-4 }

const modes: readonly RecurrentMode[] = ['RNN_TANH', 'RNN_RELU', 'LSTM', 'GRU']

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
): ReturnType<ReturnType<NonNullable<typeof reference.recurrentForTraining>>['backward']> {
  const tape = reference.recurrentForTraining?.(reference.pack(spec, weights), call)
  if (!tape) throw new Error('the reference engine computes gradients')
  return tape.backward(given)
}

describeBackends((backend, engine) => {
  if (backend !== 'webgpu') {
    it('has no recurrentForTraining: it computes no gradients', () => {
      expect(engine.recurrentForTraining).toBeUndefined()
    })
    it.skip('gradients: not computed by this backend yet', () => {})
    return
  }
  const gpu = engine as GpuEngine & Required<Pick<GpuEngine, 'recurrentForTraining'>>

  it("gives the gradients of PyTorch's autograd in every case there is, rounded to float32", async () => {
    expect(gpu.backend).toBe(backend)
    for (const fixture of fixtures.cases) {
      const { spec, weights, call, given, want } = gradientCall(fixture)
      using packed = gpu.pack(spec, weights)
      using tape = await gpu.recurrentForTraining(packed, call)
      expectGradients(await tape.backward(given), want, tolerance, fixture.name)
    }
  })

  it.each(modes)(
    'agrees with the reference on 20 random configurations of %s, rtol 1e-3, atol 1e-4',
    async (mode) => {
      expect(gpu.backend).toBe(backend)
      const random = seeded(modes.indexOf(mode) + 11)
      const upTo = (most: number): number => 1 + Math.floor(random() * most)
      for (let round = 0; round < 20; round++) {
        const hiddenSize = upTo(10)
        const spec = layer(mode, {
          inputSize: upTo(6),
          hiddenSize,
          projSize: mode === 'LSTM' && hiddenSize > 1 && random() < 0.4 ? upTo(hiddenSize - 1) : 0,
          numLayers: random() < 0.6 ? 1 : 1 + upTo(2),
          bidirectional: random() < 0.4,
        })
        const sizes = Array.from({ length: upTo(9) }, () => upTo(5)).sort((a, b) => b - a)
        const isPacked = random() < 0.4
        const batchSizes = isPacked ? sizes : sizes.map(() => sizes[0] ?? 1)
        const weights = randomWeights(random, spec, random() < 0.8)
        const call = randomCall(random, spec, batchSizes, {
          zeros: random() < 0.4,
          batchFirst: !isPacked && random() < 0.4,
          dropout: spec.numLayers > 1 && random() < 0.5,
        })
        using packed = gpu.pack(spec, weights)
        using tape = await gpu.recurrentForTraining(packed, call)
        const drawn = randomGradients(random, tape)
        const given = {
          output: random() < 0.8 ? drawn.output : null,
          hn: random() < 0.6 ? drawn.hn : null,
          cn: random() < 0.6 ? drawn.cn : null,
        }
        const what = JSON.stringify({ ...spec, batchSizes, batchFirst: call.batchFirst })
        expectGradients(
          await tape.backward(given),
          referenceGradients(spec, weights, call, given),
          tolerance,
          what,
        )
        expect(tape.output, what).toBeAllclose(
          reference.recurrent(reference.pack(spec, weights), call).output,
          {
            rtol: 1e-4,
            atol: 1e-5,
          },
        )
      }
    },
  )

  it.each([
    ['RNN_TANH', {}, 1, 2],
    ['GRU', {}, 2, 2],
    ['LSTM', {}, 2, 2],
    ['LSTM', { projSize: 2 }, 3, 3],
  ] as const)(
    'launches %s %o %d times a timestep forward and %d backward, gathering aside',
    async (mode, change, forward, backward) => {
      const spec = layer(mode, change)
      const random = seeded(9)
      using packed = gpu.pack(spec, randomWeights(random, spec))
      const launches: number[] = []
      for (const T of [49, 98]) {
        using tape = await gpu.recurrentForTraining(
          packed,
          randomCall(random, spec, new Array<number>(T).fill(2)),
        )
        const before = gpu.counters.launches
        await tape.backward({ ...none, output: tape.output })
        launches.push(gpu.counters.launches - before)
      }
      const [few = 0, many = 0] = launches
      const perStep = (many - few) / 49
      // Seven timesteps gathered by one launch: states and d, with a projection h and dh apart from them.
      const histories = spec.projSize > 0 ? 4 : 2
      expect(perStep).toBeGreaterThanOrEqual(forward + backward)
      expect(perStep).toBeLessThanOrEqual(forward + backward + histories * (1 / 7 + 1 / 49 + 1 / 49))
    },
  )

  it('walks backward in one submission with one transfer back, and the second call creates and sends nothing', async () => {
    const spec = layer('LSTM', { numLayers: 2, bidirectional: true, projSize: 3 })
    const random = seeded(3)
    const weights = randomWeights(random, spec)
    using packed = gpu.pack(spec, weights)
    const call = randomCall(random, spec, [3, 3, 2, 1], { dropout: true })
    using first = await gpu.recurrentForTraining(
      packed,
      randomCall(random, spec, [3, 3, 2, 1], { dropout: true }),
    )
    await first.backward(randomGradients(random, first))
    using tape = await gpu.recurrentForTraining(packed, call)
    const given = randomGradients(random, tape)
    const before = { ...gpu.counters }
    using calls = new Calls([
      'GPUQueue.submit',
      'GPUBuffer.mapAsync',
      'GPUComputePassEncoder.dispatchWorkgroups',
      'GPUDevice.createBuffer',
      'GPUDevice.createShaderModule',
    ])
    const got = await tape.backward(given)
    const after = gpu.counters
    expect(after.readbacks - before.readbacks).toBe(1)
    expect(after.compiles - before.compiles).toBe(0)
    expect(after.weightBytes - before.weightBytes).toBe(0)
    const seen = ['submit', 'mapAsync', 'createBuffer', 'createShaderModule']
    expect(
      ['GPUQueue.submit', 'GPUBuffer.mapAsync', 'GPUDevice.createBuffer', 'GPUDevice.createShaderModule'].map(
        (method) => calls.of(method),
      ),
      seen.join(', '),
    ).toEqual([1, 1, 0, 0])
    expect(calls.of('GPUComputePassEncoder.dispatchWorkgroups')).toBe(after.launches - before.launches)
    expectGradients(got, referenceGradients(spec, weights, call, given), tolerance, 'second call')
  })

  it('stays exact over 300 timesteps', async () => {
    for (const mode of ['LSTM', 'GRU'] as const) {
      const spec = layer(mode, { hiddenSize: 8 })
      const random = seeded(21)
      const weights = randomWeights(random, spec)
      const call = randomCall(random, spec, new Array<number>(300).fill(2))
      using packed = gpu.pack(spec, weights)
      using tape = await gpu.recurrentForTraining(packed, call)
      const given = randomGradients(random, tape)
      expectGradients(
        await tape.backward(given),
        referenceGradients(spec, weights, call, given),
        tolerance,
        mode,
      )
    }
  })

  it('does not see what becomes of the arrays that went in and came out, and gives the same when asked again', async () => {
    const spec = layer('LSTM', { numLayers: 2 })
    const random = seeded(5)
    const call = randomCall(random, spec, [3, 2, 1], { dropout: true })
    using packed = gpu.pack(spec, randomWeights(random, spec))
    using tape = await gpu.recurrentForTraining(packed, call)
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

  it('gives zeros for the weights of an empty batch, and nothing else', async () => {
    const spec = layer('LSTM', { projSize: 2, bidirectional: true })
    const weights = randomWeights(seeded(1), spec)
    using packed = gpu.pack(spec, weights)
    using tape = await gpu.recurrentForTraining(packed, randomCall(seeded(1), spec, [0, 0]))
    const call = randomCall(seeded(1), spec, [0, 0])
    expect(await tape.backward(none)).toEqual(referenceGradients(spec, weights, call, none))
  })

  it('refuses gradients that do not fit, and what was disposed', async () => {
    const spec = layer('GRU')
    const packed = gpu.pack(spec, randomWeights(seeded(1), spec))
    using tape = await gpu.recurrentForTraining(packed, randomCall(seeded(1), spec, [2, 2]))
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

  it('leaves no buffer behind', async () => {
    // An engine of its own is on the same backend; only what training adds is counted.
    const spec = layer('LSTM', { projSize: 2, bidirectional: true })
    using live = new LiveObjects()
    const own = await createGpu({ mode: backend })
    using packed = own.pack(spec, randomWeights(seeded(1), spec))
    let most = 0
    for (let i = 0; i < 60; i++) {
      using tape = await own.recurrentForTraining?.(packed, randomCall(seeded(i), spec, [2, 2, 1]))
      await tape?.backward(none)
      if (i === 3) most = live.count
    }
    expect(most).toBeGreaterThan(0)
    expect(live.count).toBe(most)
    own.dispose()
  })
})
