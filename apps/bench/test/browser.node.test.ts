import { browserNames } from '@unroll/browser'
import { isFull } from '@unroll/testing/full'
import { describe, expect, it } from 'vitest'
import { BrowserMissingError, runInBrowser } from '../src/browser/runInBrowser.ts'
import { cases, gpuGrid } from '../src/cases/recurrentCases.ts'
import type { Effort } from '../src/measure/rounds.ts'

const effort: Effort = { name: 'quick', warmUpMs: 0, measureMs: 1, minRounds: 2, maxRounds: 2 }
const contenders = ['wasm', 'onnxruntime-web', 'tfjs-wasm']
const measuring = { effort, memory: false, onRound: () => {} }

it.runIf(isFull)(
  'compares engines of the GPU in a page (skipped where not everything is tested)',
  async (context) => {
    const names = ['wasm', 'webgpu', 'webgl2']
    const runner = await runInBrowser('chromium', names, 1).catch((error: Error) => {
      if (error instanceof BrowserMissingError) return context.skip(error.message)
      throw error
    })
    try {
      // The adapter is named, even if it is the processor.
      expect(runner.missing).toEqual([])
      expect(runner.contenders.find(({ name }) => name === 'webgl2')?.variant).toMatch(/ANGLE/)
      const [benchCase] = gpuGrid
      if (benchCase === undefined) throw new Error('there are cases')
      const [comparison] = await runner.compare(benchCase, measuring)
      const results = comparison?.results ?? []
      expect(results.map(({ contender }) => contender)).toEqual(names)
      for (const { difference } of results) expect(difference).toBeLessThan(1e-4)
    } finally {
      await runner.close()
    }
  },
)

describe.each(browserNames)('%s', (browser) => {
  // In Firefox the dashboard's tests run one of these cases, too.
  it.runIf(isFull || browser === 'chromium')(
    'compares in a page (in Firefox skipped where not everything is tested)',
    async (context) => {
      const runner = await runInBrowser(browser, contenders, 1).catch((error: Error) => {
        if (error instanceof BrowserMissingError) return context.skip(error.message)
        throw error
      })
      try {
        const [benchCase] = cases
        if (benchCase === undefined) throw new Error('there are cases')
        expect(runner.browser.toLowerCase()).toMatch(new RegExp(`^${browser} \\d+`))
        expect(runner.contenders.map(({ name }) => name)).toEqual(contenders)
        const rounds: number[] = []
        const [comparison] = await runner.compare(benchCase, {
          effort,
          memory: true,
          onRound: (round) => rounds.push(round),
        })
        expect(comparison).toMatchObject({ failed: [], absent: [] })
        const results = comparison?.results ?? []
        expect(results.map(({ contender }) => contender)).toEqual(contenders)
        for (const { ms, difference, memoryBytes } of results) {
          expect(ms).toBeGreaterThan(0)
          expect(difference).toBeLessThan(1e-4)
          // Weights of 512 kB, and less than all memory there is.
          expect(memoryBytes).toBeGreaterThan(500_000)
          expect(memoryBytes).toBeLessThan(2 ** 32)
        }
        await expect.poll(() => rounds).toEqual([-1, 0, 1])
      } finally {
        await runner.close()
      }
    },
  )
})
