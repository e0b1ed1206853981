import { allocate } from '../allocate.ts'
import type { FloatArray, RecurrentInput } from '../contract/recurrent.ts'
import type { DirectionGradients } from '../contract/training.ts'
import { layerInputSize, sizesOf } from '../spec/sizes.ts'
import { keepCheckpoints } from './checkpoints.ts'
import type { Recorder, Run, TapeWeights } from './recorder.ts'
import { batchMajorOrder, gatherRows, reversedOrder, rowStartsOf, scatterRows } from './rows.ts'

/**
 * {@link keepCheckpoints} for layers with two directions. A layer reads both directions of the one below, from end to end, so each
 * direction of each layer is a run of its own, and the inputs of all layers are kept. The reverse direction is a forward one that
 * reads every sequence from its end.
 */
export function keepDirections<Weights extends TapeWeights>(
  recorder: Recorder<Weights>,
  weights: Weights,
  call: RecurrentInput,
  every: number,
): Run {
  const { spec } = weights
  const { dtype, numLayers } = spec
  const sizes = sizesOf(spec)
  const { I, H, P } = sizes
  const isLstm = spec.mode === 'LSTM'
  const { batchSizes, dropout = null } = call
  const [T, N, R] = [batchSizes.length, batchSizes[0] ?? 0, rowStartsOf(batchSizes)[batchSizes.length] ?? 0]
  // The rows of the caller in the order of time, and the rows that each direction reads, in its own order.
  const callersOrder = call.batchFirst
    ? batchMajorOrder(T, N)
    : Int32Array.from({ length: R }, (_, row) => row)
  const orders = [Int32Array.from({ length: R }, (_, row) => row), reversedOrder(batchSizes)]

  /** Multiplies with the dropout factors of a layer's outputs. */
  const dropOut = (rows: FloatArray, layer: number): void => {
    const factors = dropout?.subarray(layer * rows.length, (layer + 1) * rows.length)
    factors?.forEach((factor, i) => {
      rows[i] = (rows[i] ?? 0) * factor
    })
  }
  const stateOf = (states: FloatArray | null, state: number, width: number): FloatArray | null =>
    states?.slice(state * N * width, (state + 1) * N * width) ?? null

  // The way forth
  const hn = allocate(dtype, numLayers * 2 * N * P)
  const cn = isLstm ? allocate(dtype, numLayers * 2 * N * H) : null
  const cells = call.returnCells ? allocate(dtype, R * 2 * H) : null
  const layers: Run[][] = []
  let input = gatherRows(call.input, I, callersOrder)
  for (let layer = 0; layer < numLayers; layer++) {
    const K = layerInputSize(sizes, layer)
    const rows = input
    const output = allocate(dtype, R * 2 * P)
    const isLast = layer === numLayers - 1
    layers.push(
      orders.map((order, direction) => {
        const state = layer * 2 + direction
        const run = keepCheckpoints(
          recorder,
          recorder.direction(weights, state),
          {
            input: rows,
            batchSizes,
            h0: stateOf(call.h0, state, P),
            c0: stateOf(call.c0, state, H),
            returnCells: isLast && cells !== null,
          },
          every,
          () => (direction === 0 ? rows : gatherRows(rows, K, order)),
        )
        const { results } = run
        hn.set(results.hn, state * N * P)
        if (results.cn) cn?.set(results.cn, state * N * H)
        scatterRows(output, 2 * P, order, results.output, direction * P, P)
        if (cells && results.cells) scatterRows(cells, 2 * H, order, results.cells, direction * H, H)
        return run
      }),
    )
    if (!isLast) dropOut(output, layer)
    input = output
  }

  const inCallersOrder = (rows: FloatArray, width: number): FloatArray => {
    const out = allocate(dtype, rows.length)
    scatterRows(out, width, callersOrder, rows)
    return out
  }
  return {
    results: {
      output: inCallersOrder(input, 2 * P),
      hn,
      cn,
      cells: cells && inCallersOrder(cells, 2 * H),
    },
    back: (gradients, wanted) => {
      const dh = allocate(dtype, numLayers * 2 * N * P)
      const dc = isLstm ? allocate(dtype, numLayers * 2 * N * H) : null
      const dWeights: DirectionGradients[] = []
      let dOutput = gradients.output && gatherRows(gradients.output, 2 * P, callersOrder)
      for (let layer = numLayers - 1; layer >= 0; layer--) {
        const K = layerInputSize(sizes, layer)
        let dInput: FloatArray = allocate(dtype, R * K)
        layers[layer]?.forEach((run, direction) => {
          const state = layer * 2 + direction
          const order = orders[direction] ?? callersOrder
          const part = run.back(
            {
              output: dOutput && gatherRows(dOutput, 2 * P, order, direction * P, P),
              hn: stateOf(gradients.hn, state, P),
              cn: stateOf(gradients.cn, state, H),
            },
            {
              ...wanted,
              input: layer > 0 || wanted.input !== false,
              weights: [wanted.weights?.[state] ?? {}],
            },
          )
          if (part.h0) dh.set(part.h0, state * N * P)
          if (part.c0) dc?.set(part.c0, state * N * H)
          if (part.input) dInput = recorder.add(dInput, gatherRows(part.input, K, order))
          const [own] = part.weights
          if (own) dWeights[state] = own
        })
        if (layer > 0) dropOut(dInput, layer - 1)
        dOutput = dInput
      }
      return {
        input: wanted.input === false || dOutput === null ? null : inCallersOrder(dOutput, I),
        h0: wanted.h0 === false ? null : dh,
        c0: wanted.c0 === false ? null : dc,
        weights: dWeights,
      }
    },
  }
}
