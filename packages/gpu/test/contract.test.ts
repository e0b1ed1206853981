import { type RecurrentSpec, reference } from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { expect, it } from 'vitest'
import { describeBackends } from './backends.ts'
import { randomCall, randomFloats, randomWeights } from './random.ts'

const tolerance = { rtol: 1e-4, atol: 1e-5 }

const spec: RecurrentSpec = {
  mode: 'LSTM',
  dtype: 'float32',
  inputSize: 3,
  hiddenSize: 5,
  projSize: 2,
  numLayers: 2,
  bidirectional: true,
}

describeBackends((backend, gpu) => {
  it('says what it is', () => {
    expect([gpu.kind, gpu.name, gpu.variant, gpu.backend]).toEqual(['device', 'gpu', backend, backend])
    expect(gpu.adapter.description).not.toBe('')
    const { maxBufferBytes, maxTextureSize } = gpu.adapter
    expect(backend === 'webgpu' ? maxBufferBytes : maxTextureSize).toBeGreaterThanOrEqual(2048)
    expect([gpu.lost, gpu.fallbackReason]).toEqual([null, null])
  })

  it('multiplies matrices of any size', async () => {
    const random = seeded(3)
    for (const [m, k, n] of [
      [1, 1, 1],
      [7, 3, 9],
      [13, 17, 1],
      [1, 64, 40],
      [0, 3, 4],
      [3, 0, 5],
      [2, 3, 0],
    ] as const) {
      for (const which of [0, 1, 2, 3]) {
        const [transposeA, transposeB] = [which >= 2, which % 2 === 1]
        const [a, b] = [randomFloats(random, m * k), randomFloats(random, k * n)]
        const bias = k === 1 ? null : randomFloats(random, n)
        const operands = { a, b, m, k, n, transposeA, transposeB, bias }
        expect(await gpu.matmul(operands), `${m}x${k}x${n}`).toBeAllclose(
          reference.matmul(operands),
          tolerance,
        )
      }
    }
    const doubles = { a: new Float64Array(1), b: new Float64Array(1), m: 1, k: 1, n: 1 }
    await expect(gpu.matmul(doubles)).rejects.toThrow('float32')
  })

  it('runs an empty batch', async () => {
    const packed = gpu.pack(spec, randomWeights(seeded(1), spec))
    const { output, hn, cn } = await gpu.recurrent(packed, randomCall(seeded(1), spec, [0, 0]))
    expect([output.length, hn.length, cn?.length]).toEqual([0, 0, 0])
    packed.dispose()
  })

  it('copies its arguments: they may change while it computes', async () => {
    const weights = randomWeights(seeded(2), spec)
    const call = randomCall(seeded(3), spec, [3, 2, 2])
    const want = reference.recurrent(reference.pack(spec, weights), call)
    const packed = gpu.pack(spec, weights)
    for (const { weightIh } of weights) weightIh.fill(0)
    const running = [gpu.recurrent(packed, call), gpu.recurrent(packed, call)]
    for (const array of [call.input, call.h0, call.c0, call.batchSizes]) array?.fill(1)
    for (const { output } of await Promise.all(running)) expect(output).toBeAllclose(want.output, tolerance)
    packed.dispose()
  })

  it('saturates where the built-in tanh gives NaN, and passes NaN on', async () => {
    const one: RecurrentSpec = {
      ...spec,
      mode: 'RNN_TANH',
      inputSize: 1,
      hiddenSize: 1,
      projSize: 0,
      numLayers: 1,
      bidirectional: false,
    }
    for (const mode of ['RNN_TANH', 'RNN_RELU', 'LSTM', 'GRU'] as const) {
      const own = { ...one, mode }
      const weights = randomWeights(seeded(4), own, false).map((w) => ({
        ...w,
        weightIh: w.weightIh.map(() => 1),
      }))
      const packed = gpu.pack(own, weights)
      const input = Float32Array.of(
        -1e4,
        -200,
        -89,
        -45,
        -0.3,
        -1e-4,
        0,
        1e-6,
        0.2,
        0.31,
        5,
        45,
        89,
        200,
        1e4,
        3e38,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
      )
      const call = { input, batchSizes: Int32Array.of(input.length), h0: null, c0: null }
      const { output } = await gpu.recurrent(packed, call)
      expect(output).toBeAllclose(reference.recurrent(reference.pack(own, weights), call).output, {
        rtol: 1e-5,
        atol: 1e-7,
      })
      packed.dispose()
    }
  })

  it('runs 10,000 timesteps in one transfer', async () => {
    const long: RecurrentSpec = {
      ...spec,
      mode: 'GRU',
      inputSize: 2,
      hiddenSize: 3,
      projSize: 0,
      numLayers: 1,
      bidirectional: false,
    }
    const weights = randomWeights(seeded(5), long)
    const call = randomCall(seeded(6), long, new Array<number>(10_000).fill(1))
    const packed = gpu.pack(long, weights)
    const before = gpu.counters.readbacks
    const got = await gpu.recurrent(packed, call)
    expect(gpu.counters.readbacks - before).toBe(1)
    const want = reference.recurrent(reference.pack(long, weights), call)
    // Wider: errors of 10,000 steps add up.
    expect(got.output).toBeAllclose(want.output, { rtol: 1e-4, atol: 1e-4 })
    packed.dispose()
  })

  it('refuses what is too large before it runs, with both numbers', async () => {
    const huge: RecurrentSpec = {
      ...spec,
      mode: 'RNN_TANH',
      inputSize: 1,
      hiddenSize: 1,
      projSize: 0,
      numLayers: 1,
      bidirectional: false,
    }
    const packed = gpu.pack(huge, randomWeights(seeded(7), huge))
    const N = backend === 'webgpu' ? 2 ** 20 : (gpu.adapter.maxTextureSize ?? 0) + 1
    const before = gpu.counters.launches
    const limit = backend === 'webgpu' ? '524280' : String(gpu.adapter.maxTextureSize)
    const running = gpu.recurrent(packed, {
      input: new Float32Array(N),
      batchSizes: Int32Array.of(N),
      h0: null,
      c0: null,
    })
    const error: unknown = await running.then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ name: 'GpuLimitError' })
    expect(String(error)).toContain(String(N))
    expect(String(error)).toContain(limit)
    expect(gpu.counters.launches).toBe(before)
    packed.dispose()
  })

  it.skipIf(backend === 'webgpu')(
    'refuses results that do not fit into one texture, and weights higher than one (WebGL only)',
    async () => {
      const most = gpu.adapter.maxTextureSize ?? 0
      const wide = {
        ...spec,
        inputSize: 1,
        hiddenSize: most,
        projSize: 1,
        numLayers: 1,
        bidirectional: false,
      }
      using packed = gpu.pack(wide, randomWeights(seeded(7), wide))
      const before = gpu.counters.launches
      // The output is as high as a texture, and the cell state beside it as wide.
      const call = randomCall(seeded(7), wide, new Array<number>(most).fill(1), { zeros: true })
      await expect(gpu.recurrent(packed, call)).rejects.toMatchObject({
        name: 'GpuLimitError',
        message: expect.stringContaining(
          `${most + 1} by ${most}, but this adapter's have at most ${most} by`,
        ),
      })
      const column = new Float32Array(most).fill(1)
      await expect(gpu.matmul({ a: column, b: column, m: 1, k: most, n: 1 })).rejects.toMatchObject({
        name: 'GpuLimitError',
        message: expect.stringContaining(`weights of ${most + 1} rows`),
      })
      expect(gpu.counters.launches).toBe(before)
    },
  )

  it('refuses float64, wrong sizes, foreign and disposed weights', async () => {
    const weights = randomWeights(seeded(8), spec)
    const call = randomCall(seeded(8), spec, [2])
    expect(() => gpu.pack({ ...spec, dtype: 'float64' }, weights)).toThrow("module.to('float32')")
    expect(() => gpu.pack(spec, weights.slice(1))).toThrow('expected weights of 4 directions, got 3')
    const packed = gpu.pack(spec, weights)
    await expect(gpu.recurrent(packed, { ...call, input: new Float32Array(1) })).rejects.toThrow(
      'expected 6 elements',
    )
    await expect(gpu.recurrent(reference.pack(spec, weights), call)).rejects.toThrow('another engine')
    await expect(gpu.recurrent(packed, { ...call, returnCells: true })).rejects.toThrow(
      'does not give the cell states of all timesteps',
    )
    packed.dispose()
    packed.dispose()
    expect(packed.disposed).toBe(true)
    await expect(gpu.recurrent(packed, call)).rejects.toThrow('disposed')
  })
})
