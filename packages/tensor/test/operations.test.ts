import { setDefaultEngine } from '@unroll/kernels'
import fixtures from '@unroll/oracle/fixtures/tensor_operations.json'
import { tolerances } from '@unroll/testing'
import { describeEngines } from '@unroll/testing/describeEngines'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Tensor } from '../src/index.ts'
import { engines } from './engines.ts'
import { decode, layOut, layouts, run } from './fixtures.ts'

interface Case {
  readonly call: string
  readonly args: readonly unknown[]
  readonly result: unknown
}

// Functions that PyTorch takes from vector libraries, whose last digit may differ, and sums in another order.
const inexact = [
  'exp',
  'log',
  'sqrt',
  'tanh',
  'sigmoid',
  'pow',
  'softmax',
  'logSoftmax',
  'sum',
  'mean',
  'prod',
  'matmul',
  'linear',
]

// Where PyTorch itself gives 0 or -0 depending on how many elements there are.
const signless = ['maximum', 'minimum', 'relu', 'clamp']

const cases: readonly Case[] = fixtures.cases
const calls = new Set(cases.map(({ call }) => call))

describeEngines(engines, (engine) => {
  beforeEach(() => setDefaultEngine(engine))
  afterEach(() => setDefaultEngine(null))

  describe.each(Object.entries(layouts))('and tensors %s', (_, layout) => {
    it.each([...calls])('%s equals PyTorch', (call) => {
      for (const { args, result } of cases.filter((each) => each.call === call)) {
        const got = run(
          call,
          args.map((arg) => layOut(decode(arg), layout)),
        )
        check(call, got, decode(result), `${call}(${args.map(summary).join(', ')})`)
      }
    })
  })
})

function check(call: string, got: unknown, want: unknown, what: string): void {
  if (Array.isArray(want) && Array.isArray(got)) {
    expect(got, what).toHaveLength(want.length)
    for (const [i, part] of want.entries()) check(call, got[i], part, `${what}[${i}]`)
    return
  }
  if (!(got instanceof Tensor && want instanceof Tensor))
    throw new TypeError(`${what}: expected a tensor, got ${got}`)
  expect(`${got.dtype} (${got.shape})`, what).toBe(`${want.dtype} (${want.shape})`)
  const tolerance = want.dtype === 'float64' ? tolerances.float64 : tolerances.float32
  if (inexact.includes(call)) expect(got, what).toBeAllclose(want, tolerance)
  else if (signless.includes(call)) expect(got, what).toBeAllclose(want, { rtol: 0, atol: 0 })
  else expect(got.toArray(), what).toEqual(want.toArray())
}

/** An argument, for the message of a failure. */
function summary(arg: unknown): string {
  const decoded = decode(arg)
  return decoded instanceof Tensor ? `${decoded.dtype} (${decoded.shape})` : JSON.stringify(decoded)
}
