import { type RecurrentMode, type RecurrentSpec, reference } from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { isFull } from '@unroll/testing/full'
import { expect, it } from 'vitest'
import type { GpuEngine } from '../src/index.ts'
import { describeBackends } from './backends.ts'
import { expectQuietRun } from './quietRun.ts'
import { randomCall, randomWeights } from './random.ts'

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

/** Launches that `more` timesteps add to a call. */
async function launchesPerTimestep(gpu: GpuEngine, spec: RecurrentSpec): Promise<number> {
  const random = seeded(9)
  const packed = gpu.pack(spec, randomWeights(random, spec))
  const launches: number[] = []
  // The first call sends the weights.
  for (const T of [49, 49, 98]) {
    const before = gpu.counters.launches
    await gpu.recurrent(packed, randomCall(random, spec, new Array<number>(T).fill(2)))
    launches.push(gpu.counters.launches - before)
  }
  packed.dispose()
  const [, few = 0, many = 0] = launches
  return (many - few) / 49
}

/** Launches on WebGPU, where WebGL copies: one for seven timesteps, one for seven of those, ... */
const gathering = 1 / 7 + 1 / 49 + 1 / 49

describeBackends((backend, gpu) => {
  it.each([
    ['RNN_TANH', {}, 1],
    ['GRU', {}, 1],
    ['LSTM', {}, 1],
    ['LSTM', { projSize: 2 }, 2],
  ] as const)(
    'launches %s %o %d times a timestep, and what gathers the outputs',
    async (mode, change, own) => {
      const perStep = await launchesPerTimestep(gpu, layer(mode, change))
      expect(perStep).toBeGreaterThanOrEqual(own)
      expect(perStep).toBeLessThanOrEqual(own + (backend === 'webgpu' ? gathering : 0))
    },
  )

  it.each([
    ['LSTM', { hiddenSize: 192 }, 2],
    ['LSTM', { hiddenSize: 194, projSize: 192 }, 3],
  ] as const)(
    'on WebGPU shares out the products of %s %o: %d launches a timestep, and what gathers the outputs',
    async (mode, change, own) => {
      const perStep = await launchesPerTimestep(gpu, layer(mode, change))
      expect(perStep).toBeGreaterThanOrEqual(backend === 'webgpu' ? own : own - 1)
      expect(perStep).toBeLessThanOrEqual(backend === 'webgpu' ? own + gathering : own - 1)
    },
  )

  it('reads back once, in one submission on WebGPU, and sends, compiles and creates nothing for the second call', async () => {
    const spec = layer('LSTM', { numLayers: 2, bidirectional: true })
    const random = seeded(3)
    const weights = randomWeights(random, spec)
    const packed = gpu.pack(spec, weights)
    await gpu.recurrent(packed, randomCall(random, spec, [3, 3, 3, 3]))
    const call = randomCall(random, spec, [3, 3, 3, 3])
    const got = await expectQuietRun(gpu, () => gpu.recurrent(packed, call))
    expect(got.output).toBeAllclose(reference.recurrent(reference.pack(spec, weights), call).output, {
      rtol: 1e-4,
      atol: 1e-5,
    })
    packed.dispose()
  })

  it('sends weights of the same shape when they are others, and computes with those', async () => {
    const spec = layer('GRU')
    const random = seeded(4)
    const call = randomCall(random, spec, [2, 2, 2])
    const both = [randomWeights(random, spec), randomWeights(random, spec)]
    const packed = both.map((weights) => gpu.pack(spec, weights))
    for (const i of [0, 1, 0, 1]) {
      const [own, weights] = [packed[i], both[i]]
      if (!own || !weights) throw new Error('there are two')
      const { output } = await gpu.recurrent(own, call)
      expect(output).toBeAllclose(reference.recurrent(reference.pack(spec, weights), call).output, {
        rtol: 1e-4,
        atol: 1e-5,
      })
    }
    for (const own of packed) own.dispose()
  })

  // WebGL compiles kernels for each of the shapes.
  it.runIf(isFull || backend === 'webgpu')(
    'keeps few plans and kernels, however many shapes come (skipped on WebGL where not everything is tested)',
    async () => {
      const spec = layer('RNN_TANH')
      const packed = gpu.pack(spec, randomWeights(seeded(5), spec))
      for (let N = 1; N <= 40; N++) await gpu.recurrent(packed, randomCall(seeded(N), spec, [N]))
      expect(gpu.counters.cached).toBeLessThanOrEqual(96)
      expect(gpu.counters.cached).toBeGreaterThan(10)
      packed.dispose()
    },
  )
})
