import { allCases, type BenchCase } from '../cases/recurrentCases.ts'
import { isTraining, parameterCount, passMultiplyAdds } from '../cases/trainingCases.ts'
import { multiplyAdds, rowCount } from '../cases/workload.ts'
import type { OperationComparison } from '../measure/compareOperations.ts'
import type { Comparison } from '../measure/compareRecurrent.ts'
import type { Effort } from '../measure/rounds.ts'
import { quantiles } from '../measure/statistics.ts'
import { digits } from './digits.ts'
import type { Environment } from './environment.ts'
import type { BenchResult, CaseResult, OperationCaseResult } from './resultFile.ts'
import { ratios, targets } from './targets.ts'
import { trainingTargets } from './trainingTargets.ts'

/** A run in the form in which files keep it. */
export function toResultFile(
  environment: Environment,
  effort: Effort,
  comparisons: readonly Comparison[],
  operations: readonly OperationComparison[] = [],
): BenchResult {
  const cases = comparisons.map(asCaseResult)
  return {
    schema: 1,
    environment,
    effort,
    cases,
    ...(operations.length === 0 ? {} : { operations: operations.map(asOperationResult) }),
    targets: [...targets(comparisons), ...trainingTargets(cases)],
  }
}

function asCaseResult(comparison: Comparison): CaseResult {
  const { benchCase, roofGflops, deliveryGBs, threadsAtRoof, results, absent, failed } = comparison
  const { name, T, N, spec, streaming } = benchCase
  const pass = benchCase.training?.pass ?? null
  return {
    name,
    T,
    N,
    rows: rowCount(benchCase),
    streaming,
    ...spec,
    ...(isTraining(benchCase) && pass !== null
      ? {
          training: { ...benchCase.training, pass, parameters: parameterCount(benchCase) },
          multiplyAdds: passMultiplyAdds(benchCase, pass),
        }
      : { multiplyAdds: multiplyAdds(benchCase) }),
    roofGflops: digits(roofGflops),
    ...(deliveryGBs === undefined ? {} : { deliveryGBs: digits(deliveryGBs) }),
    ...(threadsAtRoof === undefined ? {} : { threadsAtRoof: digits(threadsAtRoof) }),
    results: results.map(({ contender, rounds, quantiles: found, rooflineShare, memoryBytes, ...result }) => {
      const all = ratios(results, contender)
      const [median = 0, low = 0, high = 0] = all.length === 0 ? [] : quantiles(all, [0.5, 0.25, 0.75])
      return {
        contender,
        rounds: rounds.length,
        ms: digits(result.ms),
        p99Ms: digits(result.p99Ms),
        roofShare: digits(result.roofShare),
        ...(rooflineShare === undefined ? {} : { rooflineShare: digits(rooflineShare) }),
        ratio: all.length === 0 ? null : { median: digits(median), low: digits(low), high: digits(high) },
        difference: result.difference === null ? null : digits(result.difference),
        roundMs: rounds.map(digits),
        quantiles: found.map(digits),
        ...(memoryBytes === undefined ? {} : { memoryBytes }),
      }
    }),
    absent: [...absent],
    failed: [...failed],
  }
}

function asOperationResult({ name, results, failed }: OperationComparison): OperationCaseResult {
  return {
    name,
    results: results.map(({ ms, ratio, ...result }) => ({ ...result, ms: digits(ms), ratio: digits(ratio) })),
    failed: [...failed],
  }
}

/** The case of a result. Lengths of sequences are lost where the case no longer exists. */
export function caseOf(result: CaseResult): BenchCase {
  const {
    name,
    T,
    N,
    rows,
    streaming,
    mode,
    dtype,
    inputSize,
    hiddenSize,
    projSize,
    numLayers,
    bidirectional,
    training,
  } = result
  const known = rows < T * N ? allCases.find((each) => each.name === name) : undefined
  return {
    name,
    T,
    N,
    spec: { mode, dtype, inputSize, hiddenSize, projSize, numLayers, bidirectional },
    lengths: known?.lengths ?? null,
    streaming,
    ...(training === undefined ? {} : { training }),
  }
}
