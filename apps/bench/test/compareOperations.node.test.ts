import * as library from '@unroll/torch'
import { describe, expect, it } from 'vitest'
import { type OperationCase, operationCases } from '../src/cases/operationCases.ts'
import { compareOperations, libraryContenders } from '../src/measure/compareOperations.ts'
import { brief } from '../src/measure/rounds.ts'
import { describeEnvironment } from '../src/result/environmentHere.ts'
import { parseResult } from '../src/result/resultFile.ts'
import { toResultFile } from '../src/result/toResultFile.ts'
import { resultTables } from '../src/terminal/resultTables.ts'

const effort = { ...brief, warmUpMs: 1, measureMs: 3 }
const options = { effort, onTurn: () => {} }

describe('compareOperations', () => {
  it('times the engines that were named, on operations and small models', async () => {
    const contenders = await libraryContenders(['wasm', 'reference', 'pytorch'], null)
    for (const operation of operationCases.filter(({ name }) => /^(exp-16|model-1x1-.*)$/.test(name))) {
      const { results, failed } = await compareOperations(operation, contenders, options)
      expect(failed).toEqual([])
      expect(results.map(({ contender }) => contender)).toEqual(['wasm', 'reference'])
      expect(results[0]?.ratio).toBe(1)
    }
  })

  it('names who computes other numbers, and times the others', async () => {
    const [wasm, reference] = await libraryContenders(['wasm', 'reference'], null)
    if (wasm === undefined || reference === undefined) throw new Error('expected two contenders')
    const other = { ...reference, library: { ...library, rand: library.ones }, name: 'before' }
    const operation: OperationCase = {
      name: 'draw',
      prepare: ({ rand }) => {
        const x = rand([3])
        return () => x.exp()
      },
    }
    const { results, failed } = await compareOperations(operation, [wasm, other, reference], options)
    expect(results.map(({ contender }) => contender)).toEqual(['wasm', 'reference'])
    expect(failed).toEqual([
      { contender: 'before', reason: expect.stringMatching(/^draw: before against wasm\[0\]: expected/) },
    ])
  })

  it('has no results where the wasm engine fails, with which all are compared', async () => {
    const contenders = await libraryContenders(['wasm', 'reference'], null)
    const operation: OperationCase = {
      name: 'none',
      prepare: () => () => {
        throw new Error('nothing to compute')
      },
    }
    const { results, failed } = await compareOperations(operation, contenders, options)
    expect(results).toEqual([])
    expect(failed).toContainEqual({ contender: 'wasm', reason: 'nothing to compute' })
  })
})

it('operations are kept beside the cases, and shown in a table of their own', () => {
  const environment = describeEnvironment({ contenders: [], missing: [], threads: 1 })
  const results = [
    { contender: 'wasm', ms: 0.002, rounds: 3, ratio: 1 },
    { contender: 'before', ms: 0.005, rounds: 3, ratio: 2.5 },
  ]
  const failed = [{ contender: 'reference', reason: 'other numbers' }]
  const saved = JSON.stringify(toResultFile(environment, brief, [], [{ name: 'exp-16', results, failed }]))
  expect(resultTables(parseResult(saved))).toBe(
    [
      "wasm: µs a call. Others: their time / wasm's.",
      'case            wasm µs  before',
      'exp-16             2.00   2.50x',
      'geometric mean            2.50x',
      '',
      '- reference FAILED (other numbers): exp-16',
    ].join('\n'),
  )
})
