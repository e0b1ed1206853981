import { describe, expect, it } from 'vitest'
import { layers } from '../src/cases/recurrentCases.ts'
import { type TrainingCase, trainingMultiplyAdds } from '../src/cases/trainingCases.ts'
import { multiplyAdds } from '../src/cases/workload.ts'
import type { TrainingContender } from '../src/contenders/training/trainingContender.ts'
import { trainingContenders } from '../src/contenders/training/trainingContenders.ts'
import { compareTraining } from '../src/measure/compareTraining.ts'
import { brief } from '../src/measure/rounds.ts'
import { describeEnvironment } from '../src/result/environmentHere.ts'
import { parseResult } from '../src/result/resultFile.ts'
import { toResultFile } from '../src/result/toResultFile.ts'
import { makeRoof } from '../src/roofline/multiplyAddRoof.ts'
import { resultTables } from '../src/terminal/resultTables.ts'

const effort = { ...brief, warmUpMs: 1, measureMs: 3 }
const options = { roof: makeRoof(), effort, onTurn: () => {} }

const lstm: TrainingCase = { ...layers('lstm', 'LSTM', 4, 2, 3, 5, 2), cells: false }
const gru: TrainingCase = { ...layers('gru', 'GRU', 4, 2, 3, 5, 1), cells: false }
const rnn: TrainingCase = { ...layers('rnn', 'RNN_TANH', 4, 2, 3, 5, 1), cells: false }
const cells: TrainingCase = { ...layers('cells', 'LSTM', 4, 2, 3, 5, 1), cells: true }

describe('compareTraining', () => {
  it('engines, PyTorch and TF.js compute the same gradients, and are timed', {
    timeout: 60_000,
  }, async () => {
    const asked = ['reference', 'wasm', 'wasm-simd', 'tfjs-wasm', 'pytorch']
    const { contenders, missing } = await trainingContenders(asked, 1)
    try {
      for (const trainingCase of [lstm, gru, rnn, cells]) {
        const { results, absent, failed } = await compareTraining(trainingCase, contenders, options)
        expect(failed).toEqual([])
        const away = [...missing, ...absent.map(({ contender }) => contender)]
        expect(results.map(({ contender }) => contender)).toEqual(
          asked.filter((name) => !away.includes(name)),
        )
        const own = results.find(({ contender }) => contender === 'wasm')
        expect(own?.passes.map(({ pass }) => pass)).toEqual([
          'forward',
          'recorded',
          'recorded-eval',
          'backward',
          'step',
        ])
        for (const { passes } of results) for (const { ms } of passes) expect(ms).toBeGreaterThan(0)
      }
    } finally {
      for (const each of contenders) await each.close?.()
    }
  })

  it('names who computes other gradients, and times the others', async () => {
    const { contenders } = await trainingContenders(['wasm'], 1)
    const [wasm] = contenders
    if (wasm === undefined) throw new Error('expected the wasm engine')
    const other: TrainingContender = {
      ...wasm,
      name: 'other',
      prepare: async (workload) => {
        const ready = await wasm.prepare(workload)
        return { ...ready, gradients: async () => (await ready.gradients()).map((value) => 2 * value) }
      },
    }
    const { results, failed } = await compareTraining(rnn, [wasm, other], options)
    expect(results.map(({ contender }) => contender)).toEqual(['wasm'])
    expect(failed).toEqual([
      {
        contender: 'other',
        reason: expect.stringMatching(/^rnn: gradients of other against wasm\[0\]: expected/),
      },
    ])
  })
})

it('a layer has twice the products of its forward on the way back, less the gradient of its input', () => {
  const square = layers('square', 'LSTM', 50, 1, 64, 64, 1)
  expect(trainingMultiplyAdds(square)).toBe(2.5 * multiplyAdds(square))
})

it('training is kept beside the cases, and shown with targets of its own', () => {
  const environment = describeEnvironment({ contenders: [], missing: [], threads: 1 })
  const pass = (pass: 'forward' | 'recorded' | 'recorded-eval' | 'backward' | 'step', ms: number) => ({
    pass,
    ms,
    rounds: [ms, ms],
    roofShare: pass === 'step' ? null : 0.5,
  })
  const training = {
    trainingCase: { ...layers('train', 'LSTM', 50, 1, 64, 64, 1), cells: false },
    parameters: 100_000,
    roofGflops: 60,
    results: [
      {
        contender: 'wasm',
        difference: 0,
        passes: [
          pass('forward', 1),
          pass('recorded', 1.05),
          pass('recorded-eval', 1.1),
          pass('backward', 2),
          pass('step', 2.2),
        ],
      },
      { contender: 'pytorch', difference: 1e-7, passes: [pass('step', 6.6)] },
    ],
    absent: [{ contender: 'tfjs-wasm', reason: 'only layers are compared' }],
    failed: [],
  }
  const saved = JSON.stringify(toResultFile(environment, brief, [], [], [training]))
  const shown = resultTables(parseResult(saved))
  const line = shown.split('\n').find((each) => each.startsWith('train '))
  expect(line?.trim().split(/ {2,}/)).toEqual([
    'train',
    '(50, 1, 64, 64, 1)',
    ...['1.00', '2.00', '2.20', '50%', '1.25', '1.05x', '1.10x', '2.00', '3.00x'],
  ])
  expect(shown).toContain('- tfjs-wasm (only layers are compared): not in train')
  expect(shown).toMatch(/PyTorch in the geometric mean.* met {2,}geometric mean 3\.00x of 1/)
  expect(shown).toMatch(/in eval at most 3% +NOT MET +0 of 1 cases, worst 10% more/)
})
