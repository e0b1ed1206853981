import fixtures from '@unroll/oracle/fixtures/tensor_fma.json'
import { expect, it } from 'vitest'
import { fma32, fma64 } from '../src/random/fma.ts'
import { toTensor } from './fixtures.ts'

const functions: Record<string, (a: number, b: number, c: number) => number> = { fma32, fma64 }

it.each(fixtures.cases)("$name rounds once, as C's does", ({ name, a, b, c, result }) => {
  const [as, bs, cs, want] = [a, b, c, result].map((encoded) => Array.from(toTensor(encoded).data, Number))
  const fma = functions[name]
  expect(as?.map((x, i) => fma?.(x, bs?.[i] ?? 0, cs?.[i] ?? 0))).toEqual(want)
  // The fixture has cases in which rounding twice gives another result.
  const round = name === 'fma32' ? Math.fround : (value: number) => value
  expect(as?.map((x, i) => round(x * (bs?.[i] ?? 0) + (cs?.[i] ?? 0)))).not.toEqual(want)
})
