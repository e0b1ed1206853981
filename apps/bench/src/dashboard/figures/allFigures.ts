import type { CaseResult } from '../../result/resultFile.ts'
import type { Figure } from '../figure.ts'
import type { Run } from '../runs.ts'
import type { Texts } from '../texts.ts'
import { history } from './history.ts'
import { latency } from './latency.ts'
import { memory } from './memory.ts'
import { ratioToPeers } from './ratioToPeers.ts'
import { roofline } from './roofline.ts'
import { scaling, scalingWithThreads } from './scaling.ts'
import { timePerCase } from './timePerCase.ts'
import { trainingRoof } from './trainingRoof.ts'

/**
 * Every figure of a run, in the order in which they are shown. Those that have nothing to draw come last.
 * @param allPasses the same cases, with all passes of those that learn
 */
export function allFigures(
  cases: readonly CaseResult[],
  allPasses: readonly CaseResult[],
  runs: readonly Run[],
  run: Run,
  texts: Texts,
): readonly Figure[] {
  const options = { texts }
  const figures = [
    timePerCase(cases, options),
    ratioToPeers(cases, options),
    trainingRoof(allPasses, options),
    roofline(cases, options),
    scaling(cases, 'hiddenSize', options),
    scaling(cases, 'N', options),
    scaling(cases, 'T', options),
    scalingWithThreads(runs, run, options),
    latency(cases, options),
    memory(cases, options),
    history(cases, runs, run, options),
  ]
  return [...figures.filter(({ draw }) => draw !== null), ...figures.filter(({ draw }) => draw === null)]
}
