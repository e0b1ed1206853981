import { ownOnOneThread } from '../contenders/contenderNames.ts'
import { geometricMean, median } from '../measure/statistics.ts'
import { type Learned, learnedOf } from './learned.ts'
import type { CaseResult } from './resultFile.ts'
import type { Target } from './targets.ts'

/** The project's targets for training, checked against what was measured. */
export function trainingTargets(cases: readonly CaseResult[]): readonly Target[] {
  const all = learnedOf(cases)
  if (all.length === 0) return []
  const ofLayers = all.filter(({ model }) => model === 'layers')
  // What a long sequence keeps outweighs everything else, so it has a target of its own.
  const layers = ofLayers.filter(({ figures }) => figures.checkpointing === undefined)
  const cells = all.filter(({ model, sizes }) => model === 'cells' && sizes.N === 1)
  const heads = all.filter(({ model, sizes }) => model === 'head' && sizes.N === 1)
  const single = layers.filter(({ sizes: { N, hiddenSize } }) => N === 1 && hiddenSize <= 256)
  const batched = layers.filter(({ sizes }) => sizes.N >= 16)
  const large = layers.filter(({ sizes }) => sizes.N >= 32)
  const percent = (share: number): string => `${(100 * share).toFixed(0)}%`
  const more = (ratio: number): string => `${(100 * (ratio - 1)).toFixed(0)}% more`
  return [
    bounded(
      'forward and backward, batch 16 and more: at least 0.9 of the roof share of forward',
      batched,
      { least: 0.9 },
      ({ figures }) => figures.shareOfForward,
      percent,
    ),
    bounded(
      'forward and backward, batch 1: at least 0.75 of the roof share of forward',
      single,
      { least: 0.75 },
      ({ figures }) => figures.shareOfForward,
      percent,
    ),
    peerTarget('a step, batch 1: 2.5x PyTorch in the geometric mean, none under 0.75x', single, 'pytorch', {
      mean: 2.5,
      least: 0.75,
    }),
    peerTarget('a step: 30x TF.js in the geometric mean, none under 15x', layers, 'tfjs-wasm', {
      mean: 30,
      least: 15,
    }),
    peerTarget('a step, batch 1: 20x brain.js in the geometric mean', heads, 'brainjs', {
      mean: 20,
      least: 0,
    }),
    bounded(
      'Adam and packing, batch 1: at most 3.5 ns a parameter',
      single,
      { most: 3.5 },
      ({ figures }) => figures.updateNs,
      (ns) => `${ns.toFixed(2)} ns`,
    ),
    peerTarget("a loop of cells at batch 1: twice PyTorch's speed", cells, 'pytorch', { mean: 2, least: 2 }),
    bounded(
      'recording costs a forward at most 10%',
      layers,
      { most: 1.1 },
      ({ figures }) => figures.recording,
      more,
    ),
    bounded('in eval at most 3%', layers, { most: 1.03 }, ({ figures }) => figures.recordingEval, more),
    bounded(
      'checkpointEvery: 100 over 10,000 timesteps: at most 1.5x the time',
      ofLayers,
      { most: 1.5 },
      ({ figures }) => figures.checkpointing,
      (ratio) => `${ratio.toFixed(2)}x`,
    ),
    threadsTarget(large),
  ]
}

/** The roof tells how much the machine's threads can do at most. */
function threadsTarget(cases: readonly Learned[]): Target {
  const target = bounded(
    'threads, batch 32 and more: forward and backward at least 1.6x one thread',
    cases,
    { least: 1.6 },
    (each) => each.of(ownOnOneThread, 'backward')?.ratio?.median,
    (ratio) => `${ratio.toFixed(2)}x`,
  )
  const atRoof = cases.flatMap(({ sizes: { threadsAtRoof } }) => threadsAtRoof ?? [])
  if (target.met === null || atRoof.length === 0) return target
  return { ...target, found: `${target.found}; at the roof ${median(atRoof).toFixed(2)}x` }
}

function peerTarget(
  text: string,
  all: readonly Learned[],
  peer: string,
  { mean: wanted, least }: { readonly mean: number; readonly least: number },
): Target {
  const found = valued(all, (each) => each.of(peer, 'step')?.ratio?.median)
  const mean = geometricMean(found.map(({ value }) => value))
  const [low] = found
  if (mean === undefined || low === undefined) return { text, met: null, found: 'not measured' }
  return {
    text,
    met: mean >= wanted && low.value >= least,
    found: `geometric mean ${mean.toFixed(2)}x of ${found.length}, least ${low.value.toFixed(2)}x (${low.name})`,
  }
}

/** What a figure of every case has to reach, or not to exceed. */
type Bound = { readonly least: number } | { readonly most: number }

function bounded(
  text: string,
  all: readonly Learned[],
  bound: Bound,
  value: (each: Learned) => number | undefined,
  show: (value: number) => string,
): Target {
  const found = valued(all, value)
  if ('least' in bound) return within(text, found, (each) => each >= bound.least, show)
  return within(text, found.reverse(), (each) => each <= bound.most, show)
}

interface Valued {
  readonly name: string
  readonly value: number
}

/** @param found the worst first */
function within(
  text: string,
  found: readonly Valued[],
  isEnough: (value: number) => boolean,
  show: (value: number) => string,
): Target {
  const [worst] = found
  const middle = found[Math.floor(found.length / 2)]
  if (worst === undefined || middle === undefined) return { text, met: null, found: 'not measured' }
  return {
    text,
    met: isEnough(worst.value),
    found: `${found.filter(({ value }) => isEnough(value)).length} of ${found.length} cases, worst ${show(worst.value)} (${worst.name}), median ${show(middle.value)}`,
  }
}

/** Cases that have a value, the lowest first. */
function valued(all: readonly Learned[], value: (each: Learned) => number | undefined): Valued[] {
  return all
    .flatMap((each) => {
      const found = value(each)
      return found === undefined ? [] : [{ name: each.name, value: found }]
    })
    .sort((a, b) => a.value - b.value)
}
