/// <reference types="node" />
import { readFileSync } from 'node:fs'
import * as torch from '@unroll/torch'
import { describe, expect, it } from 'vitest'

const packages = ['kernels', 'tensor', 'nn', 'cells', 'sequence', 'weights']

/** The names, types included, in the `export { ... }` lists of a package's index. */
function exportsOf(name: string): { readonly values: string[]; readonly types: string[] } {
  const source = readFileSync(new URL(`../../${name}/src/index.ts`, import.meta.url), 'utf8')
  const lists = [...source.matchAll(/^export (type )?\{([^}]*)\} from '([^']+)'/gm)]
  const names = lists.flatMap(([, type = '', list = '']) =>
    list
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
      .map((item) => (item.startsWith('type ') ? item : type + item)),
  )
  return {
    values: names.filter((item) => !item.startsWith('type ')),
    types: names.filter((item) => item.startsWith('type ')),
  }
}

describe('@unroll/torch', () => {
  const own = exportsOf('torch')

  it.each(packages)('exports everything @unroll/%s does, types too', (name) => {
    const { values, types } = exportsOf(name)
    expect(values.length).toBeGreaterThan(0)
    expect(own.values).toEqual(expect.arrayContaining(values))
    expect(own.types).toEqual(expect.arrayContaining(types))
  })

  it('exports nothing else, and nothing undefined', () => {
    expect([...own.values].sort()).toEqual(packages.flatMap((name) => exportsOf(name).values).sort())
    expect(Object.keys(torch).sort()).toEqual([...own.values].sort())
    for (const value of Object.values(torch)) expect(value).toBeDefined()
  })
})
