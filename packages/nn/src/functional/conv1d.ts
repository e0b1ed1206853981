import type { FloatArray, HostEngine, PackedMatrix } from '@unroll/kernels'
import { allocateLike } from './floats.ts'
import { gatherChannels } from './padding.ts'

/**
 * A convolution, computed as a matrix product. A row holds the channels of `kernelSize` positions, side by side. A row
 * times the kernel gives one position of the output. Letters: `C` input channels and `O` output channels of a group,
 * `K` kernel size.
 */
export interface Conv1dCall {
  /** `(batch, groups * C, length)` */
  readonly x: FloatArray
  readonly batch: number
  readonly channels: number
  readonly length: number
  /** For each padded position, the position in `x` that it is taken from: see {@link paddedPositions}. */
  readonly positions: Int32Array
  readonly kernelSize: number
  readonly stride: number
  readonly dilation: number
  /** Positions of the output. */
  readonly outLength: number
  /** One for each group, `(K * C, O)` with its bias: see {@link kernelMatrix}. */
  readonly kernels: readonly PackedMatrix[]
}

/** How many elements of rows are multiplied at once. That many stay in the second-level cache. */
const chunkElements = 64 * 1024

/** Runs of this many elements or more are copied by the runtime, shorter ones by a loop. */
const shortRun = 8

/** @returns `(batch, groups * O, outLength)` */
export function conv1d(engine: HostEngine, call: Conv1dCall): FloatArray {
  const { x, batch, channels, length, positions, kernelSize, outLength, kernels } = call
  const groups = kernels.length
  const C = channels / groups
  const O = kernels[0]?.n ?? 0
  const columns = kernelSize * C
  const chunkRows = Math.max(1, Math.min(outLength, Math.floor(chunkElements / Math.max(1, columns))))
  const out = allocateLike(x, batch * groups * O * outLength)
  // The padded sequence and the rows are in one array, so that `copyWithin` can copy runs.
  const padded = positions.length * C
  const area = allocateLike(x, padded + chunkRows * columns)
  for (let n = 0; n < batch; n++) {
    for (const [group, kernel] of kernels.entries()) {
      gatherChannels(x, (n * channels + group * C) * length, length, C, positions, area)
      const to = (n * groups + group) * O * outLength
      for (let first = 0; first < outLength; first += chunkRows) {
        const rows = Math.min(chunkRows, outLength - first)
        unfold(area, padded, call, C, first, rows)
        const product = engine.multiply(area.subarray(padded, padded + rows * columns), rows, kernel)
        for (let o = 0; o < O; o++) {
          const at = to + o * outLength + first
          for (let row = 0; row < rows; row++) out[at + row] = product[row * O + o] ?? 0
        }
      }
    }
  }
  return out
}

/**
 * Writes the rows of output positions from `first` on. They come after the padded sequence, where the `C` channels of a
 * position stand side by side.
 */
function unfold(
  area: FloatArray,
  padded: number,
  { kernelSize, stride, dilation }: Conv1dCall,
  C: number,
  first: number,
  rows: number,
): void {
  // Without dilation the positions of a row follow each other.
  const [runs, run] = dilation === 1 ? [1, kernelSize * C] : [kernelSize, C]
  let to = padded
  for (let row = first; row < first + rows; row++) {
    for (let k = 0; k < runs; k++) {
      const from = (row * stride + k * dilation) * C
      if (run >= shortRun) area.copyWithin(to, from, from + run)
      else for (let i = 0; i < run; i++) area[to + i] = area[from + i] ?? 0
      to += run
    }
  }
}

/**
 * A kernel as the product takes it: `(O, K * C)`, from PyTorch's `(O, C, K)`.
 * @param weight `(groups * O, C, K)`
 */
export function kernelMatrix(weight: FloatArray, group: number, O: number, C: number, K: number): FloatArray {
  const out = allocateLike(weight, O * K * C)
  for (let o = 0; o < O; o++) {
    for (let c = 0; c < C; c++) {
      for (let k = 0; k < K; k++) {
        out[(o * K + k) * C + c] = weight[((group * O + o) * C + c) * K + k] ?? 0
      }
    }
  }
  return out
}
