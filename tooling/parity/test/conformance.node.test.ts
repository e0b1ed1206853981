import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { conformance } from '../src/conformance.ts'
import { conformancePage } from '../src/conformancePage.ts'
import { exceptions, proofs } from '../src/conformanceRules.ts'
import { describeWithTorch } from './oracle.ts'

const committed = readFileSync(new URL('../../../docs/conformance.md', import.meta.url), 'utf8')

describeWithTorch('the conformance table', (oracle) => {
  it('has a counterpart and a test, or a reason, for every row of the installed PyTorch', async () => {
    const { gaps, sections } = await conformance(oracle)
    expect(gaps).toEqual([])
    const rows = sections.flatMap((section) => section.rows)
    expect(rows.length).toBeGreaterThan(200)
    // Rules that fit no row any more.
    const idle = [...exceptions, ...proofs].filter((rule) => !rows.some(({ name }) => rule.rows.test(name)))
    expect(idle.map(({ rows: pattern }) => pattern.source)).toEqual([])
  })

  it('is committed as it is: pnpm parity -- --conformance --write', async () => {
    const page = conformancePage(await conformance(oracle))
    expect(page === committed, 'docs/conformance.md is out of date').toBe(true)
  })
})
