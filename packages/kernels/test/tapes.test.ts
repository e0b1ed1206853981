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
      for (const array of [own.input, own.h0, own.c0, own.dropout, tape.output, tape.hn, tape.cn])
        array?.fill(7)
      own.batchSizes.fill(1)
      expect(tape.backward(given)).toEqual(want)
      const nothing = engine.training.recurrent(packed, randomCall(random, spec, [0, 0]), options)
      const zeros = nothing.backward({ ...none, output: nothing.output })
      expect(zeros.weights[0]?.weightIh).toEqual(want.weights[0]?.weightIh?.map(() => 0))
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

  it('holds nothing of 2,000 tapes that were dropped', () => {
    using packed = engine.pack(lstm, weights)
    const call = randomCall(random, lstm, [3, 3, 2])
    const large = randomCall(random, lstm, new Array<number>(400).fill(8))
    engine.training.recurrent(packed, call).backward(none)
    engine.training.recurrent(packed, large).backward(none)
    engine.training.recurrent(packed, call)
    const held = engine.allocatedBytes
    for (let i = 0; i < 2000; i++) engine.training.recurrent(packed, call, keeps[i % 4])
    // The last small call is kept for the next one of its shape.
    engine.training.recurrent(packed, call)
    expect(engine.allocatedBytes).toBe(held)
    if (engine.name === 'reference') return
    for (let i = 0; i < 50; i++) engine.training.recurrent(packed, large, keeps[i % 4])
    engine.training.recurrent(packed, call).backward(none)
    expect(engine.allocatedBytes).toBe(held)
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
