import type { RecurrentSpec } from '@unroll/kernels'
import { sizesOf } from '@unroll/kernels/spec'
import { cat, linear, stack, type Tensor, zeros } from '@unroll/tensor'
import type { RecurrentArguments, RecurrentResults } from './recurrentCall.ts'
import { type Step, stepOf } from './steps.ts'

/** The parameters of a direction: `weightIh`, `weightHh`, `biasIh`, `biasHh`, `weightHr`. */
export const perDirection = 5

/** Called with what each timestep computed. Rows are those of the sequences that still run. */
export type Watch = (layer: number, direction: number, timestep: number, step: Step) => void

/**
 * Computes what an engine's `recurrent` computes, operation by operation. So it has gradients of any order, but takes much longer.
 * @param parameters {@link perDirection} of each layer and direction: layer 0 forward, layer 0 reverse, layer 1 forward, ...; null for
 * one that does not exist
 */
export function composedRecurrent(
  spec: RecurrentSpec,
  parameters: readonly (Tensor | null)[],
  call: RecurrentArguments,
  watch: Watch | null = null,
): RecurrentResults {
  const { input, batchSizes, batchFirst, states, h0, c0, dropout, returnCells } = call
  const { D, H, P } = sizesOf(spec)
  const N = batchSizes[0] ?? 0
  const T = batchSizes.length
  const isBatchFirst = batchFirst && N > 1
  const lead = input.shape.slice(0, -1)
  const R = batchSizes.reduce((sum, size) => sum + size, 0)
  let rows = (isBatchFirst ? input.transpose(0, 1) : input).reshape([R, input.size(-1)])
  const layers = spec.numLayers * D
  const initial = (given: Tensor | null, size: number): Tensor[] =>
    (given?.reshape([layers, N, size]) ?? zeros([layers, N, size], { dtype: spec.dtype })).unbind(0)
  const hidden = initial(h0, P)
  const cells = spec.mode === 'LSTM' ? initial(c0, H) : []
  const last: { h: Tensor[]; c: Tensor[] } = { h: [], c: [] }
  let cellRows: Tensor | null = null
  for (let layer = 0; layer < spec.numLayers; layer++) {
    if (layer > 0 && dropout !== null) rows = rows.mul(dropout.select(0, layer - 1))
    const directions = Array.from({ length: D }, (_, direction) => {
      const index = layer * D + direction
      const start = hidden[index]
      if (!start) throw new RangeError(`composedRecurrent: expected states of ${layers} directions`)
      return oneDirection(
        spec,
        parameters.slice(index * perDirection, (index + 1) * perDirection),
        rows,
        batchSizes,
        start,
        cells[index] ?? null,
        direction === 1,
        (t, step) => watch?.(layer, direction, t, step),
      )
    })
    rows = joined(directions.map((each) => each.rows))
    for (const { h, c } of directions) {
      last.h.push(h)
      if (c) last.c.push(c)
    }
    const ofCells = directions.flatMap((each) => each.cellRows ?? [])
    cellRows = ofCells.length > 0 ? joined(ofCells) : null
  }
  const shaped = (t: Tensor, features: number): Tensor =>
    isBatchFirst ? t.reshape([T, N, features]).transpose(0, 1) : t.reshape([...lead, features])
  return {
    output: shaped(rows, D * P),
    hn: stack(last.h, 0).reshape([...states, P]),
    cn: spec.mode === 'LSTM' ? stack(last.c, 0).reshape([...states, H]) : null,
    cells: returnCells && cellRows !== null ? shaped(cellRows, D * H) : null,
  }
}

interface Direction {
  /** `(R, P)` */
  readonly rows: Tensor
  /** LSTM: `(R, H)` */
  readonly cellRows: Tensor | null
  /** `(N, P)`, after each sequence's last timestep in this direction. */
  readonly h: Tensor
  readonly c: Tensor | null
}

function oneDirection(
  spec: RecurrentSpec,
  [weightIh, weightHh, biasIh = null, biasHh = null, weightHr = null]: readonly (Tensor | null)[],
  rows: Tensor,
  batchSizes: Int32Array,
  h0: Tensor,
  c0: Tensor | null,
  isReverse: boolean,
  watch: (timestep: number, step: Step) => void,
): Direction {
  if (!weightIh || !weightHh)
    throw new TypeError('composedRecurrent: expected two matrices of each direction')
  const products = linear(rows, weightIh, biasIh)
  const starts = startsOf(batchSizes)
  const outputs: Tensor[] = []
  const cells: Tensor[] = []
  let [h, c] = [h0, c0]
  for (let k = 0; k < batchSizes.length; k++) {
    const t = isReverse ? batchSizes.length - 1 - k : k
    const running = batchSizes[t] ?? 0
    const hx = h.narrow(0, 0, running)
    const step = stepOf(
      spec.mode,
      products.narrow(0, starts[t] ?? 0, running),
      linear(hx, weightHh, biasHh),
      hx,
      c === null ? null : c.narrow(0, 0, running),
    )
    const projected = weightHr === null ? step : { ...step, h: linear(step.h, weightHr) }
    watch(t, projected)
    outputs[t] = projected.h
    if (projected.c) cells[t] = projected.c
    // Sequences that have ended keep their last state; in reverse, those that have not begun keep their first.
    h = withRest(projected.h, h)
    c = projected.c && c && withRest(projected.c, c)
  }
  return { rows: cat(outputs), cellRows: cells.length > 0 ? cat(cells) : null, h, c }
}

function withRest(some: Tensor, all: Tensor): Tensor {
  const rest = all.size(0) - some.size(0)
  return rest === 0 ? some : cat([some, all.narrow(0, some.size(0), rest)])
}

function joined(parts: readonly Tensor[]): Tensor {
  const [only] = parts
  return parts.length === 1 && only ? only : cat(parts, -1)
}

/** The first row of each timestep. */
function startsOf(batchSizes: Int32Array): number[] {
  let start = 0
  return Array.from(batchSizes, (size) => {
    start += size
    return start - size
  })
}
