import { afterAll, expect, it } from 'vitest'
import { cases } from '../src/cases.ts'
import { runInChromium } from '../src/chromium/runInChromium.ts'
import type { Effort } from '../src/rounds.ts'
import type { Runner } from '../src/runner.ts'

const effort: Effort = { name: 'quick', warmUpMs: 0, measureMs: 1, minRounds: 2, maxRounds: 2 }
const contenders = ['wasm', 'onnxruntime-web']

const runner: Runner | null = await runInChromium(contenders, 1).catch((error: Error) => {
  if (error.message.includes('no Chromium')) return null
  throw error
})
afterAll(() => runner?.close())

it.skipIf(runner === null)('compares in a page of Chromium', { timeout: 30_000 }, async () => {
  const [benchCase] = cases
  if (runner === null || benchCase === undefined) throw new Error('there are both')
  expect(runner.browser).toMatch(/^Chromium \d+/)
  expect(runner.contenders.map(({ name }) => name)).toEqual(contenders)
  const rounds: number[] = []
  const { results, absent } = await runner.compare(benchCase, effort, (round) => rounds.push(round))
  expect(absent).toEqual([])
  expect(results.map(({ contender }) => contender)).toEqual(contenders)
  for (const { ms, difference } of results) {
    expect(ms).toBeGreaterThan(0)
    expect(difference).toBeLessThan(1e-4)
  }
  expect(rounds).toEqual([-1, 0, 1])
})
