import { describe, expect, it } from 'vitest'
import { quick } from '../src/measure/rounds.ts'
import { describeEnvironment } from '../src/result/environmentHere.ts'
import { parseResult, ResultFileError } from '../src/result/resultFile.ts'
import { toResultFile } from '../src/result/toResultFile.ts'

const environment = describeEnvironment({ contenders: [], missing: [], threads: 1 })
const result = toResultFile(environment, quick, [])

function kindOf(text: string): string {
  try {
    parseResult(text)
    return 'read'
  } catch (error) {
    if (error instanceof ResultFileError) return `${error.kind}: ${error.message}`
    throw error
  }
}

describe('parseResult', () => {
  it('reads what was saved, and drops what it does not know', () => {
    expect(parseResult(JSON.stringify({ ...result, extra: 1 }))).toEqual(result)
  })

  it.each([
    ['', /^text: parseResult: expected JSON/],
    ['{"schema": 1, "cases": [', /^text: /],
    ['null', /^fields: parseResult: the file: expected Object, got null/],
    ['[]', /^fields: /],
    [JSON.stringify({ ...result, schema: 2 }), /^later: parseResult: expected schema 1, got 2/],
    [JSON.stringify({ ...result, schema: 0 }), /^fields: parseResult: schema: expected 1, got 0/],
    [
      JSON.stringify({ ...result, cases: undefined }),
      /^fields: parseResult: cases: expected .*, got undefined/,
    ],
    [
      JSON.stringify({ ...result, environment: { ...environment, date: '<script>' } }),
      /^fields: parseResult: environment\.date: /,
    ],
    [
      JSON.stringify({ ...result, cases: [{ name: 7 }] }),
      /^fields: parseResult: cases\.0\.name: expected string, got 7/,
    ],
  ])('refuses %s', (text, message) => {
    expect(kindOf(text)).toMatch(message)
  })
})
