import { browserNames, remedyOf } from '@unroll/browser'
import { type HostEngine, reference } from '@unroll/kernels'
import { isFull } from '@unroll/testing/full'
import { expect, it } from 'vitest'
import { browserEngine, gpuEngines } from '../src/engines.ts'
import { runParity } from '../src/parity.ts'
import { reportText } from '../src/report.ts'
import { describeWithTorch } from './oracle.ts'

const configurations = isFull ? 600 : 240

describeWithTorch('PyTorch and every engine', (oracle) => {
  it('agree on random configurations: outputs, states, errors, attributes and printed text', async () => {
    const report = await runParity(oracle, { seed: 1, count: configurations })
    console.info(reportText(report))
    expect(report.mismatches).toEqual([])
    // Neither all well nor all wrong.
    expect(report.endings['ok']).toBeGreaterThan(configurations / 2)
    for (const error of ['ValueError', 'TypeError', 'RuntimeError']) {
      expect(report.endings[error]).toBeGreaterThan(configurations / 60)
    }
    expect(report.engines).toContain('reference')
  }, 120_000)
})

describeWithTorch('PyTorch and the wasm engine in a browser', (oracle) => {
  it.for(browserNames)('agree on random modules in %s', { timeout: 120_000 }, async (browser, context) => {
    const found = await browserEngine(browser)
    if (found.engine === null) return context.skip(remedyOf(browser))
    try {
      const report = await runParity(oracle, { seed: 7, count: isFull ? 60 : 20, engines: [found] })
      console.info(reportText(report))
      expect(report.mismatches).toEqual([])
      expect(report.engines).toEqual([
        expect.stringMatching(new RegExp(`^wasm .*simd.* in ${browser} \\d`, 'i')),
      ])
    } finally {
      await found.engine.close()
    }
  })
})

describeWithTorch('PyTorch and the gpu engine of a headless Chromium', (oracle) => {
  it('agree on random modules over finite float32, rtol 1e-4, atol 1e-5', async (context) => {
    const engines = await gpuEngines()
    try {
      context.skip(
        engines.every(({ engine }) => engine === null),
        'no Chromium with an adapter here',
      )
      const report = await runParity(oracle, { seed: 5, count: isFull ? 30 : 10, engines })
      console.info(reportText(report))
      expect(report.mismatches).toEqual([])
      expect(report.onGpu).toBeGreaterThan(isFull ? 7 : 2)
      for (const { name, engine } of engines) if (engine) expect(report.engines).toContain(name)
    } finally {
      for (const { engine } of engines) await engine?.close()
    }
  }, 120_000)
})

describeWithTorch('an engine that computes wrongly', (oracle) => {
  /** Spoils the last output of sequences of more than four timesteps. */
  const wrong: HostEngine = {
    ...reference,
    name: 'wrong',
    recurrent(weights, input) {
      const result = reference.recurrent(weights, input)
      if (input.batchSizes.length > 4) result.output.set([0.123], result.output.length - 1)
      return result
    },
  }

  it('is found out, and the smallest configuration that shows it is told in both languages', async () => {
    const engines = [{ name: 'wrong', engine: wrong }]
    const report = await runParity(oracle, { seed: 1, count: isFull ? 30 : 10, engines })
    const [mismatch] = report.mismatches
    expect(mismatch?.found.join()).toMatch(/tensor 0: 1 of \d+ elements differ/)
    expect(mismatch?.smallest).toMatchObject({ T: 5, N: 1, inputSize: 1, hiddenSize: 1, numLayers: 1 })
    const text = reportText(report)
    expect(text).toContain('x = torch.zeros([5, 1, 1], dtype=torch.float32).uniform_(-1, 1)')
    expect(text).toContain("let x = zeros([5, 1, 1], { dtype: 'float32' }).uniform_(-1, 1)")
  })
})
