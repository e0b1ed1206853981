import type { PackedWeights, RecurrentSpec } from '../contract/recurrent.ts'
import type { OutputGradients, WantedGradients } from '../contract/training.ts'
import { sizesOf } from '../spec/sizes.ts'
import { checkArray } from './array.ts'

/**
 * Throws unless the gradients passed to `backward` fit the `N` sequences and `R` rows of its call.
 * @throws RangeError on a wrong length, TypeError on a wrong element type
 */
export function checkGradients(
  spec: RecurrentSpec,
  { N, R }: { readonly N: number; readonly R: number },
  { output, hn, cn }: OutputGradients,
): void {
  const { D, H, P } = sizesOf(spec)
  const states = spec.numLayers * D * N
  if (output !== null) checkArray(spec, 'backward: gradient of output', output, R * D * P)
  if (hn !== null) checkArray(spec, 'backward: gradient of hn', hn, states * P)
  if (cn === null) return
  if (spec.mode !== 'LSTM') {
    throw new RangeError(`backward: a gradient of cn is for LSTM only, got it with ${spec.mode}`)
  }
  checkArray(spec, 'backward: gradient of cn', cn, states * H)
}

/** @throws RangeError unless `weights` has an entry for each direction */
export function checkWanted(spec: RecurrentSpec, { weights }: WantedGradients): void {
  const directions = spec.numLayers * sizesOf(spec).D
  if (weights === undefined || weights.length === directions) return
  throw new RangeError(`backward: expected wanted weights of ${directions} directions, got ${weights.length}`)
}

/**
 * Throws unless the weights of a tape are still those that its sequence ran with.
 * @param version that of the weights at that time
 * @throws Error if they were disposed or updated
 */
export function checkTapeWeights(
  weights: Pick<PackedWeights, 'version' | 'disposed'>,
  version: number,
): void {
  if (weights.disposed) {
    throw new Error(
      'backward: the weights of this tape were disposed; keep them until the last backward, or run the sequence again',
    )
  }
  if (weights.version === version) return
  throw new Error(
    'backward: the weights of this tape were updated since; go backward before the update, or run the sequence again',
  )
}
