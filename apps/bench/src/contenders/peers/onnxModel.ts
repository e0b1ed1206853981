import type { DirectionWeights, FloatArray, RecurrentMode, RecurrentSpec } from '@unroll/kernels'
import { gateCount, sizesOf } from '@unroll/kernels/spec'
import { type AttributeValue, encodeOnnx, type OnnxConstant, type OnnxNode } from './onnxSchema.ts'

interface OnnxModelOptions {
  /** The graph has an input `lengths` `(N)`, int32: the timesteps of each sequence. Default false: all have T. */
  readonly ragged?: boolean
  /** The graph has the initial states as inputs `h0` and, for LSTM, `c0`, shaped as `hn`. Default false: zeros. */
  readonly stateful?: boolean
}

/**
 * A stack of recurrent layers as an ONNX model, with the weights inside.
 *
 * Graph input: `input` `(T, N, I)`, T and N free, and what the options add. Graph outputs, as PyTorch's: `output`
 * `(T, N, D*H)`, `hn` `(numLayers*D, N, H)` and, for LSTM, `cn` like `hn`. Each layer is one RNN, GRU or LSTM node.
 *
 * @param weights PyTorch's layout, one entry per layer and direction: layer 0 forward, layer 0 reverse, layer 1 ...
 * @returns the bytes of an `.onnx` file
 * @throws RangeError for what ONNX's recurrent operators or onnxruntime do not have: projections, float64
 *
 * @example
 * const session = await InferenceSession.create(onnxModel(spec, weights))
 */
export function onnxModel(
  spec: RecurrentSpec,
  weights: readonly DirectionWeights[],
  { ragged = false, stateful = false }: OnnxModelOptions = {},
): Uint8Array {
  const { mode, inputSize, hiddenSize: H, numLayers } = spec
  if (spec.dtype !== 'float32') throw new RangeError(`onnxModel: expected float32 weights, got ${spec.dtype}`)
  if (spec.projSize > 0) {
    throw new RangeError(
      `onnxModel: expected no projection, which ONNX's LSTM lacks, got projSize ${spec.projSize}`,
    )
  }
  const { D } = sizesOf(spec)
  if (weights.length !== numLayers * D) {
    throw new RangeError(`onnxModel: expected weights of ${numLayers * D} directions, got ${weights.length}`)
  }

  const states = mode === 'LSTM' ? ['hn', 'cn'] : ['hn']
  const initialStates = stateful ? states.map((state) => `${state[0]}0`) : []
  const outputOf = (layer: number): string => (layer === numLayers - 1 ? 'output' : `output_l${layer}`)
  // The states of a single layer are those of the stack: splitting and joining them would only cost time.
  const stateOf = (state: string, layer: number): string => (numLayers === 1 ? state : `${state}_l${layer}`)

  const layers = Array.from({ length: numLayers }, (_, layer) => {
    const directions = weights.slice(layer * D, (layer + 1) * D)
    const constants = layerConstants(spec, layer, directions)
    const recurrent: OnnxNode = {
      op: operators[mode].op,
      // X, W, R, B, sequence_lens, initial_h, initial_c
      inputs: [
        layer === 0 ? 'input' : outputOf(layer - 1),
        ...constants.map(({ name }) => name),
        ...(constants.length < 3 ? [''] : []),
        ragged ? 'lengths' : '',
        ...initialStates.map((state) => stateOf(state, layer)),
      ],
      outputs: [`y_l${layer}`, ...states.map((state) => stateOf(state, layer))],
      attributes: {
        ...operators[mode].attributes(D),
        hidden_size: H,
        direction: D === 2 ? 'bidirectional' : 'forward',
      },
    }
    return { constants, nodes: [recurrent, ...directionsToColumns(`y_l${layer}`, outputOf(layer), D)] }
  })
  const splitLayers = (state: string): OnnxNode => {
    const outputs = layers.map((_, layer) => stateOf(state, layer))
    return { op: 'Split', inputs: [state], outputs, attributes: { axis: 0 } }
  }
  const joinLayers = (state: string): OnnxNode => {
    const inputs = layers.map((_, layer) => stateOf(state, layer))
    return { op: 'Concat', inputs, outputs: [state], attributes: { axis: 0 } }
  }

  return encodeOnnx({
    name: mode,
    nodes: [
      ...(numLayers === 1 ? [] : initialStates.map(splitLayers)),
      ...layers.flatMap(({ nodes }) => nodes),
      ...(numLayers === 1 ? [] : states.map(joinLayers)),
    ],
    constants: [
      ...layers.flatMap((layer) => layer.constants),
      { name: outputShape, shape: [3], data: BigInt64Array.of(0n, -1n, BigInt(D * H)) },
    ],
    inputs: [
      { name: 'input', shape: ['T', 'N', inputSize] },
      ...(ragged ? [{ name: 'lengths', shape: ['N'], type: 'int32' as const }] : []),
      ...initialStates.map((name) => ({ name, shape: [numLayers * D, 'N', H] })),
    ],
    outputs: [
      { name: 'output', shape: ['T', 'N', D * H] },
      ...states.map((name) => ({ name, shape: [numLayers * D, 'N', H] })),
    ],
  })
}

/** `(T, N, D*H)` as Reshape wants it: T as it is, N whatever is left. */
const outputShape = 'output_shape'

/** ONNX's Y `(T, D, N, H)` as PyTorch's output `(T, N, D*H)`. With one direction no number moves. */
function directionsToColumns(from: string, to: string, D: number): OnnxNode[] {
  if (D === 1) return [{ op: 'Reshape', inputs: [from, outputShape], outputs: [to] }]
  const transposed = `${from}_transposed`
  return [
    { op: 'Transpose', inputs: [from], outputs: [transposed], attributes: { perm: [0, 2, 1, 3] } },
    { op: 'Reshape', inputs: [transposed, outputShape], outputs: [to] },
  ]
}

interface Operator {
  readonly op: string
  readonly attributes: (directions: number) => Readonly<Record<string, AttributeValue>>
  /** The position in PyTorch's gate order of each gate in ONNX's. */
  readonly gates: readonly number[]
}

/** ONNX's operators, https://onnx.ai/onnx/operators/. */
const operators = {
  RNN_TANH: { op: 'RNN', attributes: (D) => ({ activations: Array<string>(D).fill('Tanh') }), gates: [0] },
  RNN_RELU: { op: 'RNN', attributes: (D) => ({ activations: Array<string>(D).fill('Relu') }), gates: [0] },
  // i, f, g, o -> i, o, f, c
  LSTM: { op: 'LSTM', attributes: () => ({}), gates: [0, 3, 1, 2] },
  // r, z, n -> z, r, h; the reset gate applies after the product, as in PyTorch
  GRU: { op: 'GRU', attributes: () => ({ linear_before_reset: 1 }), gates: [1, 0, 2] },
} satisfies Record<RecurrentMode, Operator>

/** W `(D, G*H, K)`, R `(D, G*H, H)` and, with biases, B `(D, 2*G*H)`: those of the input, then the recurrent ones. */
function layerConstants(
  { mode, inputSize, hiddenSize: H }: RecurrentSpec,
  layer: number,
  directions: readonly DirectionWeights[],
): OnnxConstant[] {
  const D = directions.length
  const K = layer === 0 ? inputSize : D * H
  const rows = gateCount(mode) * H
  const name = (value: string): string => `${value}_l${layer}`
  const inOnnxOrder = (array: FloatArray): FloatArray => reorder(array, operators[mode].gates)
  const constants = [
    { name: name('W'), shape: [D, rows, K], data: concat(directions.map((w) => inOnnxOrder(w.weightIh))) },
    { name: name('R'), shape: [D, rows, H], data: concat(directions.map((w) => inOnnxOrder(w.weightHh))) },
  ]
  const biases = directions.flatMap((w) => [w.biasIh, w.biasHh])
  if (biases.every((bias) => bias === null)) return constants
  const data = concat(biases.map((bias) => (bias === null ? new Float32Array(rows) : inOnnxOrder(bias))))
  return [...constants, { name: name('B'), shape: [D, 2 * rows], data }]
}

/** The equal blocks of `array`, block `order[i]` at place i. */
function reorder(array: FloatArray, order: readonly number[]): FloatArray {
  const block = array.length / order.length
  return concat(order.map((gate) => array.subarray(gate * block, (gate + 1) * block)))
}

function concat(arrays: readonly FloatArray[]): Float32Array {
  const result = new Float32Array(arrays.reduce((length, array) => length + array.length, 0))
  let at = 0
  for (const array of arrays) {
    result.set(array, at)
    at += array.length
  }
  return result
}
