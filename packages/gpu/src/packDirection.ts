import type { DirectionWeights, RecurrentMode } from '@unroll/kernels'
import { gateCount } from '@unroll/kernels/spec'

/**
 * The weights of a direction as kernels read them. They are transposed, so that neighbouring threads read neighbouring
 * numbers, and the biases are one more row.
 *
 * | matrix | shape | element |
 * |---|---|---|
 * | input | `(K + 1, columns)` | `W_ih[g*H + j][k]`, last row `b_ih + b_hh`; for gate n of a GRU, `b_in` |
 * | hidden | `(P + 1, columns)` | `W_hh[g*H + j][k]`, last row 0; for gate n of a GRU, `b_hn`, which gate r multiplies |
 * | projection | `(H, P)` | `W_hr[p][j]` |
 *
 * The column of gate g, unit j is `g*H + j` of `G*H` if `stacked`, `j*4 + g` of `H*4` if `interleaved`, where a GRU does
 * not use the fourth number. An RNN has one gate, so its column is `j` in both.
 */
export type GateLayout = 'stacked' | 'interleaved'

export interface PackedDirection {
  readonly input: Float32Array
  readonly hidden: Float32Array
  readonly projection: Float32Array | null
}

/** How many numbers a texel of gates has. */
export function gateChannels(mode: RecurrentMode, layout: GateLayout): 1 | 4 {
  return layout === 'interleaved' && gateCount(mode) > 1 ? 4 : 1
}

export function packDirection(
  mode: RecurrentMode,
  hiddenSize: number,
  layout: GateLayout,
  weights: DirectionWeights,
): PackedDirection {
  const H = hiddenSize
  const G = gateCount(mode)
  const channels = gateChannels(mode, layout)
  const columns = channels === 4 ? 4 * H : G * H
  const columnOf = (gate: number, unit: number): number =>
    channels === 4 ? unit * 4 + gate : gate * H + unit

  const transposed = (matrix: ArrayLike<number>): Float32Array => {
    const depth = matrix.length / (G * H)
    const packed = new Float32Array((depth + 1) * columns)
    for (let gate = 0; gate < G; gate++) {
      for (let unit = 0; unit < H; unit++) {
        const [row, column] = [(gate * H + unit) * depth, columnOf(gate, unit)]
        for (let k = 0; k < depth; k++) packed[k * columns + column] = matrix[row + k] ?? 0
      }
    }
    return packed
  }
  const input = transposed(weights.weightIh)
  const hidden = transposed(weights.weightHh)
  const [inputBias, hiddenBias] = [
    input.subarray(input.length - columns),
    hidden.subarray(hidden.length - columns),
  ]
  for (let gate = 0; gate < G; gate++) {
    const apart = mode === 'GRU' && gate === 2
    for (let unit = 0; unit < H; unit++) {
      const [row, column] = [gate * H + unit, columnOf(gate, unit)]
      const [fromX, fromH] = [weights.biasIh?.[row] ?? 0, weights.biasHh?.[row] ?? 0]
      inputBias[column] = apart ? fromX : fromX + fromH
      hiddenBias[column] = apart ? fromH : 0
    }
  }
  return { input, hidden, projection: weights.weightHr && transpose(weights.weightHr, H) }
}

/** `(rows, columns)` to `(columns, rows)`. */
export function transpose(matrix: ArrayLike<number>, columns: number): Float32Array {
  const rows = matrix.length / columns
  const result = new Float32Array(matrix.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = matrix[row * columns + column] ?? 0
    }
  }
  return result
}
