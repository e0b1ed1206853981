import type { Pass } from '../cases/training.ts'
import { own } from '../contenders/contenderNames.ts'
import { median, quotients } from '../measure/statistics.ts'
import type { CaseResult, ContenderResult } from './resultFile.ts'

/** All passes of a case that learned. */
export interface Learned {
  readonly name: string
  /** One of the entries, for the sizes: all passes have the same. */
  readonly sizes: CaseResult
  readonly model: NonNullable<CaseResult['training']>['model']
  readonly of: (contender: string, pass: Pass) => ContenderResult | undefined
  readonly figures: LearnedFigures
}

/** What the wasm engine's passes say about each other, round by round. Undefined where one of them was not timed. */
interface LearnedFigures {
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

/** Puts the passes of each case together again. */
export function learnedOf(cases: readonly CaseResult[]): readonly Learned[] {
  const names = new Set(cases.flatMap(({ training }) => training?.of ?? []))
  return [...names].flatMap((name) => {
    const members = new Map(
      cases.flatMap((each) => (each.training?.of === name ? [[each.training.pass, each] as const] : [])),
    )
    const [sizes] = members.values()
    if (sizes?.training === undefined) return []
    const of = (contender: string, pass: Pass): ContenderResult | undefined =>
      members.get(pass)?.results.find((result) => result.contender === contender)
    return { name, sizes, model: sizes.training.model, of, figures: figuresOf(members, of) }
  })
}

function figuresOf(members: ReadonlyMap<Pass, CaseResult>, of: Learned['of']): LearnedFigures {
  const pass = (name: Pass): ContenderResult | undefined => of(own, name)
  const [forward, backward, step] = [pass('forward'), pass('backward'), pass('step')]
  const times = ratio(backward, forward)
  const whole = ratio(step, backward)
  const works = [members.get('forward')?.multiplyAdds, members.get('backward')?.multiplyAdds]
  const [forwardWork, backwardWork] = works
  const parameters = members.get('step')?.training?.parameters
  return {
    shareOfForward: times && forwardWork && backwardWork && backwardWork / forwardWork / times,
    // Older files have neither: nothing followed their `recorded`.
    recording: ratio(pass('recorded'), pass('unrecorded') ?? forward),
    recordingEval: ratio(pass('recorded-eval'), pass('unrecorded-eval') ?? forward),
    updateNs: whole && backward && parameters && ((whole - 1) * backward.ms * 1e6) / parameters,
    checkpointing: ratio(pass('checkpointed'), backward),
  }
}

/** The median over the rounds, where the file has them; else of the medians. */
function ratio(numerator?: ContenderResult, denominator?: ContenderResult): number | undefined {
  if (numerator === undefined || denominator === undefined) return undefined
  const { roundMs: above } = numerator
  const { roundMs: below } = denominator
  if (above === undefined || below === undefined) return numerator.ms / denominator.ms
  return median(quotients(above, below))
}
