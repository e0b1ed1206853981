import { allocate } from '../allocate.ts'
import { checkInput } from '../checks/call.ts'
import type {
  DirectionWeights,
  FloatArray,
  PackedWeights,
  RecurrentInput,
  RecurrentOutput,
} from '../contract/recurrent.ts'
import { layerInputSize, sizesOf } from '../spec/sizes.ts'
import type { CellInputs } from './cellGradients.ts'
import { cellSteps } from './cellSteps.ts'
import { rowOf } from './matrices.ts'
import { ReferenceWeights } from './referenceWeights.ts'

/** One timestep of one sequence, in one direction of one layer: its place and what it read. */
export interface RecordedStep extends CellInputs {
  readonly layer: number
  readonly direction: number
  /** The sequence. */
  readonly n: number
  /** The row of the layer's input that it read. */
  readonly rowIn: number
  /** The row of the layer's output that it wrote. */
  readonly rowOut: number
}

/** Runs all timesteps, layers and directions. Adds every step to `record`, if given, in the order of computation. */
export function runSequence(
  weights: PackedWeights,
  call: RecurrentInput,
  record: RecordedStep[] | null = null,
): RecurrentOutput {
  const { spec, directions } = ReferenceWeights.of(weights)
  const { N, R } = checkInput(spec, call)
  const sizes = sizesOf(spec)
  const { D, H, P } = sizes
  const T = call.batchSizes.length
  const states = spec.numLayers * D * N
  const hn = call.h0?.slice() ?? allocate(spec.dtype, states * P)
  const cn = spec.mode === 'LSTM' ? (call.c0?.slice() ?? allocate(spec.dtype, states * H)) : null
  const step = cellSteps[spec.mode]

  // The row of sequence n at timestep t. Only the caller's input and output can be batch-major.
  const firstRow = rowOffsets(call.batchSizes)
  const timeMajor = (t: number, n: number): number => (firstRow[t] ?? 0) + n
  const caller = call.batchFirst ? (t: number, n: number): number => n * T + t : timeMajor

  const cells = call.returnCells ? allocate(spec.dtype, R * D * H) : null
  let input = call.input
  let output = input
  for (let layer = 0; layer < spec.numLayers; layer++) {
    const K = layerInputSize(sizes, layer)
    const rowOfInput = layer === 0 ? caller : timeMajor
    const rowOfOutput = layer === spec.numLayers - 1 ? caller : timeMajor
    output = allocate(spec.dtype, R * D * P)
    for (let direction = 0; direction < D; direction++) {
      const state = layer * D + direction
      const w = directions[state] as DirectionWeights
      const hOf = (n: number): FloatArray => rowOf(hn, state * N + n, P)
      const cOf = (n: number): FloatArray | null => cn && rowOf(cn, state * N + n, H)
      for (let i = 0; i < T; i++) {
        // The reverse direction starts at a sequence's own end. Until then its state stays the initial one.
        const t = direction === 0 ? i : T - 1 - i
        for (let n = 0; n < (call.batchSizes[t] ?? 0); n++) {
          const [rowIn, rowOut] = [rowOfInput(t, n), rowOfOutput(t, n)]
          const x = rowOf(input, rowIn, K)
          const [h, c] = [hOf(n), cOf(n)]
          record?.push({ layer, direction, n, rowIn, rowOut, x, h: h.slice(), c: c?.slice() ?? null })
          step(w, x, h, c, H)
          output.set(h, rowOut * D * P + direction * P)
          if (c && layer === spec.numLayers - 1) cells?.set(c, rowOut * D * H + direction * H)
        }
      }
    }
    if (call.dropout && layer < spec.numLayers - 1) {
      const factors = call.dropout.subarray(layer * output.length)
      for (let i = 0; i < output.length; i++) output[i] = (output[i] ?? 0) * (factors[i] ?? 0)
    }
    input = output
  }
  return { output, hn, cn, cells }
}

/** The row at which each timestep starts. */
function rowOffsets(batchSizes: Int32Array): Int32Array {
  const offsets = new Int32Array(batchSizes.length)
  for (let t = 1; t < batchSizes.length; t++) offsets[t] = (offsets[t - 1] ?? 0) + (batchSizes[t - 1] ?? 0)
  return offsets
}
