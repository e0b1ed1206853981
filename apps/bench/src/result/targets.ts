import { isTraining } from '../cases/trainingCases.ts'
import { multiplyAdds } from '../cases/workload.ts'
import { own, ownOnOneThread } from '../contenders/contenderNames.ts'
import type { Comparison, Result } from '../measure/compareRecurrent.ts'
import { geometricMean, median, quotients } from '../measure/statistics.ts'

/** A promise about speed, and what the measured cases say. */
export interface Target {
  readonly text: string
  /** Whether these cases meet it; null where none of them is about it. */
  readonly met: boolean | null
  /** The figures behind it. */
  readonly found: string
}

/** How many times faster than `contender` the wasm engine is: the median of each round's ratio; undefined if one did not run. */
export function ratio({ results }: Comparison, contender: string): number | undefined {
  const rounds = ratios(results, contender)
  return rounds.length === 0 ? undefined : median(rounds)
}

/** The wasm engine's ratio in each round. */
export function ratios(results: readonly Result[], contender: string): readonly number[] {
  const roundsOf = (name: string): readonly number[] =>
    results.find((result) => result.contender === name)?.rounds ?? []
  const ownRounds = roundsOf(own)
  return ownRounds.length === 0 ? [] : quotients(roundsOf(contender), ownRounds)
}

/** The project's targets for inference, checked against what was measured. */
export function targets(all: readonly Comparison[]): readonly Target[] {
  const comparisons = all.filter(({ benchCase }) => !isTraining(benchCase))
  const threaded = comparisons.some(({ results }) =>
    results.some(({ contender }) => contender === ownOnOneThread),
  )
  return threaded ? threadTargets(comparisons) : oneThreadTargets(comparisons)
}

/** The targets for several threads: cases with enough work that can be shared out. */
function threadTargets(comparisons: readonly Comparison[]): readonly Target[] {
  const large = comparisons.filter(
    ({ benchCase }) => (benchCase.N >= 16 || benchCase.spec.bidirectional) && multiplyAdds(benchCase) >= 1e8,
  )
  return [
    ratioTarget('large cases: at least 1.7x one thread', large, {
      peer: ownOnOneThread,
      mean: 1.7,
      least: 1.7,
    }),
    ratioTarget('large cases: ahead of onnxruntime-web with as many threads', large, {
      peer: 'onnxruntime-web',
      mean: 1,
      least: 1,
    }),
  ]
}

function oneThreadTargets(comparisons: readonly Comparison[]): readonly Target[] {
  const calls = comparisons.filter(({ benchCase }) => !benchCase.streaming)
  const streams = comparisons.filter(
    ({ benchCase: { streaming, N, spec } }) => streaming && N === 1 && spec.hiddenSize <= 256,
  )
  return [
    ratioTarget('onnxruntime-web: geometric mean at least 2.4x, no case under 1.4x', calls, {
      peer: 'onnxruntime-web',
      mean: 2.4,
      least: 1.4,
      showRoofline: true,
    }),
    ratioTarget(
      'PyTorch at batch 1: geometric mean at least 2x',
      only(calls, (N) => N === 1),
      {
        peer: 'pytorch',
        mean: 2,
        least: 0,
      },
    ),
    leastTarget(
      'batch 16 and more: at least 80% of the multiply-add roof',
      only(calls, (N) => N >= 16),
      {
        value: ({ results }) => results.find(isOwn)?.roofShare,
        least: 0.8,
        show: (share) => `${(100 * share).toFixed(0)}%`,
      },
    ),
    ratioTarget('streaming, hidden up to 256: at least 4x onnxruntime-web', streams, {
      peer: 'onnxruntime-web',
      mean: 4,
      least: 4,
      showRoofline: true,
    }),
    leastTarget('streaming: 99% of the steps within 3x of the median', streams, {
      value: ({ results }) => {
        const result = results.find(isOwn)
        return result && result.ms / result.p99Ms
      },
      least: 1 / 3,
      show: (inverse) => `${(1 / inverse).toFixed(2)}x`,
    }),
    ratioTarget('float64 at least half as fast as float32', calls, {
      peer: 'wasm-f64',
      mean: 0,
      least: 0,
      most: 2,
    }),
  ]
}

const isOwn = ({ contender }: Result): boolean => contender === own

function only(comparisons: readonly Comparison[], batch: (N: number) => boolean): readonly Comparison[] {
  return comparisons.filter(({ benchCase }) => batch(benchCase.N))
}

function ratioTarget(
  text: string,
  comparisons: readonly Comparison[],
  {
    peer,
    mean: wantedMean,
    least,
    most = Number.POSITIVE_INFINITY,
    showRoofline = false,
  }: {
    peer: string
    mean: number
    least: number
    most?: number
    /** Whether to add the ratio of an engine at the roofline, the most that any 128-bit kernel can reach. */
    showRoofline?: boolean
  },
): Target {
  const found = valued(comparisons, (comparison) => ratio(comparison, peer))
  const [low, high] = [found[0], found.at(-1)]
  const mean = geometricMean(found.map(({ value }) => value))
  if (mean === undefined || low === undefined || high === undefined) return unknown(text)
  const bounded = most < Number.POSITIVE_INFINITY
  const extreme = bounded ? high : low
  return {
    text,
    met: mean >= wantedMean && low.value >= least && high.value <= most,
    found: `geometric mean ${mean.toFixed(2)}x of ${found.length}, ${bounded ? 'most' : 'least'} ${extreme.value.toFixed(2)}x (${extreme.name})${showRoofline ? ratiosAtRoofline(comparisons, peer) : ''}`,
  }
}

/** The ratios of an engine that only multiplied and added, as fast as processor and caches allow. */
function ratiosAtRoofline(comparisons: readonly Comparison[], peer: string): string {
  const found = valued(comparisons, (comparison) => {
    const share = comparison.results.find(isOwn)?.rooflineShare
    const found = ratio(comparison, peer)
    return share && found && found / share
  })
  const mean = geometricMean(found.map(({ value }) => value))
  const [low] = found
  if (mean === undefined || low === undefined) return ''
  return `; at the roofline ${mean.toFixed(2)}x, least ${low.value.toFixed(2)}x (${low.name})`
}

function leastTarget(
  text: string,
  comparisons: readonly Comparison[],
  {
    value,
    least,
    show,
  }: {
    value: (comparison: Comparison) => number | undefined
    least: number
    show: (value: number) => string
  },
): Target {
  const found = valued(comparisons, value)
  const low = found[0]
  if (low === undefined) return unknown(text)
  const enough = found.filter((entry) => entry.value >= least).length
  return {
    text,
    met: low.value >= least,
    found: `${enough} of ${found.length} cases, worst ${show(low.value)} (${low.name}), median ${show(median(found.map((entry) => entry.value)))}`,
  }
}

/** Cases that have a value, the lowest first. */
function valued(
  comparisons: readonly Comparison[],
  value: (comparison: Comparison) => number | undefined,
): { name: string; value: number }[] {
  return comparisons
    .flatMap((comparison) => {
      const found = value(comparison)
      return found === undefined ? [] : [{ name: comparison.benchCase.name, value: found }]
    })
    .sort((a, b) => a.value - b.value)
}

function unknown(text: string): Target {
  return { text, met: null, found: 'not measured' }
}
