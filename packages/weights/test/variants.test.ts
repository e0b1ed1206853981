import expected from '@unroll/oracle/fixtures/variants.json' with { type: 'json' }
import { Storage, Tensor } from '@unroll/tensor'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { inspect, load, loadWeights, open, UnsupportedFormatError } from '../src/index.ts'
import { Encoder } from './support/encode.ts'
import { failureOf } from './support/failure.ts'

interface Case {
  readonly file: string
  readonly record?: string
  readonly load?: unknown
  readonly weights?: unknown
  /** A state dict whose numbers PyTorch computed. */
  readonly close?: { readonly map: readonly (readonly [string, EncodedTensor])[] }
  readonly leftOut?: readonly (readonly [name: string, what: string])[]
}

interface EncodedTensor {
  readonly tensor: string
  readonly shape: readonly number[]
  readonly data: string
}

const cases = expected.cases as unknown as readonly Case[]

function variant(file: string): URL {
  return new URL(`./variants/${file}`, import.meta.url)
}

/** A string stands for the same of another file. */
function expectedOf(one: Case, kind: 'load' | 'weights'): unknown {
  const value = one[kind]
  if (value === 'load') return expectedOf(one, 'load')
  return typeof value === 'string' ? cases.find(({ file }) => file === value)?.[kind] : value
}

function decoded({ tensor, shape, data }: EncodedTensor): Tensor {
  const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0))
  const arrays = {
    float32: Float32Array,
    float64: Float64Array,
    float16: Uint16Array,
    int64: BigInt64Array,
  }
  const found = Object.entries(arrays).find(([name]) => name === tensor)
  if (found === undefined) throw new Error(`no ${tensor}`)
  const [dtype, array] = found as ['float32', Float32ArrayConstructor]
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((product, size) => product * size, 1))
  return new Tensor(
    { storage: new Storage(new array(bytes.buffer)), shape, strides, offset: 0, dtype },
    false,
  )
}

let warn: MockInstance<typeof console.warn>
beforeEach(() => {
  warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
})
afterEach(() => warn.mockRestore())

describe(`files as people save them, written by PyTorch ${expected.torch}`, () => {
  it.each(cases.filter((one) => 'load' in one))('load gives the object saved in $file', async (one) => {
    const saved = await load(variant(one.file), { record: one.record })
    expect(new Encoder().value(saved)).toEqual(expectedOf(one, 'load'))
  })

  it.each(cases.filter((one) => 'weights' in one))(
    'loadWeights gives the state dict of $file',
    async (one) => {
      const weights = await loadWeights(variant(one.file), { record: one.record })
      expect(new Encoder().value(new Map(weights))).toEqual(expectedOf(one, 'weights'))
    },
  )

  it.each(cases.filter(({ close }) => close !== undefined))(
    'loadWeights gives the weights of $file, whose numbers PyTorch computed',
    async ({ file, close }) => {
      const [weights, opened] = [await loadWeights(variant(file)), await open(variant(file))]
      const want = new Map(close?.map)
      expect([...weights.keys()].sort()).toEqual([...want.keys()].sort())
      expect([...opened.tensors.keys()]).toEqual([...weights.keys()])
      for (const [name, tensor] of want) {
        const got = weights.get(name)
        expect([name, got?.dtype, got?.shape]).toEqual([name, tensor.tensor, tensor.shape])
        // Half floats are rounded once here, but after each operation in PyTorch.
        const tolerance = tensor.tensor === 'float16' ? { rtol: 2e-3 } : {}
        expect(got?.to('float64')).toBeAllclose(decoded(tensor).to('float64'), tolerance)
        expect((await opened.get(name)).toArray()).toEqual(got?.toArray())
      }
      await opened.close()
    },
  )

  it.each(cases.filter(({ leftOut }) => leftOut !== undefined))(
    'what no tensor holds in $file is left out, and said everywhere',
    async ({ file, leftOut = [], ...rest }) => {
      const opened = await open(variant(file))
      const listed = opened.leftOut.map(({ name, what }) => [name, what])
      expect(listed.sort()).toEqual([...leftOut].sort())
      for (const [name, what] of leftOut) {
        const error = await failureOf(opened.get(name), UnsupportedFormatError)
        expect(error.message).toContain(what)
      }
      await opened.close()
      expect((await inspect(variant(file))).leftOut).toEqual(opened.leftOut)
      expect(warn).not.toHaveBeenCalled()
      if (!('weights' in rest || 'close' in rest)) {
        const error = await failureOf(loadWeights(variant(file)), UnsupportedFormatError)
        expect(error.message).toContain('holds no tensor that can be read')
        return
      }
      await loadWeights(variant(file))
      expect(warn).toHaveBeenCalledOnce()
      const [text] = warn.mock.calls[0] ?? []
      expect(text).toMatch(/^loadWeights: .*: left out: "/)
      // Only some of many are named.
      if (leftOut.length < 5) for (const [name, what] of leftOut) expect(text).toMatch(`"${name}": ${what} (`)
    },
  )

  it('says nothing of files that are read whole', async () => {
    for (const { file, leftOut, record } of cases) {
      if (leftOut === undefined && !/objects|numpy-protocol/.test(file))
        await loadWeights(variant(file), { record })
    }
    expect(warn).not.toHaveBeenCalled()
  })
})
