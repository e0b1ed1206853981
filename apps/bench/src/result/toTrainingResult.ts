import { layers } from '../cases/recurrentCases.ts'
import { type TrainingCase, trainingMultiplyAdds } from '../cases/trainingCases.ts'
import { multiplyAdds } from '../cases/workload.ts'
import { own } from '../contenders/contenderNames.ts'
import { ownFigures, roundRatio, roundsOf, type TrainingComparison } from '../measure/compareTraining.ts'
import { digits } from './digits.ts'
import type { TrainingCaseResult } from './resultFile.ts'

/** Training of a case in the form in which files keep it. */
export function toTrainingResult(comparison: TrainingComparison): TrainingCaseResult {
  const { trainingCase, parameters, roofGflops, results, absent, failed } = comparison
  const { name, T, N, cells, spec } = trainingCase
  const { mode, inputSize, hiddenSize, numLayers } = spec
  const figures = Object.entries(ownFigures(comparison)).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, digits(value)]],
  )
  return {
    name,
    T,
    N,
    cells,
    mode,
    inputSize,
    hiddenSize,
    numLayers,
    parameters,
    multiplyAdds: { forward: multiplyAdds(trainingCase), backward: trainingMultiplyAdds(trainingCase) },
    roofGflops: digits(roofGflops),
    figures: Object.fromEntries(figures),
    results: results.map(({ contender, difference, passes }) => ({
      contender,
      difference: digits(difference),
      passes: passes.map(({ pass, ms, rounds, roofShare }) => {
        const ratio = roundRatio(rounds, roundsOf(comparison, own, pass))
        return {
          pass,
          ms: digits(ms),
          roofShare: roofShare === null ? null : digits(roofShare),
          ratio: ratio === undefined ? null : digits(ratio),
          roundMs: rounds.map(digits),
        }
      }),
    })),
    absent: [...absent],
    failed: [...failed],
  }
}

/** The case of a result. */
export function trainingCaseOf(result: TrainingCaseResult): TrainingCase {
  const { name, T, N, cells, mode, inputSize, hiddenSize, numLayers } = result
  return { ...layers(name, mode, T, N, inputSize, hiddenSize, numLayers), cells }
}
