import { describe, expect, it } from 'vitest'
import { layers } from '../src/cases.ts'
import type { Comparison } from '../src/compare.ts'
import { geometricMean, ratio, table, verdict } from '../src/report.ts'
import { median } from '../src/rounds.ts'

/** A case in which the engine and the peer took these ms, a number a round. */
function comparison(name: string, wasm: number[], peer: number[]): Comparison {
  const result = (contender: string, samples: number[]): Comparison['results'][number] => ({
    contender,
    samples,
    msPerCall: median(samples),
    difference: 0,
  })
  return {
    benchCase: layers(name, 'LSTM', 1, 2, 3, 4, 1, { bidirectional: true }),
    results: [result('wasm', wasm), ...(peer.length > 0 ? [result('onnxruntime-web', peer)] : [])],
  }
}

describe('the report', () => {
  it('takes the median of the ratios of each round, in which a slow round of the machine cancels', () => {
    expect(ratio(comparison('a', [1, 1, 10], [2, 2, 20]))).toBe(2)
    expect(ratio(comparison('a', [1, 4], [1, 2]))).toBe(0.75)
  })

  it('has no ratio where the peer did not run', () => {
    const alone = comparison('a', [1], [])
    expect(ratio(alone)).toBeUndefined()
    expect(geometricMean([alone])).toBeUndefined()
    expect(geometricMean([alone, comparison('b', [1], [4]), comparison('c', [1], [1])])).toBeCloseTo(2)
  })

  it('aligns a line a case under a head and a mean below', () => {
    const lines = table([comparison('a', [1.5], [3])], ['wasm', 'onnxruntime-web', 'reference']).split('\n')
    expect(lines).toHaveLength(3)
    expect(new Set(lines.map((line) => line.length)).size).toBe(1)
    expect(lines[1]).toMatch(/^a +\(1, 2, 3, 4, 1\) bi +1\.50 +3\.00 +- +2\.00x$/)
    expect(lines[2]).toMatch(/^geometric mean +2\.00x$/)
  })

  it('says for the cases of the promise whether the engine is slower, and which were not run', () => {
    const medium = comparison('lstm-medium', [1], [1.5])
    const batch = comparison('lstm-batch32', [2], [1])
    expect(verdict([medium, comparison('lstm-batch32', [1], [1])])).toBe(
      'wasm is not slower than onnxruntime-web on lstm-medium (1.50x) and lstm-batch32 (1.00x)',
    )
    expect(verdict([medium, batch])).toMatch(
      /^wasm is SLOWER than onnxruntime-web on lstm-batch32 \(0\.50x\); /,
    )
    expect(verdict([medium])).toMatch(/; not measured: lstm-batch32$/)
  })
})

describe('median', () => {
  it('is the middle value, or the mean of the two in the middle', () => {
    expect(median([30, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 30])).toBe(3)
  })

  it('refuses an empty list', () => {
    expect(() => median([])).toThrow(RangeError)
  })
})
