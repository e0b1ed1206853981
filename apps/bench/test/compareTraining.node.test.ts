import { setNumThreads } from '@unroll/kernels'
import { describe, expect, it } from 'vitest'
import { layers } from '../src/cases/recurrentCases.ts'
import type { Pass } from '../src/cases/training.ts'
import {
  learning,
  makeTrainingWorkload,
  parameterCount,
  parametersInOrder,
  passCase,
  passMultiplyAdds,
} from '../src/cases/trainingCases.ts'
import { multiplyAdds } from '../src/cases/workload.ts'
import type { Contender } from '../src/contenders/contender.ts'
import { makeContenders } from '../src/contenders/makeContenders.ts'
import { nodeContenders } from '../src/contenders/nodeContenders.ts'
import { engines } from '../src/contenders/ownEngines.ts'
import { brainjsLearner } from '../src/contenders/training/brainjsLearner.ts'
import type { Comparison } from '../src/measure/compareRecurrent.ts'
import { compareTraining } from '../src/measure/compareTraining.ts'
import { brief } from '../src/measure/rounds.ts'
import { describeEnvironment } from '../src/result/environmentHere.ts'
import { parseResult } from '../src/result/resultFile.ts'
import { toResultFile } from '../src/result/toResultFile.ts'
import { makeRoof } from '../src/roofline/multiplyAddRoof.ts'
import { makeThreadedRoof } from '../src/roofline/threadedRoof.ts'
import { resultTables } from '../src/terminal/resultTables.ts'

const effort = { ...brief, warmUpMs: 1, measureMs: 3 }
const options = { roof: makeRoof(), effort }
const rnn = learning('rnn', 'RNN_TANH', 4, 2, 3, 5, 1)

describe('compareTraining', () => {
  it('engines, PyTorch and TF.js compute the same gradients of every model, and are timed', {
    timeout: 60_000,
  }, async () => {
    const asked = ['reference', 'wasm', 'wasm-simd', 'tfjs-wasm', 'pytorch']
    const { contenders, missing } = await makeContenders(nodeContenders, asked, 1)
    try {
      for (const trainingCase of [
        learning('lstm', 'LSTM', 4, 2, 3, 5, 2),
        learning('gru', 'GRU', 4, 2, 3, 5, 1),
        learning('cells', 'LSTM', 4, 2, 3, 5, 1, 'cells'),
        learning('head', 'RNN_RELU', 4, 2, 3, 5, 1, 'head'),
        learning('language', 'LSTM', 4, 2, 3, 5, 2, 'language'),
      ]) {
        const comparisons = await compareTraining(trainingCase, contenders, options)
        const [forward] = comparisons
        expect(forward?.failed).toEqual([])
        const away = [...missing, ...(forward?.absent ?? []).map(({ contender }) => contender)]
        expect(forward?.results.map(({ contender }) => contender)).toEqual(
          asked.filter((name) => !away.includes(name)),
        )
        expect(comparisons.map(({ benchCase }) => benchCase.name)).toEqual(
          ['forward', 'recorded-eval', 'unrecorded-eval', 'recorded', 'unrecorded', 'backward', 'step'].map(
            (pass) => `${trainingCase.name}-${pass}`,
          ),
        )
        for (const { results } of comparisons) for (const { ms } of results) expect(ms).toBeGreaterThan(0)
      }
    } finally {
      for (const each of contenders) await each.close?.()
    }
  })

  it('names who computes other gradients or does not learn, and times the others', async () => {
    const { contenders } = await makeContenders(engines, ['wasm', 'wasm-f64'], 1)
    const [wasm, inDouble] = contenders
    if (wasm?.training === undefined || inDouble === undefined) throw new Error('expected the wasm engine')
    const learner = wasm.training
    const other: Contender = {
      ...wasm,
      name: 'other',
      training: {
        ...learner,
        prepare: async (workload) => {
          const ready = await learner.prepare(workload)
          const gradients = async () => ((await ready.gradients?.()) ?? new Float32Array()).map((x) => 2 * x)
          return { ...ready, gradients }
        },
      },
    }
    const [first] = await compareTraining(rnn, [wasm, other, inDouble], options)
    expect(first?.results.map(({ contender }) => contender)).toEqual(['wasm'])
    expect(first?.absent).toEqual([{ contender: 'wasm-f64', reason: 'its training is not compared' }])
    expect(first?.failed).toEqual([
      {
        contender: 'other',
        reason: expect.stringMatching(/^rnn: gradients of other against wasm\[0\]: expected/),
      },
    ])
  })

  it('brain.js goes over the same timesteps, and its time alone is compared', async () => {
    const calls: string[] = []
    class Net {
      constructor(given: object) {
        calls.push(JSON.stringify(given))
      }
      initialize(): void {}
      trainArrayOfArray(timesteps: readonly Float32Array[]): number {
        calls.push(`over ${timesteps.length} of ${timesteps[0]?.length}`)
        return 0
      }
      backpropagate(): void {}
      adjustWeights(): void {}
    }
    const training = brainjsLearner({ LSTMTimeStep: Net, GRUTimeStep: Net, RNNTimeStep: Net })
    const brainjs: Contender = {
      name: 'brainjs',
      variant: '',
      declines: () => null,
      prepare: () => Promise.reject(new Error('not in this test')),
      training,
    }
    const head = learning('head', 'LSTM', 4, 1, 3, 5, 2, 'head')
    const [first] = await compareTraining(head, [brainjs], options)
    expect(first?.results).toMatchObject([{ contender: 'brainjs', difference: null }])
    expect(calls.slice(0, 2)).toEqual([
      '{"inputSize":3,"outputSize":3,"hiddenLayers":[5,5],"learningRate":1e-7}',
      'over 4 of 3',
    ])
    expect(training.declines(makeTrainingWorkload(rnn))).toBe('its networks have a linear layer behind')
  })
})

it('several threads are timed at the roof, too, and their target says how much they can do', async () => {
  const { contenders } = await makeContenders(engines, ['wasm', 'wasm-one'], 2)
  const threadedRoof = await makeThreadedRoof(2)
  try {
    const large = learning('large', 'LSTM', 2, 32, 3, 5, 1)
    const comparisons = await compareTraining(large, contenders, { ...options, threadedRoof })
    for (const { threadsAtRoof } of comparisons) expect(threadsAtRoof).toBeGreaterThan(0)
    const environment = describeEnvironment({ contenders, missing: [], threads: 2 })
    const known = comparisons.map((each) => ({ ...each, threadsAtRoof: 1.84 }))
    expect(resultTables(toResultFile(environment, brief, known))).toMatch(
      /forward and backward at least 1\.6x one thread.*; at the roof 1\.84x/,
    )
  } finally {
    await threadedRoof.close()
    await setNumThreads(1)
  }
})

describe('a training case', () => {
  const head = learning('head', 'LSTM', 50, 1, 64, 64, 1, 'head')
  const language = learning('language', 'LSTM', 4, 2, 3, 5, 2, 'language')

  it('has twice the products of its forward on the way back, less the gradient of an input that needs none', () => {
    const square = learning('square', 'LSTM', 50, 1, 64, 64, 1)
    expect(passMultiplyAdds(square, 'backward')).toBe(2.5 * multiplyAdds(square))
    expect(passMultiplyAdds(head, 'forward')).toBe(multiplyAdds(head) + 50 * 64 * 64)
    expect(passMultiplyAdds(language, 'step')).toBe(3 * passMultiplyAdds(language, 'recorded'))
  })

  it.each([head, language])('$name has as many parameters as its workload', (trainingCase) => {
    const counts = parametersInOrder(makeTrainingWorkload(trainingCase)).map(({ length }) => length)
    expect(parameterCount(trainingCase)).toBe(counts.reduce((sum, count) => sum + count))
  })
})

it('each pass is an ordinary case, and they are shown together with targets of their own', () => {
  const environment = describeEnvironment({ contenders: [], missing: [], threads: 1 })
  const trainingCase = learning('train', 'LSTM', 50, 1, 64, 64, 1)
  const result = (contender: string, ms: number, difference: number | null = 0) => ({
    contender,
    difference,
    ms,
    p99Ms: ms,
    quantiles: [ms],
    rounds: [ms, ms],
    roofShare: 0.5,
  })
  const comparison = (pass: Pass, ms: number, others: Comparison['results'] = []): Comparison => ({
    benchCase: passCase(trainingCase, pass),
    roofGflops: 60,
    results: [result('wasm', ms), ...others],
    absent: [{ contender: 'tfjs-wasm', reason: 'only layers are compared' }],
    failed: [],
  })
  const inference: Comparison = {
    ...comparison('forward', 7),
    benchCase: layers('plain', 'LSTM', 50, 1, 64, 64, 1),
  }
  const saved = JSON.stringify(
    toResultFile(environment, brief, [
      inference,
      comparison('forward', 1),
      comparison('recorded', 2.1),
      comparison('unrecorded', 2),
      comparison('recorded-eval', 1.375),
      comparison('unrecorded-eval', 1.25),
      comparison('backward', 2),
      comparison('step', 2.2, [result('pytorch', 6.6, 1e-7), result('brainjs', 22, null)]),
    ]),
  )
  const shown = resultTables(parseResult(saved))
  const line = shown.split('\n').find((each) => each.startsWith('train '))
  expect(line?.trim().split(/ {2,}/)).toEqual([
    'train',
    '(50, 1, 64, 64, 1)',
    ...['1.00', '2.00', '2.20', '50%', '1.25', '1.05x', '1.10x', '6.01', '10.00x', '3.00x'],
  ])
  expect(shown).toMatch(/^plain +\(50, 1, 64, 64, 1\) +7\.00/m)
  expect(shown).toContain('- tfjs-wasm (only layers are compared): not in plain, train')
  expect(shown).toContain('- brainjs computes other equations, so only its time is compared: train')
  expect(shown).toMatch(/PyTorch in the geometric mean.* met {2,}geometric mean 3\.00x of 1/)
  expect(shown).toMatch(/in eval at most 3% +NOT MET +0 of 1 cases, worst 10% more/)
})
