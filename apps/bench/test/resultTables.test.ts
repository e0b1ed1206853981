import { describe, expect, it } from 'vitest'
import { gpuGrid, layers } from '../src/cases/recurrentCases.ts'
import type { Comparison } from '../src/measure/compareRecurrent.ts'
import { quick } from '../src/measure/rounds.ts'
import { median } from '../src/measure/statistics.ts'
import { describeEnvironment } from '../src/result/environmentHere.ts'
import { ratio, targets } from '../src/result/targets.ts'
import { toResultFile } from '../src/result/toResultFile.ts'
import { resultTables } from '../src/terminal/resultTables.ts'

const environment = describeEnvironment({ contenders: [], missing: [], threads: 1 })

interface Times {
  readonly [contender: string]: readonly number[]
}

/** A case in which the contenders took these ms, a number a round. */
function comparison(
  name: string,
  times: Times,
  change: { N?: number; streaming?: boolean; p99?: number } = {},
): Comparison {
  const { N = 2, streaming = false, p99 = 2 } = change
  return {
    benchCase: layers(name, 'LSTM', 1, N, 3, 4, 1, { bidirectional: true, streaming }),
    roofGflops: 60,
    deliveryGBs: 100,
    results: Object.entries(times).map(([contender, rounds]) => ({
      contender,
      rounds,
      ms: median(rounds),
      p99Ms: p99 * median(rounds),
      quantiles: [],
      roofShare: 0.5,
      rooflineShare: 0.8,
      difference: 0,
    })),
    absent: [],
    failed: [],
  }
}

/** What the terminal shows of these. */
function shown(comparisons: readonly Comparison[]): string {
  return resultTables(toResultFile(environment, quick, comparisons))
}

function target(comparisons: readonly Comparison[], start: string): { met: boolean | null; found: string } {
  const found = targets(comparisons).find(({ text }) => text.startsWith(start))
  if (found === undefined) throw new Error(`no target ${start}`)
  return { met: found.met, found: found.found }
}

describe('ratio', () => {
  it('is the median of the ratios of each round, in which a slow round of the machine cancels', () => {
    expect(ratio(comparison('a', { wasm: [1, 1, 10], peer: [2, 2, 20] }), 'peer')).toBe(2)
    expect(ratio(comparison('a', { wasm: [1, 4], peer: [1, 2] }), 'peer')).toBe(0.75)
  })

  it('is undefined where one of the two did not run', () => {
    expect(ratio(comparison('a', { wasm: [1] }), 'peer')).toBeUndefined()
    expect(ratio(comparison('a', { peer: [1] }), 'peer')).toBeUndefined()
  })
})

describe('report', () => {
  it('says how many times as fast a GPU is, by batch and hidden size', () => {
    const inGrid = (name: string, times: Times): Comparison => {
      const benchCase = gpuGrid.find((each) => each.name === name)
      if (!benchCase) throw new Error(`no case ${name}`)
      return { ...comparison(name, times), benchCase }
    }
    const text = shown([
      inGrid('gpu-gru-1x1x64', { wasm: [1], webgpu: [4] }),
      inGrid('gpu-gru-1x32x512', { wasm: [6], webgpu: [2] }),
      comparison('another', { wasm: [1], webgpu: [1] }),
    ])
    expect(text).toContain(
      [
        'GRU, webgpu: times as fast as wasm',
        'batch   H 64  H 512',
        '    1  0.25x      -',
        '   32      -  3.00x',
      ].join('\n'),
    )
    expect(text).not.toContain('LSTM, webgpu')
  })

  it('has a line a case, with geometric mean and least of the ratios below', () => {
    const lines = shown([
      comparison('a', { wasm: [1.5], peer: [3] }),
      comparison('b', { wasm: [1], peer: [8], other: [1] }),
    ]).split('\n')
    expect(lines[0]).toMatch(/multiply-add roof of 60\.0 GFLOP\/s/)
    expect(lines[1]).toMatch(
      /^case +\(T, N, in, H, layers\) +wasm ms +wasm roof +wasm roofline +peer +other$/,
    )
    expect(lines[2]).toMatch(/^a +\(1, 2, 3, 4, 1\) bi +1\.50 +50% +80% +2\.00x +-$/)
    expect(lines[3]).toMatch(/^b +\(1, 2, 3, 4, 1\) bi +1\.00 +50% +80% +8\.00x +1\.00x$/)
    expect(lines[4]).toMatch(/^geometric mean +4\.00x +1\.00x$/)
    expect(lines[5]).toMatch(/^least +2\.00x +1\.00x$/)
    expect(new Set(lines.slice(1, 6).map((line) => line.length)).size).toBe(1)
  })

  it('sums up many cases by mode and batch', () => {
    const cases = Array.from({ length: 50 }, (_, i) =>
      comparison(`c${i}`, i % 2 === 0 ? { wasm: [1], peer: [2] } : { wasm: [1], peer: [8] }),
    )
    const lines = shown(cases).split('\n')
    const head = lines.findIndex((line) => /^mode +batch +roof, median +peer, mean +least$/.test(line))
    expect(lines[head + 1]).toMatch(/^LSTM +2 +50% +4\.00x +2\.00x$/)
    expect(shown(cases.slice(1))).not.toContain('batch  roof')
  })

  it('gives streams a table of their own, in microseconds', () => {
    const text = shown([comparison('s', { wasm: [0.01] }, { streaming: true })])
    expect(text).toMatch(/^s +\(1, 2, 3, 4, 1\) bi stream +10\.0 +20\.0 +80%$/m)
    expect(text).not.toMatch(/wasm ms|^geometric mean/m)
  })

  it('says once for all cases why somebody took no part', () => {
    const absent = [{ contender: 'peer', reason: 'no projection' }]
    const cases = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ ...comparison(name, { wasm: [1] }), absent }))
    expect(shown(cases.slice(0, 2))).toMatch(/^- peer \(no projection\): not in a, b$/m)
    expect(shown(cases)).toMatch(/^- peer \(no projection\): not in a, b, c and 2 more$/m)
  })
})

describe('targets', () => {
  it('hold the mean and the least ratio against the promise, naming the worst case', () => {
    const good = comparison('good', { wasm: [1], 'onnxruntime-web': [4] })
    const fair = comparison('fair', { wasm: [1], 'onnxruntime-web': [1.5] })
    const bad = comparison('bad', { wasm: [1], 'onnxruntime-web': [1.3] })
    expect(target([good, fair], 'onnxruntime-web')).toEqual({
      met: true,
      found: 'geometric mean 2.45x of 2, least 1.50x (fair); at the roofline 3.06x, least 1.88x (fair)',
    })
    expect(target([good, good, good, bad], 'onnxruntime-web').met).toBe(false)
    expect(target([fair], 'onnxruntime-web').met).toBe(false)
  })

  it('are left open where nothing was measured that tells', () => {
    const all = targets([comparison('a', { wasm: [1] })])
    expect(all.every(({ met, found }) => met === null && found === 'not measured')).toBe(true)
  })

  it('hold batches against the roof, and only those', () => {
    const single = comparison('single', { wasm: [1] }, { N: 1 })
    const batch = comparison('batch', { wasm: [1] }, { N: 16 })
    expect(target([single, batch], 'batch 16')).toEqual({
      met: false,
      found: '0 of 1 cases, worst 50% (batch), median 50%',
    })
  })

  it('hold the slow steps of streams against their median', () => {
    const stream = (name: string, p99: number): Comparison =>
      comparison(name, { wasm: [1] }, { N: 1, streaming: true, p99 })
    expect(target([stream('a', 2)], 'streaming: 99%').met).toBe(true)
    expect(target([stream('a', 2), stream('b', 4)], 'streaming: 99%')).toEqual({
      met: false,
      found: '1 of 2 cases, worst 4.00x (b), median 2.67x',
    })
  })

  it('are those of threads where one thread took part beside several', () => {
    const run = comparison('a', { wasm: [1], 'wasm-one': [1.8], 'onnxruntime-web': [0.9] }, { N: 64 })
    const large = { ...run, benchCase: layers('large', 'LSTM', 50, 64, 512, 512, 1) }
    expect(target([run, large], 'large cases: at least')).toEqual({
      met: true,
      found: 'geometric mean 1.80x of 1, least 1.80x (large)',
    })
    expect(target([run, large], 'large cases: ahead').met).toBe(false)
  })

  it('allow float64 twice the time', () => {
    const cost = (ms: number): Comparison => comparison('a', { wasm: [1], 'wasm-f64': [ms] })
    expect(target([cost(1.9)], 'float64')).toEqual({
      met: true,
      found: 'geometric mean 1.90x of 1, most 1.90x (a)',
    })
    expect(target([cost(1.9), cost(2.1)], 'float64').met).toBe(false)
  })
})
