import { type RecurrentSpec, reference } from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { isFull } from '@unroll/testing/full'
import { describe, expect, it } from 'vitest'
import { createGpu, GpuLostError } from '../src/index.ts'
import { describeBackends } from './backends.ts'
import { BrokenDriver, Captures, LiveObjects } from './captures.ts'
import { randomCall, randomWeights } from './random.ts'

const tolerance = { rtol: 1e-4, atol: 1e-5 }

const spec: RecurrentSpec = {
  mode: 'LSTM',
  dtype: 'float32',
  inputSize: 3,
  hiddenSize: 4,
  projSize: 2,
  numLayers: 1,
  bidirectional: true,
}
const weights = randomWeights(seeded(1), spec)
const call = randomCall(seeded(2), spec, [2, 2, 1])
const want = reference.recurrent(reference.pack(spec, weights), call)

describeBackends((backend, first) => {
  // There is one backend of a kind; the suite's own engine must not keep it alive.
  first?.dispose?.()

  it.skipIf(backend === 'headlessgl')(
    'tells of a loss, and goes on after restore() with the same weights (headless-gl loses no context)',
    async () => {
      using captured = new Captures()
      using gpu = await createGpu({ mode: backend })
      const packed = gpu.pack(spec, weights)
      for (let losses = 0; losses < 2; losses++) {
        expect((await gpu.recurrent(packed, call)).output).toBeAllclose(want.output, tolerance)
        const running = gpu.recurrent(packed, call).catch((error: unknown) => error)
        await captured.lose()
        const ran = await running
        // It may have come through in time; zeros are no outcome.
        if (ran instanceof Error) expect(ran).toBeInstanceOf(GpuLostError)
        else expect(Object(ran).output).toBeAllclose(want.output, tolerance)
        await expect(gpu.recurrent(packed, call)).rejects.toBeInstanceOf(GpuLostError)
        await expect(gpu.matmul(product)).rejects.toBeInstanceOf(GpuLostError)
        expect(gpu.lost).not.toBeNull()
        await gpu.restore()
        expect(gpu.lost).toBeNull()
      }
      expect((await gpu.recurrent(packed, call)).hn).toBeAllclose(want.hn, tolerance)
    },
  )

  it('leaves no texture, buffer or program behind: 300 calls, then dispose()', {
    timeout: 120_000,
  }, async () => {
    using live = await LiveObjects.start()
    const gpu = await createGpu({ mode: backend })
    const packed = gpu.pack(spec, weights)
    let most = 0
    for (let i = 0; i < 300; i++) {
      await gpu.recurrent(packed, call)
      if (i === 9) most = live.count
    }
    expect(live.count).toBe(most)
    const others = Array.from({ length: isFull ? 30 : 10 }, (_, i) => randomCall(seeded(i), spec, [i + 1]))
    for (const other of others) await gpu.recurrent(packed, other)
    await gpu.matmul(product)
    packed.dispose()
    gpu.dispose()
    gpu.dispose()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(live.created).toBeGreaterThan(isFull ? 50 : 15)
    expect(live.list).toEqual([])
  })

  it.skipIf(backend === 'headlessgl')(
    'says in its own words that a driver compiles nothing, and goes on when it does (headless-gl: its contexts have no prototype)',
    async () => {
      using gpu = await createGpu({ mode: backend })
      using packed = gpu.pack(spec, weights)
      {
        using _ = new BrokenDriver()
        const error: unknown = await gpu.recurrent(packed, call).catch((reason: unknown) => reason)
        expect(String(error)).toMatch(
          /^Error: web(gl|gpu): expected the adapter to compile and run a kernel, got an error \(.+\); run fewer .+ module\.to\(wasm\)$/s,
        )
        expect(String(error)).not.toMatch(/gpu\.js|undefined|generated WGSL/)
        expect(Object(error).cause).toBeDefined()
      }
      expect((await gpu.recurrent(packed, call)).output).toBeAllclose(want.output, tolerance)
    },
  )

  it('is one backend for all engines, and none after the last is disposed', async () => {
    using captured = new Captures()
    const [a, b] = [await createGpu({ mode: backend }), await createGpu({ mode: backend })]
    a.dispose()
    const packed = b.pack(spec, weights)
    expect((await b.recurrent(packed, call)).output).toBeAllclose(want.output, tolerance)
    if (backend === 'webgl2') expect(captured.contexts).toBe(1)
    b.dispose()
    await expect(b.recurrent(packed, call)).rejects.toThrow('disposed')
    expect(() => b.pack(spec, weights)).toThrow('disposed')
    await expect(b.restore()).rejects.toThrow('disposed')
    using c = await createGpu({ mode: backend })
    expect((await c.recurrent(c.pack(spec, weights), call)).output).toBeAllclose(want.output, tolerance)
  })
})

const product = { a: Float32Array.of(1), b: Float32Array.of(2), m: 1, k: 1, n: 1 }

describe.skipIf(typeof Worker === 'undefined' || typeof OffscreenCanvas === 'undefined')(
  'in a worker',
  () => {
    it.each(['webgpu', 'webgl2'] as const)('%s runs', async (mode) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
      const answer = await new Promise<unknown>((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data)
        worker.onerror = ({ message }) => reject(new Error(message))
        worker.postMessage({ mode, spec, weights, call })
      })
      worker.terminate()
      if (typeof answer !== 'object' || answer === null || !('output' in answer))
        throw new Error(String(answer))
      expect(answer).toMatchObject({ backend: mode })
      expect(answer.output).toBeAllclose(want.output, tolerance)
    })
  },
)

describe('auto', () => {
  it('takes an adapter there is and says why, or throws and names what to do', async () => {
    const gpu = await createGpu().catch((error: unknown) => error)
    if (gpu instanceof Error) {
      expect(gpu.name).toBe('GpuUnavailableError')
      for (const words of ['navigator.gpu', 'npm install gl', 'wasm']) expect(gpu.message).toContain(words)
    } else {
      expect(gpu).toMatchObject({ kind: 'device' })
      const { adapter, fallbackReason } = gpu as Awaited<ReturnType<typeof createGpu>>
      if (adapter.software) expect(fallbackReason).toContain('computes on the processor')
    }
  })

  it('leaves the global GPU as it was', () => {
    const own: unknown = Reflect.get(globalThis, 'GPU')
    expect(typeof Reflect.get(Object(Reflect.get(Object(own), 'prototype')), 'createKernel')).toBe(
      'undefined',
    )
  })
})
