import { type Pass, passes } from '../cases/training.ts'
import {
  makeTrainingWorkload,
  passCase,
  passMultiplyAdds,
  type TrainingCase,
  type TrainingWorkload,
} from '../cases/trainingCases.ts'
import type { Contender, PreparedLearner } from '../contenders/contender.ts'
import { roofMultiplyAdds } from '../roofline/multiplyAddRoof.ts'
import { maxDifference } from './agreement.ts'
import {
  type Absence,
  type CompareOptions,
  type Comparison,
  resultOf,
  roofTimers,
  type Step,
  threadsAtRoof,
} from './compareRecurrent.ts'
import { guarded, messageOf } from './guarded.ts'
import { timeRounds } from './rounds.ts'
import { median } from './statistics.ts'

/**
 * Trains on every contender that takes part. Only those whose gradients equal the first one's are timed: all passes of all of
 * them in turn, round after round.
 * @returns a comparison of each pass
 */
export async function compareTraining(
  trainingCase: TrainingCase,
  contenders: readonly Contender[],
  { roof, threadedRoof, effort, onStep = () => {} }: CompareOptions,
): Promise<readonly Comparison[]> {
  const prepared: PreparedLearner[] = []
  try {
    const workload = makeTrainingWorkload(trainingCase)
    const { agreeing, absent, failed } = await prepare(workload, contenders, prepared, onStep)
    const failures = new Map<string, string>()
    const timed = agreeing.flatMap(({ contender, difference, time }) =>
      passes.flatMap((pass) => {
        const timer = time[pass]
        if (timer === undefined) return []
        return { contender, difference, pass, time: guarded(timer, (why) => failures.set(contender, why)) }
      }),
    )
    const limits = roofTimers(roof, threadedRoof)
    const timers = [...limits, ...timed.map(({ contender, time }) => [contender, time] as const)]
    const all = await timeRounds(timers, effort, ({ timer, round, rounds }) => {
      const [contender = ''] = timers[timer] ?? []
      onStep({ doing: round < 0 ? 'warm-up' : 'measure', contender, round, rounds })
    })
    const [roofCalls = [], threadedCalls = []] = all
    const calls = all.slice(limits.length)
    const roofRounds = roofCalls.map((samples) => median(samples) / roofMultiplyAdds)
    return passesOf(timed).map((pass) => {
      const work = passMultiplyAdds(trainingCase, pass)
      const atRoof = roofRounds.map((ms) => ms * work)
      return {
        benchCase: passCase(trainingCase, pass),
        roofGflops: 2e-6 / median(roofRounds),
        ...threadsAtRoof(threadedRoof, threadedCalls, roofRounds),
        results: timed.flatMap(({ contender, difference, ...each }, index) =>
          each.pass !== pass || failures.has(contender)
            ? []
            : resultOf({ contender, difference }, calls[index] ?? [], atRoof),
        ),
        absent,
        failed: [...failed, ...[...failures].map(([contender, reason]) => ({ contender, reason }))],
      }
    })
  } finally {
    for (const each of prepared) await each.dispose()
  }
}

/** The passes that somebody has. Where nobody has one, a comparison of steps tells why. */
function passesOf(timed: readonly { readonly pass: Pass }[]): readonly Pass[] {
  return passes.filter((pass) =>
    timed.length === 0 ? pass === 'step' : timed.some((each) => each.pass === pass),
  )
}

interface Agreeing {
  readonly contender: string
  /** Null if it computes other equations. */
  readonly difference: number | null
  readonly time: PreparedLearner['time']
}

interface Computed {
  readonly name: string
  readonly gradients: Float32Array
}

/** @param prepared filled with every contender that must be disposed of */
async function prepare(
  workload: TrainingWorkload,
  contenders: readonly Contender[],
  prepared: PreparedLearner[],
  onStep: (step: Step) => void,
): Promise<Pick<Comparison, 'absent' | 'failed'> & { readonly agreeing: readonly Agreeing[] }> {
  const agreeing: Agreeing[] = []
  const absent: Absence[] = []
  const failed: Absence[] = []
  let first: Computed | null = null
  for (const { name, training } of contenders) {
    if (training === undefined) {
      absent.push({ contender: name, reason: 'its training is not compared' })
      continue
    }
    const declined = training.declines(workload)
    if (declined !== null) {
      absent.push({ contender: name, reason: declined })
      continue
    }
    const step = (doing: Step['doing']): void => onStep({ doing, contender: name, round: -1, rounds: 0 })
    try {
      step('prepare')
      const ready = await training.prepare(workload)
      prepared.push(ready)
      step('check')
      const gradients = await ready.gradients?.()
      let difference: number | null = null
      if (gradients !== undefined) {
        const against: Computed = first ?? { name, gradients }
        difference = relativeDifference(workload.name, { name, gradients }, against)
        first = against
      }
      agreeing.push({ contender: name, difference, time: ready.time })
    } catch (error) {
      failed.push({ contender: name, reason: messageOf(error) })
    }
  }
  return { agreeing, absent, failed }
}

/** The largest difference of a gradient, as a share of the largest gradient. */
function relativeDifference(caseName: string, got: Computed, want: Computed): number {
  const largest = want.gradients.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const scaled = ({ gradients }: Computed): Float32Array => gradients.map((value) => value / largest)
  return maxDifference(
    scaled(got),
    scaled(want),
    `${caseName}: gradients of ${got.name} against ${want.name}`,
  )
}
