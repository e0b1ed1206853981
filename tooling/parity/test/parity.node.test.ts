import { browserNames, remedyOf } from '@unroll/browser'
import { type HostEngine, reference } from '@unroll/kernels'
import { isFull } from '@unroll/testing/full'
import { expect, it } from 'vitest'
import { browserEngines, gpuEngines } from '../src/engines.ts'
import { runParity } from '../src/parity.ts'
import { reportText } from '../src/report.ts'
import { describeWithTorch } from './oracle.ts'

const configurations = isFull ? 600 : 180
const ways = isFull ? 600 : 300

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

  it('agree on the gradients of random configurations', async () => {
    const report = await runParity(oracle, { seed: 1, count: ways, training: true })
    console.info(reportText(report))
    expect(report.mismatches).toEqual([])
    // The others end with errors, as they do in PyTorch.
    expect(report.ranBack).toBeGreaterThan(0.7 * ways)
    expect(Object.keys(report.twice).sort()).toEqual(['GRU', 'GRUCell', 'LSTM', 'LSTMCell', 'RNN', 'RNNCell'])
    expect(report.endings['RuntimeError']).toBe(ways - report.ranBack)
    expect(report.engines).toContain('reference')
  }, 120_000)
})

describeWithTorch('PyTorch and the wasm engine in a browser', (oracle) => {
  it.for(isFull ? browserNames : (['chromium'] as const))(
    'agree on random modules and their gradients in %s',
    { timeout: 120_000 },
    async (browser, context) => {
      const engines = await browserEngines(browser)
      if (engines.some(({ engine }) => engine === null)) return context.skip(remedyOf(browser))
      try {
        for (const training of [false, true]) {
          const report = await runParity(oracle, { seed: 7, count: isFull ? 60 : 12, engines, training })
          console.info(reportText(report))
          expect(report.mismatches).toEqual([])
          expect(report.engines).toEqual([
            expect.stringMatching(new RegExp(`^wasm .*simd.* in ${browser} \\d`, 'i')),
            expect.stringMatching(new RegExp(`^wasm simd in ${browser} \\d`, 'i')),
          ])
          if (training) expect(report.ranBack).toBeGreaterThan(isFull ? 30 : 6)
        }
      } finally {
        for (const { engine } of engines) await engine?.close()
      }
    },
  )
})

describeWithTorch('PyTorch and the gpu engine of a headless Chromium', (oracle) => {
  // The suites of @unroll/gpu compare the same engines with the reference.
  it.runIf(isFull)(
    'agree on random modules over finite float32, rtol 1e-4, atol 1e-5 (skipped where not everything is tested)',
    async (context) => {
      const engines = await gpuEngines()
      try {
        context.skip(
          engines.every(({ engine }) => engine === null),
          'no Chromium with an adapter here',
        )
        const report = await runParity(oracle, { seed: 5, count: 30, engines })
        console.info(reportText(report))
        expect(report.mismatches).toEqual([])
        expect(report.onGpu).toBeGreaterThan(7)
        for (const { name, engine } of engines) if (engine) expect(report.engines).toContain(name)
      } finally {
        for (const { engine } of engines) await engine?.close()
      }
    },
    120_000,
  )
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
    expect(text).toContain("const x = zeros([5, 1, 1], { dtype: 'float32' }).uniform_(-1, 1)")
  })

  /** Loses the gradient of an initial hidden state where a loss is taken from the final one. */
  const forgetful: HostEngine = {
    ...reference,
    name: 'forgetful',
    training: {
      recurrent(weights, input, options) {
        const tape = reference.training.recurrent(weights, input, options)
        const { output, hn, cn } = tape
        return {
          output,
          hn,
          cn,
          backward(gradients, wanted) {
            const found = tape.backward(gradients, wanted)
            if (gradients.hn !== null) found.h0?.fill(0)
            return found
          },
          dispose: () => tape.dispose(),
          [Symbol.dispose]: () => tape.dispose(),
        }
      },
    },
  }

  it('is found out by its gradients, and the way back is told in both languages', async () => {
    const engines = [{ name: 'forgetful', engine: forgetful }]
    const report = await runParity(oracle, { seed: 1, count: 10, engines, training: true })
    const [mismatch] = report.mismatches
    expect(mismatch?.found.join()).toMatch(/^gradient of h0: 1 of 1 elements differ/)
    expect(mismatch?.smallest).toMatchObject({ T: 1, N: 1, inputSize: 1, hiddenSize: 1, numLayers: 1 })
    const text = reportText(report)
    expect(text).toContain('hx[0].requires_grad_()')
    expect(text).toContain('hx[0].requiresGrad = true')
    expect(text).toContain('loss = hn.sum()\nloss.backward()\nprint(x.grad, hx[0].grad,')
    expect(text).toContain('var loss = hn.sum()\nloss.backward()\nconsole.log(x.grad, hx[0].grad,')
  })
})
