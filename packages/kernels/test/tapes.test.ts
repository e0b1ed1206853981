import type { HostEngine, OutputGradients, RecurrentSpec, TapeOptions } from '@unroll/kernels'
import { createWasmEngine, wasmVariant } from '@unroll/kernels'
import { seeded } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { describeEngines } from './engines.ts'
import { randomCall, randomFloats, randomWeights } from './random.ts'

const lstm: RecurrentSpec = {
  mode: 'LSTM',
  dtype: 'float32',
  inputSize: 5,
  hiddenSize: 6,
  projSize: 3,
  numLayers: 2,
  bidirectional: false,
}
const none: OutputGradients = { output: null, hn: null, cn: null }

const keeps: readonly TapeOptions[] = [
  {},
  { keep: 'states' },
  { keep: 'arguments' },
  { keep: { checkpointEvery: 2 } },
]

describeEngines((engine) => {
  const random = seeded(18)
  const weights = randomWeights(random, lstm)

  it.each(keeps.flatMap((options) => [false, true].map((bidirectional) => ({ options, bidirectional }))))(
    'a tape of $options, bidirectional: $bidirectional, keeps what the contract says',
    (drawn) => {
      const { options, bidirectional } = drawn
      const spec = { ...lstm, bidirectional }
      const call = randomCall(random, spec, [3, 3, 2, 1, 1])
      const dropped = 10 * (bidirectional ? 6 : 3)
      const dropout = randomFloats(random, 'float32', dropped).map((value) => (value < 0 ? 0 : 2))
      const own = structuredClone({ ...call, dropout })
      const packed = engine.pack(spec, randomWeights(seeded(1), spec))
      const tape = engine.training.recurrent(packed, own, options)
      const given = { output: tape.output.slice(), hn: tape.hn.slice(), cn: tape.cn?.slice() ?? null }
      const want = tape.backward(given)
      for (const array of [tape.output, tape.hn, tape.cn]) array?.fill(7)
      // Tapes that run the sequence again keep the arguments themselves.
      if ((options.keep ?? 'states') === 'states') {
        for (const array of [own.input, own.h0, own.c0, own.dropout]) array?.fill(7)
        own.batchSizes.fill(1)
      }
      expect(tape.backward(given)).toEqual(want)
      const nothing = engine.training.recurrent(packed, randomCall(random, spec, [0, 0]), options)
      for (const _ of ['where it was recorded', 'after the next tape']) {
        const zeros = nothing.backward({ ...none, output: nothing.output })
        expect(zeros.weights[0]?.weightIh).toEqual(want.weights[0]?.weightIh?.map(() => 0))
        engine.training.recurrent(packed, randomCall(random, spec, [2, 1]), options)
      }
      expect(() => tape.backward({ ...none, hn: new Float32Array(1) })).toThrow('gradient of hn')
      expect(() => tape.backward(none, { weights: [] })).toThrow('backward: expected wanted weights of')
      nothing.dispose()
      expect(() => nothing.backward(none)).toThrow('this tape was disposed')
      packed.update(randomWeights(seeded(2), spec))
      expect(() => tape.backward(given)).toThrow('the weights of this tape were updated since')
      packed.dispose()
      expect(() => tape.backward(given)).toThrow('the weights of this tape were disposed')
    },
  )

  it.each([
    [{ keep: 'state' }, RangeError, "expected keep to be 'states', 'arguments' or { checkpointEvery"],
    [{ keep: 3 }, TypeError, 'got number 3'],
    [{ keep: null }, TypeError, 'got null'],
    [{ keep: { every: 3 } }, TypeError, 'got Object'],
    [{ keep: { checkpointEvery: 0 } }, RangeError, 'of at least 1, got number 0'],
    [{ keep: { checkpointEvery: 1.5 } }, RangeError, 'got number 1.5'],
    [{ keep: { checkpointEvery: '9' } }, RangeError, 'got string "9"'],
    [{ kept: 'states' }, TypeError, 'expected options among keep, got kept'],
    ['arguments', TypeError, 'expected options to be a plain object'],
  ] as const)('refuses the options %o', (options, type, says) => {
    using packed = engine.pack(lstm, weights)
    const call = randomCall(random, lstm, [1])
    const record = (): unknown => engine.training.recurrent(packed, call, options as TapeOptions)
    expect(record).toThrow(type)
    expect(record).toThrow(says)
  })

  it.each([
    [{ ...lstm, bidirectional: true }, 3],
    [{ ...lstm, mode: 'RNN_TANH', projSize: 0 }, 4],
    [{ ...lstm, mode: 'GRU', projSize: 0, dtype: 'float64' }, 100],
    // A call of more bytes than weights keep for the next one.
    [{ ...lstm, bidirectional: true }, 500],
  ] as const)('tapes of the same weights go back in any order: %o, %i timesteps', (spec, T) => {
    using packed = engine.pack(spec, randomWeights(seeded(1), spec))
    const calls = [T, T + 1, T, T].map((timesteps) => {
      const call = randomCall(random, spec, new Array<number>(timesteps).fill(2))
      const dropout = new Array(timesteps * 2 * (spec.bidirectional ? 2 : 1) * (spec.projSize || 6))
      return {
        ...call,
        dropout: randomFloats(random, spec.dtype, dropout.length).map((value) => (value < 0 ? 0 : 2)),
      }
    })
    const want = calls.map((call) => {
      const tape = engine.training.recurrent(packed, call)
      return tape.backward({ ...none, output: tape.output })
    })
    const tapes = calls.map((call) => engine.training.recurrent(packed, call))
    // A sequence of their shape that is not recorded, and the same with other arguments.
    for (const call of calls) engine.recurrent(packed, { ...call, input: call.input.map(() => 9) })
    for (const index of [1, 3, 0, 2, 3, 1]) {
      const tape = tapes[index]
      expect(tape?.backward({ ...none, output: tape.output })).toEqual(want[index])
    }
    for (const tape of tapes) tape.dispose()
  })

  it('holds nothing of 2,000 tapes that were dropped', () => {
    const before = engine.allocatedBytes
    using packed = engine.pack(lstm, weights)
    const call = randomCall(random, lstm, [3, 3, 2])
    const large = randomCall(random, lstm, new Array<number>(400).fill(8))
    const held = (): number => {
      for (let i = 0; i < 1000; i++) engine.training.recurrent(packed, call, keeps[i % 4])
      const times = engine.name === 'reference' ? 1 : 50
      for (let i = 0; i < times; i++) engine.training.recurrent(packed, large, keeps[i % 4])
      for (const options of keeps) engine.training.recurrent(packed, call, options).backward(none)
      return engine.allocatedBytes
    }
    const once = held()
    expect(held()).toBe(once)
    // The last small call of either kind stays for the next one of its shape.
    expect(once - before).toBeLessThan(packed.byteLength + 64 * 1024)
  })
})

const variant = wasmVariant()

describe.skipIf(variant === null)('the memory of the wasm engine (skipped without SIMD)', () => {
  const random = seeded(5)
  const call = randomCall(random, lstm, [3, 2])

  function trained(engine: HostEngine): void {
    using packed = engine.pack(lstm, randomWeights(random, lstm))
    const before = packed.byteLength
    using tape = engine.training.recurrent(packed, call)
    expect(packed.byteLength).toBe(before)
    tape.backward(none, { input: false })
    const frozen = packed.byteLength
    expect(frozen).toBeGreaterThan(before)
    tape.backward(none)
    const all = packed.byteLength
    expect(all).toBeGreaterThan(frozen)
    const held = engine.allocatedBytes
    for (let step = 0; step < 20; step++) {
      packed.update(randomWeights(random, lstm))
      using next = engine.training.recurrent(packed, call)
      next.backward(none)
    }
    expect([packed.byteLength, engine.allocatedBytes]).toEqual([all, held])
  }

  it('has transposes of the weights from the first way back on, in the same place after each update', () => {
    const engine = createWasmEngine()
    trained(engine)
    expect(engine.allocatedBytes).toBe(0)
  })

  it('computes with updated weights what it computes with weights that were packed as they are', () => {
    const engine = createWasmEngine()
    const [first, second] = [randomWeights(random, lstm), randomWeights(random, lstm)]
    using packed = engine.pack(lstm, first)
    engine.training.recurrent(packed, call).backward(none)
    packed.update(second)
    using fresh = engine.pack(lstm, second)
    const given = { ...none, hn: new Float32Array(18).fill(1) }
    const want = engine.training.recurrent(fresh, call).backward(given)
    expect(engine.training.recurrent(packed, call).backward(given)).toEqual(want)
  })
})
