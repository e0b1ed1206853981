import { allocate } from '../allocate.ts'
import type { FloatArray, RecurrentInput } from '../contract/recurrent.ts'
import { sizesOf } from '../spec/sizes.ts'
import type { Recorder, Run, TapeWeights } from './recorder.ts'
import { batchMajorOrder, firstRows, gatherRows, rowStartsOf, scatterRows, setFirstRows } from './rows.ts'
import { ArraySums } from './weightSums.ts'

/** Some timesteps of a sequence, and the states that they began with. */
interface Segment {
  readonly from: number
  readonly to: number
  readonly h0: FloatArray
  readonly c0: FloatArray | null
}

/**
 * Runs the stack of layers in segments of `every` timesteps, and keeps the states in between. The way back records a segment at a
 * time. The layers must have one direction.
 * @param inputOf gives the rows of the input in the order of time whenever they are needed; those of the call if left out
 */
export function keepCheckpoints<Weights extends TapeWeights>(
  recorder: Recorder<Weights>,
  weights: Weights,
  call: RecurrentInput,
  every: number,
  inputOf: () => FloatArray = inputInTime(weights, call),
): Run {
  const { spec } = weights
  const { dtype, numLayers } = spec
  const { I, H, P } = sizesOf(spec)
  const isLstm = spec.mode === 'LSTM'
  const { batchSizes, dropout = null } = call
  const starts = rowStartsOf(batchSizes)
  const [T, N, R] = [batchSizes.length, batchSizes[0] ?? 0, starts[batchSizes.length] ?? 0]
  const order = call.batchFirst ? batchMajorOrder(T, N) : null
  const startOf = (t: number): number => starts[t] ?? 0

  const callOf = ({ from, to, h0, c0 }: Segment, input: FloatArray, returnCells: boolean): RecurrentInput => {
    const rows = (array: FloatArray, width: number): FloatArray =>
      array.subarray(startOf(from) * width, startOf(to) * width)
    return {
      input: rows(input, I),
      batchSizes: batchSizes.subarray(from, to),
      h0,
      c0,
      dropout: dropout && partOfLayers(dropout, R * P, startOf(from) * P, startOf(to) * P),
      returnCells,
    }
  }

  // The way forth
  const hn = call.h0?.slice() ?? allocate(dtype, numLayers * N * P)
  const cn = isLstm ? (call.c0?.slice() ?? allocate(dtype, numLayers * N * H)) : null
  const output = allocate(dtype, R * P)
  const cells = call.returnCells ? allocate(dtype, R * H) : null
  const segments: Segment[] = []
  const input = inputOf()
  for (let from = 0; from < T; from += every) {
    const n = batchSizes[from] ?? 0
    // Without rows, one segment tells the shapes of the gradients.
    if (n === 0 && from > 0) break
    const to = n === 0 ? T : Math.min(from + every, T)
    const segment = { from, to, h0: firstRows(hn, N, n, P), c0: cn && firstRows(cn, N, n, H) }
    const results = recorder.run(weights, callOf(segment, input, cells !== null))
    output.set(results.output, startOf(from) * P)
    if (results.cells) cells?.set(results.cells, startOf(from) * H)
    setFirstRows(hn, N, n, P, results.hn)
    if (cn && results.cn) setFirstRows(cn, N, n, H, results.cn)
    segments.push(segment)
  }

  const inCallersOrder = (rows: FloatArray, width: number): FloatArray => {
    if (order === null) return rows
    const out = allocate(dtype, rows.length)
    scatterRows(out, width, order, rows)
    return out
  }
  return {
    results: {
      output: inCallersOrder(output, P),
      hn,
      cn,
      cells: cells && inCallersOrder(cells, H),
    },
    back: (gradients, wanted) => {
      const again = inputOf()
      const dOutput = gradients.output && order ? gatherRows(gradients.output, P, order) : gradients.output
      const dh = gradients.hn?.slice() ?? allocate(dtype, numLayers * N * P)
      const dc = isLstm ? (gradients.cn?.slice() ?? allocate(dtype, numLayers * N * H)) : null
      const dInput = wanted.input === false ? null : allocate(dtype, R * I)
      using sums = recorder.sums?.(weights, wanted) ?? new ArraySums()
      for (const segment of [...segments].reverse()) {
        const { from, to } = segment
        const n = batchSizes[from] ?? 0
        const isFirst = from === 0
        using tape = recorder.record(weights, callOf(segment, again, false))
        const part = tape.backward(
          {
            output: dOutput?.subarray(startOf(from) * P, startOf(to) * P) ?? null,
            hn: firstRows(dh, N, n, P),
            cn: dc && firstRows(dc, N, n, H),
          },
          sums.into({ ...wanted, h0: !isFirst || wanted.h0 !== false, c0: !isFirst || wanted.c0 !== false }),
        )
        if (part.h0) setFirstRows(dh, N, n, P, part.h0)
        if (dc && part.c0) setFirstRows(dc, N, n, H, part.c0)
        if (part.input) dInput?.set(part.input, startOf(from) * I)
        sums.add(part.weights)
      }
      return {
        input: dInput && inCallersOrder(dInput, I),
        h0: wanted.h0 === false ? null : dh,
        c0: wanted.c0 === false ? null : dc,
        weights: sums.read(),
      }
    },
  }
}

/** Gives the input in the order of time: itself, or a copy that is made anew each time. */
function inputInTime(
  { spec }: TapeWeights,
  { input, batchSizes, batchFirst }: RecurrentInput,
): () => FloatArray {
  if (!batchFirst) return () => input
  const order = batchMajorOrder(batchSizes.length, batchSizes[0] ?? 0)
  return () => gatherRows(input, spec.inputSize, order)
}

/** The numbers from `from` to `to` of each layer, which has `length` of them. */
function partOfLayers(array: FloatArray, length: number, from: number, to: number): FloatArray {
  const layers = length === 0 ? 0 : array.length / length
  const out = allocate(array instanceof Float32Array ? 'float32' : 'float64', layers * (to - from))
  for (let layer = 0; layer < layers; layer++) {
    out.set(array.subarray(layer * length + from, layer * length + to), layer * (to - from))
  }
  return out
}
