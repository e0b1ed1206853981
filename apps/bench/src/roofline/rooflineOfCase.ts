/**
 * The roofline of a case. A product takes at least as long as its multiply-adds at the processor's full speed, and at least as
 * long as the caches need to deliver its weights once. The first limit holds for many rows, the second for a single row whose
 * weights do not fit the second-level cache. Gates, states and copies are not counted.
 *
 * Source of the model: Williams, Waterman, Patterson, "Roofline: An Insightful Visual Performance Model for Multicore
 * Architectures", Communications of the ACM 52 (2009).
 */
import { sizesOf } from '@unroll/kernels/spec'
import type { BenchCase } from '../cases/recurrentCases.ts'
import { products } from '../cases/workload.ts'

const bytesOfWeight = 4

/** Bytes of float32 weights that are read over and over: by all timesteps of a direction, or by call after call of one. */
export function workingSet(benchCase: BenchCase): number {
  const all = products(benchCase)
  const { spec } = benchCase
  const directions = spec.numLayers * sizesOf(spec).D
  const sum = (of: typeof all): number =>
    bytesOfWeight * of.reduce((total, { weights }) => total + weights, 0)
  return benchCase.T === 1 ? sum(all) : sum(all.filter(({ of }) => of === 'states')) / directions
}

/** Milliseconds that one call takes at least. */
export function leastMs(
  benchCase: BenchCase,
  { msPerMultiplyAdd, msPerByte }: { readonly msPerMultiplyAdd: number; readonly msPerByte: number },
): number {
  let ms = 0
  for (const { rows, weights } of products(benchCase)) {
    for (const count of rows) {
      ms += Math.max(count * weights * msPerMultiplyAdd, bytesOfWeight * weights * msPerByte)
    }
  }
  return ms
}
