import { type RecurrentSpec, reference, type WantedGradients } from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { expect, it } from 'vitest'
import { describeBackends } from './backends.ts'
import { expectGradients } from './gradientFixtures.ts'
import { randomCall, randomFloats, randomWeights } from './random.ts'

/** As in gradients.test.ts. */
const tolerance = { rtol: 1e-3, atol: 1e-4 }

const frozen = { weightIh: false, weightHh: false, biasIh: false, biasHh: false, weightHr: false }

interface Case {
  readonly wanted: WantedGradients
  /** How many launches of a sequence of four timesteps are not needed. */
  readonly saved: { readonly webgpu: number; readonly webgl: number }
}

/** Two layers of a projected LSTM. */
const stacked: Readonly<Record<string, Case>> = {
  'the input': { wanted: { input: false }, saved: { webgpu: 1, webgl: 1 } },
  // Each layer saves dh before its first timestep, and on WebGL dc, which is a part of d on WebGPU.
  'the initial states': { wanted: { h0: false, c0: false }, saved: { webgpu: 2, webgl: 4 } },
  'one W_hh': {
    wanted: { weights: [{ weightHh: false, biasHh: false }, {}] },
    saved: { webgpu: 1, webgl: 1 },
  },
  // The product, and what gathers dh.
  'one W_hr': { wanted: { weights: [{ weightHr: false }, {}] }, saved: { webgpu: 2, webgl: 2 } },
  // WebGPU, in the order of the sum: gathering layer 0's states; its walk before the timesteps; dh of the last one; the
  // timesteps; gathering d and dh; the products with weights; the gradients of both layers' inputs; dh before layer 1's
  // first timestep. WebGL: the texture for layer 0's states; its walk before the timesteps; textures for d and dh; dh and
  // dc of the last timestep, two of them uploads; the timesteps; the products; the gradients of inputs; dh and dc before
  // the first timestep.
  'all of the lower layer': {
    wanted: { input: false, h0: false, c0: false, weights: [frozen, {}] },
    saved: { webgpu: 1 + 4 + 1 + 4 * 3 + 2 + 3 + 2 + 1, webgl: 1 + 5 + 2 + 3 + 4 * 4 + 3 + 2 + 2 },
  },
}

/** One layer of an RNN in two directions. */
const bidirectional: Readonly<Record<string, Case>> = {
  // Direction 0: the states before each timestep; dh of the last one, on WebGL with an upload; the timesteps; gathering
  // d, on WebGL the texture for it; both products. The gradient of the input. Direction 1: the states before each
  // timestep, the product with W_hh and the gradient of the initial state.
  'all but one W_ih': {
    wanted: { input: false, h0: false, weights: [frozen, { weightHh: false, biasHh: false }] },
    saved: { webgpu: 1 + 1 + 4 * 2 + 1 + 2 + 1 + 3, webgl: 1 + 2 + 4 * 2 + 1 + 2 + 1 + 3 },
  },
}

const lstm: RecurrentSpec = {
  mode: 'LSTM',
  dtype: 'float32',
  inputSize: 3,
  hiddenSize: 4,
  projSize: 2,
  numLayers: 2,
  bidirectional: false,
}
const rnn: RecurrentSpec = { ...lstm, mode: 'RNN_TANH', projSize: 0, numLayers: 1, bidirectional: true }

describeBackends((backend, gpu) => {
  it.each([
    { spec: lstm, batchSizes: [2, 2, 2, 2], cases: stacked },
    { spec: rnn, batchSizes: [3, 2, 2, 1], cases: bidirectional },
  ])(
    'launches nothing for gradients of $spec.mode that nobody asks for',
    async ({ spec, batchSizes, cases }) => {
      const random = seeded(23)
      const weights = randomWeights(random, spec)
      const call = randomCall(random, spec, batchSizes)
      using packed = gpu.pack(spec, weights)
      using tape = await gpu.training.recurrent(packed, call)
      const given = {
        output: randomFloats(random, tape.output.length),
        hn: randomFloats(random, tape.hn.length),
        cn: tape.cn && randomFloats(random, tape.cn.length),
      }
      const launches = async (wanted: WantedGradients, what: string): Promise<number> => {
        const before = gpu.counters.launches
        const got = await tape.backward(given, wanted)
        const want = reference.training.recurrent(reference.pack(spec, weights), call)
        expectGradients(got, want.backward(given, wanted), tolerance, what)
        return gpu.counters.launches - before
      }
      const all = await launches({}, 'all')
      for (const [what, { wanted, saved }] of Object.entries(cases)) {
        const few = await launches(wanted, `without ${what}`)
        expect(all - few, `without ${what}`).toBe(saved[backend === 'webgpu' ? 'webgpu' : 'webgl'])
      }
      const directions = spec.numLayers * (spec.bidirectional ? 2 : 1)
      const nothing = { input: false, h0: false, c0: false, weights: Array(directions).fill(frozen) }
      expect(await launches(nothing, 'nothing')).toBe(0)
    },
  )
})
