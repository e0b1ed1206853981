import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parseResult } from '../src/result/resultFile.ts'
import { showResult } from '../src/terminal/showResult.ts'

const file = new URL('../results/2026-11-26-amd-epyc.json', import.meta.url)
const result = parseResult(readFileSync(file, 'utf8'))

it('shows a whole run with its promises', () => {
  const text = showResult(result, { cases: [], contenders: [], isSummary: false })
  expect(text).toContain('cpu: AMD EPYC, 2 cores, linux x64')
  for (const { name } of result.cases) expect(text).toContain(`\n${name} `)
  expect(text).toContain(result.targets[0]?.found)
})

it('shows the cases and contenders that are asked for, without promises, which are of whole runs', () => {
  const text = showResult(result, { cases: ['gru-small'], contenders: ['wasm', 'pytorch'], isSummary: false })
  expect(text).toMatch(/^gru-small /m)
  expect(text).not.toMatch(/^lstm-small /m)
  expect(text).toMatch(/^case .* wasm ms .* pytorch$/m)
  expect(text).not.toContain('target')
})
