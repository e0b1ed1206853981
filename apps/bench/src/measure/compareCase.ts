import type { BenchCase } from '../cases/recurrentCases.ts'
import { isTraining } from '../cases/trainingCases.ts'
import type { Contender } from '../contenders/contender.ts'
import { type CompareOptions, type Comparison, compareRecurrent } from './compareRecurrent.ts'
import { compareTraining } from './compareTraining.ts'

/** Runs a case. One that learns has a comparison of each pass. */
export async function compareCase(
  benchCase: BenchCase,
  contenders: readonly Contender[],
  options: CompareOptions,
): Promise<readonly Comparison[]> {
  return isTraining(benchCase)
    ? compareTraining(benchCase, contenders, options)
    : [await compareRecurrent(benchCase, contenders, options)]
}
