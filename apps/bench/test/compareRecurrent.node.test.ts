import { type FloatArray, type HostEngine, reference } from '@unroll/kernels'
import { afterAll, describe, expect, it } from 'vitest'
import { layers } from '../src/cases/recurrentCases.ts'
import type { Contender } from '../src/contenders/contender.ts'
import { engineContender } from '../src/contenders/engineContender.ts'
import { makeContenders } from '../src/contenders/makeContenders.ts'
import { peers, remedy } from '../src/contenders/nodeContenders.ts'
import { checkAgreement } from '../src/measure/agreement.ts'
import { type Comparison, compareRecurrent } from '../src/measure/compareRecurrent.ts'
import type { Effort } from '../src/measure/rounds.ts'
import { makeRoof } from '../src/roofline/multiplyAddRoof.ts'

const effort: Effort = { name: 'quick', warmUpMs: 0, measureMs: 1, minRounds: 2, maxRounds: 2 }
const roof = makeRoof()
const oracle = engineContender(reference)

function comparing(
  benchCase: Comparison['benchCase'],
  contenders: readonly Contender[],
): Promise<Comparison> {
  return compareRecurrent(benchCase, contenders, { roof, effort })
}

/** The reference engine, one number of its output changed. */
function changed(by: number): Contender {
  const change = (array: FloatArray): FloatArray => array.map((value, i) => (i === 7 ? value + by : value))
  const recurrent: HostEngine['recurrent'] = (packed, input) => {
    const result = reference.recurrent(packed, input)
    return { ...result, output: change(result.output) }
  }
  return engineContender({ ...reference, recurrent }, { name: 'changed' })
}

describe('compare', () => {
  const benchCase = layers('tiny', 'LSTM', 2, 3, 4, 5, 1)

  it('times contenders whose outputs agree', async () => {
    const { results, roofGflops } = await comparing(benchCase, [oracle, changed(1e-6)])
    expect(results.map((result) => result.contender)).toEqual(['reference', 'changed'])
    expect(results[1]?.difference).toBeCloseTo(1e-6, 7)
    expect(roofGflops).toBeGreaterThan(0)
    for (const { ms, p99Ms, rounds, roofShare } of results) {
      expect(ms).toBeGreaterThan(0)
      expect(p99Ms).toBeGreaterThanOrEqual(ms)
      expect(rounds).toHaveLength(2)
      expect(roofShare).toBeGreaterThan(0)
    }
  })

  it.each([1e-3, Number.NaN])('does not time whose output is off by %d, and names the place', async (by) => {
    const { results, failed } = await comparing(benchCase, [
      oracle,
      changed(by),
      { ...oracle, name: 'third' },
    ])
    expect(results.map(({ contender }) => contender)).toEqual(['reference', 'third'])
    expect(failed).toEqual([
      {
        contender: 'changed',
        reason: expect.stringMatching(/tiny: changed against reference: output\[7\]: expected .*, got/),
      },
    ])
  })

  it('measures nobody by a first contender that gives NaN', async () => {
    const { results, failed } = await comparing(benchCase, [changed(Number.NaN), oracle])
    expect(failed.map(({ contender }) => contender)).toEqual(['changed'])
    expect(results.map(({ contender }) => contender)).toEqual(['reference'])
  })

  it.each(['prepare', 'output', 'time'] as const)(
    'goes on without somebody who throws in %s',
    async (where) => {
      const fail = async (): Promise<never> => {
        throw new RangeError('out of memory')
      }
      const failing: Contender = {
        ...oracle,
        name: 'failing',
        prepare: async (workload) =>
          where === 'prepare' ? fail() : { ...(await oracle.prepare(workload)), [where]: fail },
      }
      const { results, failed } = await comparing(benchCase, [oracle, failing])
      expect(results.map(({ contender }) => contender)).toEqual(['reference'])
      expect(failed).toEqual([{ contender: 'failing', reason: 'out of memory' }])
    },
  )

  it('tells what it does, so that whoever hangs can be named', async () => {
    const seen: string[] = []
    await compareRecurrent(benchCase, [oracle], {
      roof,
      effort,
      onStep: ({ doing, contender, round }) => seen.push(`${doing} ${contender} ${round}`),
    })
    expect(seen.slice(0, 5)).toEqual([
      'prepare reference -1',
      'check reference -1',
      'warm-up roof -1',
      'warm-up caches -1',
      'warm-up reference -1',
    ])
    expect(seen.at(-1)).toBe('measure reference 1')
  })

  it('leaves out who declines, with the reason', async () => {
    const lazy = engineContender(reference, { name: 'lazy', maxMultiplyAdds: 10 })
    const { results, absent } = await comparing(benchCase, [oracle, lazy])
    expect(results.map((result) => result.contender)).toEqual(['reference'])
    expect(absent).toEqual([{ contender: 'lazy', reason: 'a call takes too long' }])
  })

  it('does not take outputs of different sizes for equal', () => {
    const output = { output: new Float32Array(4), hn: new Float32Array(2), cn: null }
    expect(() => checkAgreement({ ...output, cn: new Float32Array(2) }, output, 'x')).toThrow(
      /expected 0 elements, got 2/,
    )
  })
})

// Once for all: starting PyTorch takes seconds.
const { contenders } = await makeContenders(peers, Object.keys(peers), 1)
afterAll(async () => {
  for (const contender of contenders) await contender.close?.()
})

describe.each(Object.keys(peers))('%s', (name) => {
  const peer = contenders.find((contender) => contender.name === name)

  it.for([
    layers('lstm', 'LSTM', 5, 3, 7, 9, 2),
    layers('lstm-bi', 'LSTM', 5, 3, 7, 9, 2, { bidirectional: true }),
    layers('lstm-ragged', 'LSTM', 5, 3, 7, 9, 1, { lengths: [5, 4, 1], bidirectional: true }),
    layers('lstm-projection', 'LSTM', 5, 3, 7, 9, 2, { projSize: 4 }),
    layers('lstm-stream', 'LSTM', 1, 3, 7, 9, 2, { streaming: true }),
    layers('gru', 'GRU', 5, 3, 7, 9, 2),
    layers('rnn-tanh', 'RNN_TANH', 5, 3, 7, 9, 2),
    layers('rnn-relu', 'RNN_RELU', 5, 3, 7, 9, 2),
    layers('rnn-stream', 'RNN_TANH', 1, 3, 7, 9, 1, { streaming: true }),
  ])('computes $name as the reference engine does, or declines', async (benchCase, context) => {
    if (peer === undefined) return context.skip(`not installed: ${remedy(name)}`)
    const { results, absent, failed } = await comparing(benchCase, [oracle, peer])
    expect(failed).toEqual([])
    expect([...results.map((r) => r.contender), ...absent.map((a) => a.contender)]).toContain(name)
  })
})
