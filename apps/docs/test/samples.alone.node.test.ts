import { describe, expect, it } from 'vitest'
import { printedBy } from '../scripts/printedBy.ts'
import { filesOf } from './folders.ts'

const samples = filesOf('samples', '.ts')
const printed = filesOf('samples', '.txt')
const pages = filesOf('src/content/docs', '.mdx')

describe('each sample', () => {
  it.each([...samples])('%s prints in Node what its page shows', async (name, code) => {
    expect(await printedBy(code)).toBe(printed.get(name.replace(/\.ts$/, '.txt')))
  })

  it('stands on a page, and no output without its code', () => {
    const shown = new Set(
      [...pages.values()].flatMap((text) =>
        [...text.matchAll(/<Sample name="(.+?)"/g)].map(([, name]) => name),
      ),
    )
    expect([...samples.keys()].filter((name) => !shown.has(name.replace(/\.ts$/, '')))).toEqual([])
    expect([...printed.keys()].filter((name) => !samples.has(name.replace(/\.txt$/, '.ts')))).toEqual([])
  })
})
