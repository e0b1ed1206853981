import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { allCases, layers } from '../src/cases/recurrentCases.ts'
import { allTrainingCases } from '../src/cases/trainingCases.ts'
import type { Comparison } from '../src/measure/compareRecurrent.ts'
import { quick } from '../src/measure/rounds.ts'
import { describeEnvironment } from '../src/result/environmentHere.ts'
import { parseResult, ranAs } from '../src/result/resultFile.ts'
import { toResultFile } from '../src/result/toResultFile.ts'
import { makeRoof } from '../src/roofline/multiplyAddRoof.ts'

const shares = { roofShare: 0.2, rooflineShare: 0.34567 }
const comparison: Comparison = {
  benchCase: layers('a', 'LSTM', 3, 2, 4, 5, 1, { lengths: [3, 1] }),
  roofGflops: 61.23456,
  deliveryGBs: 123.456,
  results: [
    { ...shares, contender: 'wasm', rounds: [1, 1, 1], ms: 1, p99Ms: 1.23456, quantiles: [1], difference: 0 },
    {
      ...shares,
      contender: 'peer',
      rounds: [2, 3, 4],
      ms: 3,
      p99Ms: 4,
      quantiles: [1.23456, 4],
      difference: 1.23456e-7,
      memoryBytes: 65536,
    },
  ],
  absent: [{ contender: 'other', reason: 'why' }],
  failed: [{ contender: 'third', reason: 'how' }],
}

describe('toResultFile', () => {
  const environment = describeEnvironment({
    contenders: [],
    missing: ['onnxruntime-node'],
    threads: 1,
    roof: makeRoof().instructions,
  })
  const result = toResultFile(environment, quick, [comparison])

  it('keeps what a dashboard needs of a case', () => {
    expect(result.cases[0]).toMatchObject({
      name: 'a',
      mode: 'LSTM',
      rows: 4,
      multiplyAdds: 4 * 4 * 5 * (4 + 5),
      roofGflops: 61.23,
      deliveryGBs: 123.5,
      absent: [{ contender: 'other', reason: 'why' }],
      failed: [{ contender: 'third', reason: 'how' }],
    })
    expect(result.cases[0]?.results[1]).toEqual({
      contender: 'peer',
      rounds: 3,
      ms: 3,
      p99Ms: 4,
      roofShare: 0.2,
      rooflineShare: 0.3457,
      ratio: { median: 3, low: 2.5, high: 3.5 },
      difference: 1.235e-7,
      roundMs: [2, 3, 4],
      quantiles: [1.235, 4],
      memoryBytes: 65536,
    })
  })

  it('says where it ran and what was missing, with the remedy', () => {
    expect(result.environment).toMatchObject({
      node: expect.stringContaining(process.version),
      v8: process.versions.v8,
    })
    expect(result.environment.notInstalled).toBe('onnxruntime-node (pnpm --filter @unroll/bench bench:peers)')
    expect(new Date(result.environment.date).getTime()).toBeGreaterThan(0)
  })

  it('survives being saved', () => {
    expect(parseResult(JSON.stringify(result))).toEqual(result)
  })
})

const folder = new URL('../results/', import.meta.url)

describe.each(readdirSync(folder).filter((name) => name.endsWith('.json')))('results/%s', (name) => {
  const result = parseResult(readFileSync(new URL(name, folder), 'utf8'))

  it('is of this schema and of cases that still are what they were', () => {
    expect(result.cases.length).toBeGreaterThan(0)
    for (const { T, N, ...found } of result.cases) {
      const known = [...allCases, ...allTrainingCases].find(({ name }) => name === ranAs(found))
      expect({ T, N }).toEqual({ T: known?.T, N: known?.N })
      expect(found).toMatchObject({ ...known?.spec })
    }
  })

  it('has figures of every contender that took part', () => {
    for (const { results, multiplyAdds } of result.cases) {
      expect(multiplyAdds).toBeGreaterThan(0)
      expect(results.length).toBeGreaterThan(0)
      for (const { ms, p99Ms, roofShare, ratio } of results) {
        for (const value of [ms, p99Ms, roofShare, ratio?.median, ratio?.low, ratio?.high]) {
          expect(value).toBeGreaterThan(0)
        }
      }
    }
  })
})
