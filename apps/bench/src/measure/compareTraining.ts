import {
  makeTrainingWorkload,
  parameterCount,
  type TrainingCase,
  type TrainingWorkload,
  trainingMultiplyAdds,
} from '../cases/trainingCases.ts'
import { multiplyAdds } from '../cases/workload.ts'
import { own } from '../contenders/contenderNames.ts'
import {
  type Pass,
  type PreparedTraining,
  passes,
  type TrainingContender,
} from '../contenders/training/trainingContender.ts'
import { type Roof, roofMultiplyAdds } from '../roofline/multiplyAddRoof.ts'
import { maxDifference } from './agreement.ts'
import type { Absence } from './compareRecurrent.ts'
import { type Effort, type Timer, type Turn, timeRounds } from './rounds.ts'
import { median, quotients } from './statistics.ts'

/** Training of one case by everybody who takes part. */
export interface TrainingComparison {
  readonly trainingCase: TrainingCase
  readonly parameters: number
  readonly roofGflops: number
  readonly results: readonly TrainingResult[]
  readonly absent: readonly Absence[]
  /** Contenders that threw, or computed other gradients than the first one: they have no result. */
  readonly failed: readonly Absence[]
}

interface TrainingResult {
  readonly contender: string
  /** The largest difference of a gradient from the first contender's, as a share of its largest. */
  readonly difference: number
  readonly passes: readonly PassResult[]
}

/** All times are those of one call. */
interface PassResult {
  readonly pass: Pass
  /** Median over the rounds of each round's median call. */
  readonly ms: number
  /** Each round's median call, in ms. */
  readonly rounds: readonly number[]
  /** Multiply-adds a second over the roof's. Null for a step, which does more than multiply and add. */
  readonly roofShare: number | null
}

/**
 * Trains on every contender that takes part. Only those whose gradients equal the first one's are timed: all passes of all of
 * them in turn, round after round.
 */
export async function compareTraining(
  trainingCase: TrainingCase,
  contenders: readonly TrainingContender[],
  {
    roof,
    effort,
    onTurn,
  }: { readonly roof: Roof; readonly effort: Effort; readonly onTurn: (turn: Turn) => void },
): Promise<TrainingComparison> {
  const workload = makeTrainingWorkload(trainingCase)
  const prepared: PreparedTraining[] = []
  try {
    const { agreeing, absent, failed } = await prepare(workload, contenders, prepared)
    const timers = agreeing.flatMap(({ time }) =>
      passes.flatMap((pass): Timer[] => (time[pass] === undefined ? [] : [time[pass]])),
    )
    const [roofCalls = [], ...calls] = await timeRounds([roof.time, ...timers], effort, onTurn)
    const roofRounds = roofCalls.map((samples) => median(samples) / roofMultiplyAdds)
    const results = agreeing.map(({ contender, difference, time }) => ({
      contender,
      difference,
      passes: passes
        .filter((pass) => time[pass] !== undefined)
        .map((pass): PassResult => {
          const rounds = (calls.shift() ?? []).map(median)
          const work = multiplyAddsOf(pass, trainingCase)
          const atRoof = roofRounds.map((ms) => ms * work)
          return {
            pass,
            ms: median(rounds),
            rounds,
            roofShare: pass === 'step' ? null : median(quotients(atRoof, rounds)),
          }
        }),
    }))
    return {
      trainingCase,
      parameters: parameterCount(workload),
      roofGflops: 2e-6 / median(roofRounds),
      results,
      absent,
      failed,
    }
  } finally {
    for (const each of prepared) await each.dispose()
  }
}

/** Each round's time of a pass; empty if the contender has none. */
export function roundsOf({ results }: TrainingComparison, contender: string, pass: Pass): readonly number[] {
  const found = results.find((result) => result.contender === contender)
  return found?.passes.find((each) => each.pass === pass)?.rounds ?? []
}

/** The median over the rounds of `numerator / denominator`; undefined if one of the two did not run. */
export function roundRatio(numerator: readonly number[], denominator: readonly number[]): number | undefined {
  return numerator.length === 0 || denominator.length === 0
    ? undefined
    : median(quotients(numerator, denominator))
}

/** What the wasm engine's passes say about each other. Undefined where one of them was not timed. */
export interface OwnFigures {
  /** The roof share of forward and backward together / that of forward alone. */
  readonly shareOfForward: number | undefined
  /** Time of a forward that is recorded / of one that is not: in training mode and in eval mode. */
  readonly recording: number | undefined
  readonly recordingEval: number | undefined
  /** What Adam and packing the changed weights add to forward and backward: ns a parameter. */
  readonly updateNs: number | undefined
  /** Time of forward and backward with `checkpointEvery: 100` / without. */
  readonly checkpointing: number | undefined
}

export function ownFigures(comparison: TrainingComparison): OwnFigures {
  const { trainingCase, parameters } = comparison
  const [forward, recorded, recordedEval, backward, step, checkpointed] = passes.map((pass) =>
    roundsOf(comparison, own, pass),
  )
  const ratio = (numerator: readonly number[] = [], denominator: readonly number[] = []) =>
    roundRatio(numerator, denominator)
  const times = ratio(backward, forward)
  const whole = ratio(step, backward)
  const backwardMs = backward && backward.length > 0 ? median(backward) : undefined
  return {
    shareOfForward: times && trainingMultiplyAdds(trainingCase) / multiplyAdds(trainingCase) / times,
    recording: ratio(recorded, forward),
    recordingEval: ratio(recordedEval, forward),
    updateNs: whole && backwardMs && ((whole - 1) * backwardMs * 1e6) / parameters,
    checkpointing: ratio(checkpointed, backward),
  }
}

function multiplyAddsOf(pass: Pass, trainingCase: TrainingCase): number {
  return pass === 'backward' || pass === 'step' || pass === 'checkpointed'
    ? trainingMultiplyAdds(trainingCase)
    : multiplyAdds(trainingCase)
}

interface Agreeing {
  readonly contender: string
  readonly difference: number
  readonly time: PreparedTraining['time']
}

interface Computed {
  readonly name: string
  readonly gradients: Float32Array
}

/** @param prepared filled with every contender that must be disposed of */
async function prepare(
  workload: TrainingWorkload,
  contenders: readonly TrainingContender[],
  prepared: PreparedTraining[],
): Promise<Pick<TrainingComparison, 'absent' | 'failed'> & { readonly agreeing: readonly Agreeing[] }> {
  const agreeing: Agreeing[] = []
  const absent: Absence[] = []
  const failed: Absence[] = []
  let first: Computed | null = null
  for (const each of contenders) {
    const declined = each.declines(workload)
    if (declined !== null) {
      absent.push({ contender: each.name, reason: declined })
      continue
    }
    try {
      const ready = await each.prepare(workload)
      prepared.push(ready)
      const gradients = await ready.gradients()
      const against: Computed = first ?? { name: each.name, gradients }
      const largest = against.gradients.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      const scaled = (array: Float32Array): Float32Array => array.map((value) => value / largest)
      const who = `${workload.name}: gradients of ${each.name} against ${against.name}`
      const difference = maxDifference(scaled(gradients), scaled(against.gradients), who)
      agreeing.push({ contender: each.name, difference, time: ready.time })
      first = against
    } catch (error) {
      failed.push({ contender: each.name, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  return { agreeing, absent, failed }
}
