import {
  getNumThreads,
  type RecurrentInput,
  type RecurrentOutput,
  type RecurrentSpec,
  reference,
  setNumThreads,
  wasm,
  wasmVariant,
} from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { isFull } from '@unroll/testing/full'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { splitBackward } from '../src/wasm/backwardParts.ts'
import { WasmInstance } from '../src/wasm/instance.ts'
import { splitCall } from '../src/wasm/parts.ts'
import { ThreadPool } from '../src/wasm/threadPool.ts'
import { serveSource } from '../src/wasm/threadProtocol.ts'
import { TrainableWeights } from '../src/wasm/trainableWeights.ts'
import { WasmCall } from '../src/wasm/wasmCall.ts'
import { WasmTape } from '../src/wasm/wasmTape.ts'
import { WasmWeights } from '../src/wasm/wasmWeights.ts'
import { expectSameGradients } from './drawnTraining.ts'
import { randomCall, randomWeights } from './random.ts'
import { watchWorkers } from './workers.ts'

const variant = wasmVariant()
const allowed =
  variant !== null && typeof SharedArrayBuffer !== 'undefined' && globalThis.crossOriginIsolated !== false
/** They wait for threads that never answer: in a page as long as in Node, where the same code runs on other workers. */
const runs = allowed && (isFull || typeof document === 'undefined')

const single: RecurrentSpec = {
  mode: 'LSTM',
  dtype: 'float32',
  inputSize: 30,
  hiddenSize: 500,
  projSize: 0,
  numLayers: 2,
  bidirectional: false,
}

/** Calls whose parts meet after every timestep, and calls whose parts run independently. */
const cases = [
  { title: 'parts that meet', spec: single, batchSizes: [1, 1, 1, 1] },
  { title: 'parts on their own', spec: { ...single, hiddenSize: 130 }, batchSizes: [24, 24, 20, 9] },
  { title: 'directions', spec: { ...single, hiddenSize: 200, bidirectional: true }, batchSizes: [9, 9, 3] },
]

const allCases = (): Prepared[] => cases.map(({ spec, batchSizes }) => prepare(spec, batchSizes))

/** A call whose way back several threads share; parts of sequences, and directions. */
const trained = cases.slice(1)

interface Prepared {
  readonly spec: RecurrentSpec
  readonly call: RecurrentInput
  readonly want: RecurrentOutput
}

function prepare(spec: RecurrentSpec, batchSizes: readonly number[]): Prepared {
  const call = randomCall(seeded(3), spec, batchSizes)
  const packed = reference.pack(spec, randomWeights(seeded(5), spec))
  expect(splitCall(spec, call.batchSizes, 2)).toHaveLength(2)
  return { spec, call, want: reference.recurrent(packed, call) }
}

/** Computes the same call of an instance `times` times with the same records, as a stream does. */
function expectComputed(instance: WasmInstance, { spec, call, want }: Prepared, times = 1): void {
  using weights = new WasmWeights(instance, spec, randomWeights(seeded(5), spec))
  const { batchSizes } = call
  const shape = { batchSizes, batchFirst: false, dropoutLength: 0, returnCells: false, recorded: false }
  const running = new WasmCall(weights, shape)
  for (let time = 0; time < times; time++) {
    running.prepare()
    running.input.set(call.input)
    running.setState(call.h0, call.c0)
    running.run()
    const { output, h, c } = running
    expectSame({ output, hn: h, cn: c, cells: null }, want)
  }
  running.dispose()
}

/** Goes forth and back once. */
function expectGradients(instance: WasmInstance, { spec, call }: Prepared): void {
  const { batchSizes } = call
  const { ranges, directionsAtOnce } = splitBackward(spec, batchSizes, 2)
  expect(ranges.length * directionsAtOnce).toBe(2)
  using weights = new WasmWeights(instance, spec, randomWeights(seeded(5), spec))
  using tape = new WasmTape(TrainableWeights.of(weights), call)
  const given = { output: tape.output.slice(), hn: null, cn: null }
  using own = reference.pack(spec, randomWeights(seeded(5), spec))
  const want = reference.training.recurrent(own, call).backward(given)
  expectSameGradients(tape.backward(given), want, spec.dtype)
}

function expectSame(got: RecurrentOutput, want: RecurrentOutput): void {
  expect(got.output).toBeAllclose(want.output)
  expect(got.hn).toBeAllclose(want.hn)
  expect(got.cn ?? []).toBeAllclose(want.cn ?? [])
}

describe.skipIf(!runs)(
  'when threads are lost (skipped without shared memory, in pages also where not everything is tested)',
  () => {
    const workers = watchWorkers()
    beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
    afterEach(() => void vi.restoreAllMocks())
    afterAll(() => workers.stop())

    it.each(cases)(
      'a call of $title is computed without those that ended asleep',
      async ({ spec, batchSizes }) => {
        const prepared = prepare(spec, batchSizes)
        const weights = wasm.pack(spec, randomWeights(seeded(5), spec))
        await setNumThreads(3)
        const own = wasm.pack(spec, randomWeights(seeded(5), spec))
        workers.endAll()
        // The main thread does not know it yet.
        expectSame(wasm.recurrent(own, prepared.call), prepared.want)
        await new Promise((resolve) => setTimeout(resolve, 50))
        expectSame(wasm.recurrent(own, prepared.call), prepared.want)
        await setNumThreads(1)
        await setNumThreads(2)
        expect(getNumThreads()).toBe(2)
        expectSame(wasm.recurrent(own, prepared.call), prepared.want)
        await setNumThreads(1)
        own.dispose()
        weights.dispose()
      },
    )

    it.each(cases)(
      'a call of $title is computed by the main thread where another traps',
      async ({ spec, batchSizes }) => {
        const prepared = prepare(spec, batchSizes)
        const instance = new WasmInstance({ variant: variant ?? 'simd', narrow: false }, true)
        const traps = serveSource.replace('exports.recurrentF32(record)', "throw new Error('trap')")
        expect(traps).not.toBe(serveSource)
        const pool = await ThreadPool.start(instance, 2, traps)
        instance.useThreads(pool)
        expectComputed(instance, prepared, 3)
        expect(pool.count).toBe(2)
        pool.stop()
        expect(instance.allocatedBytes).toBe(0)
      },
    )

    it.each(cases)(
      'a call of $title is computed in another block where a thread never ends its part',
      async ({ spec, batchSizes }) => {
        const prepared = prepare(spec, batchSizes)
        const instance = new WasmInstance({ variant: variant ?? 'simd', narrow: false }, true)
        const hangs = serveSource.replace('exports.recurrentF32(record)', 'for (;;);')
        const pool = await ThreadPool.start(instance, 2, hangs)
        instance.useThreads(pool)
        // On a busy machine it may not even begin its part the first time.
        for (let time = 0; time < 50 && pool.count > 1; time++) expectComputed(instance, prepared)
        expect(pool.count).toBe(1)
        expect(console.warn).toHaveBeenCalledWith(expect.stringContaining('does not answer'))
        expectComputed(instance, prepared, 2)
        expect(instance.allocatedBytes).toBe(0)
      },
      120_000,
    )

    it.each(trained)(
      'gradients of $title are computed by the main thread where another traps on the way back',
      async ({ spec, batchSizes }) => {
        const prepared = prepare(spec, batchSizes)
        const instance = new WasmInstance({ variant: variant ?? 'simd', narrow: false }, true)
        const traps = serveSource.replace('exports.recurrentF32(record)', "throw new Error('trap')")
        const pool = await ThreadPool.start(instance, 2, traps)
        instance.useThreads(pool)
        expectGradients(instance, prepared)
        expect(pool.count).toBe(2)
        pool.stop()
        expect(instance.allocatedBytes).toBe(0)
      },
    )

    it.each(trained)(
      'gradients of $title are computed in another block where a thread never ends its part',
      async ({ spec, batchSizes }) => {
        const prepared = prepare(spec, batchSizes)
        const instance = new WasmInstance({ variant: variant ?? 'simd', narrow: false }, true)
        // The way forth is left to the main thread, which it tells by a trap.
        const hangs = serveSource.replace(
          'exports.recurrentF32(record)',
          "{ if (new Int32Array(imports.memory.buffer)[record / 4] === 1) for (;;); throw new Error('trap') }",
        )
        expect(hangs).not.toBe(serveSource)
        const pool = await ThreadPool.start(instance, 2, hangs)
        instance.useThreads(pool)
        for (let time = 0; time < 50 && pool.count > 1; time++) expectGradients(instance, prepared)
        expect(pool.count).toBe(1)
        expect(console.warn).toHaveBeenCalledWith(expect.stringContaining('does not answer'))
        expectGradients(instance, prepared)
        expect(instance.allocatedBytes).toBe(0)
      },
      120_000,
    )

    it('a stream goes on from its state', async () => {
      const { spec, call, want } = prepare(single, [1, 1, 1, 1])
      await setNumThreads(2)
      const weights = wasm.pack(spec, randomWeights(seeded(5), spec))
      const stream = wasm.stream(weights, 1)
      stream.reset(call.h0, call.c0)
      for (let t = 0; t < 4; t++) {
        if (t === 2) workers.endAll()
        const output = stream.step(call.input.subarray(t * 30, (t + 1) * 30))
        expect(output).toBeAllclose(want.output.subarray(t * 500, (t + 1) * 500))
      }
      await setNumThreads(1)
      stream.dispose()
      weights.dispose()
    })
  },
)

describe.skipIf(!runs)(
  'threads that are late (skipped without shared memory, in pages also where not everything is tested)',
  () => {
    /** Waits a while, often, before every atomic operation. */
    const delay = 'for (let i = Math.random() < 0.5 ? 0 : Math.random() * 3000; i > 0; i--) Math.sqrt(i)'
    const late = `
    const atomics = Object.fromEntries(['load', 'exchange', 'add', 'notify', 'wait'].map((name) => [
      name, (...args) => { ${delay}; return Atomics[name](...args) }
    ]))
    ${serveSource.replaceAll('Atomics.', 'atomics.')}`

    afterEach(() => void vi.restoreAllMocks())

    it.each([2, 3, 4])(
      'compute each part once, %i of them',
      async (count) => {
        for (const name of ['load', 'exchange', 'add', 'store'] as const) {
          const original = Atomics[name] as (...args: unknown[]) => number
          vi.spyOn(Atomics as Record<typeof name, typeof original>, name).mockImplementation((...args) => {
            for (let i = Math.random() < 0.5 ? 0 : Math.random() * 300; i > 0; i--) Math.sqrt(i)
            return original(...args)
          })
        }
        const instance = new WasmInstance({ variant: variant ?? 'simd', narrow: false }, true)
        const pool = await ThreadPool.start(instance, count, late)
        instance.useThreads(pool)
        for (const prepared of allCases()) expectComputed(instance, prepared, 60)
        expect(pool.count).toBe(count)
        pool.stop()
        expect(instance.allocatedBytes).toBe(0)
      },
      120_000,
    )
  },
)
