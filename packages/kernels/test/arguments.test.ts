import { describe, expect, it } from 'vitest'
import { describeValue, optionsOf } from '../src/arguments.ts'

const defaults = { numLayers: 1, batchFirst: false, dtype: 'float32', generator: undefined as unknown }

/** Takes `options` as plain JavaScript might pass them. */
const take = (options: unknown): typeof defaults =>
  optionsOf('LSTM', options as Partial<typeof defaults>, defaults, 'numLayers')

describe('optionsOf', () => {
  it.each([undefined, null, {}, { numLayers: undefined }])('%s is no options', (options) => {
    expect(take(options)).toEqual(defaults)
  })

  it('options replace defaults', () => {
    expect(take({ numLayers: 2, generator: 'mine' })).toEqual({
      ...defaults,
      numLayers: 2,
      generator: 'mine',
    })
  })

  it('objects without a prototype, of another realm and proxies are plain', () => {
    expect(take(Object.assign(Object.create(null), { numLayers: 3 })).numLayers).toBe(3)
    expect(take(new Proxy({ numLayers: 3 }, {})).numLayers).toBe(3)
  })

  it.each([
    [2, 'got number 2; write { numLayers: 2 }'],
    [true, 'got boolean true; its options are numLayers, batchFirst, dtype, generator'],
    ['relu', 'got string "relu"; its options are'],
    [[2, 3], 'got array of 2; its options are'],
    [new Map(), 'got Map; its options are numLayers, batchFirst, dtype, generator'],
    [new (class Config {})(), 'got Config; its options are'],
    [Promise.resolve({}), 'got a promise; await it first; its options are'],
  ])('%s is refused', (options, message) => {
    expect(() => take(options)).toThrow(TypeError)
    expect(() => take(options)).toThrow(`LSTM: expected options to be a plain object, ${message}`)
  })

  it.each([
    [{ batch_first: true }, 'got batch_first; did you mean batchFirst?'],
    [{ numLayer: 2 }, 'got numLayer; did you mean numLayers?'],
    [{ NUM_LAYERS: 2 }, 'got NUM_LAYERS; did you mean numLayers?'],
    [{ toString: 2 }, 'got toString'],
    [{ device: 'cpu' }, 'got device'],
  ])('%o has a key that is no option', (options, message) => {
    expect(() => take(options)).toThrow(
      `LSTM: expected options among numLayers, batchFirst, dtype, generator, ${message}`,
    )
  })
})

it.each([
  [null, 'null'],
  [undefined, 'undefined'],
  [3, 'number 3'],
  [3n, 'bigint 3'],
  ['x'.repeat(60), `string "${'x'.repeat(40)}..."`],
  [Symbol('s'), 'symbol Symbol(s)'],
  [Math.max, 'function max'],
  [[1, 2], 'array of 2'],
  [new Float32Array(2), 'Float32Array'],
  [Object.create(null), 'object'],
])('describeValue of %s', (value, text) => {
  expect(describeValue(value)).toBe(text)
})
