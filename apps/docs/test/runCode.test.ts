import { tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { printedBy } from '../scripts/printedBy.ts'
import { format } from '../src/live/format.ts'

describe('code of the site', () => {
  it('is TypeScript with imports of our packages and await at the top', async () => {
    const code = `import { tensor } from '@unroll/tensor'
interface Size { readonly n: number }
const size: Size = await Promise.resolve({ n: 2 })
console.log(tensor([1, 2]).mul(size.n), 'text', size)`
    expect(await printedBy(code)).toBe('tensor([2., 4.]) text { n: 2 }\n')
  })

  it.each([
    ["import fs from 'node:fs'\nconsole.log(fs)", "got 'node:fs'"],
    ['const x: = 1', 'Unexpected token'],
    ['throw new RangeError("mine")', 'mine'],
  ])('%s is refused or throws', async (code, message) => {
    await expect(printedBy(code)).rejects.toThrow(message)
  })
})

it.each<[unknown, string]>([
  [[1, -0, 2n, null, undefined], '[1, -0, 2n, null, undefined]'],
  [Float32Array.of(0.5, 1), 'Float32Array(2) [0.5, 1]'],
  [new Map([['a', 1]]), "Map(1) { 'a' => 1 }"],
  [{ a: [tensor([1])] }, '{ a: [tensor([1.])] }'],
  [new Error('no'), 'Error: no'],
  [[], '[]'],
  [{}, '{}'],
  [Array.from({ length: 200 }, () => 0), `[${'0, '.repeat(100)}... 100 more]`],
])('a value is shown as consoles show it: %s', (value, text) => {
  expect(format(value)).toBe(text)
})
