import type { DeviceArray, DeviceOperations, PackedWeights, RecurrentMode } from '@unroll/kernels'
import { DeviceTensor, type DeviceValue } from '@unroll/nn'
import { inputOf } from '@unroll/nn/recurrent'
import { elementsOf, Tensor, zeros } from '@unroll/tensor'
import { layerName } from './options.ts'
import { PackedSequence } from './packedSequence.ts'
import { type SequenceLayer, sequenceCall } from './sequenceCall.ts'

/** What a recurrent layer computes on a device. It has no states: only the host gets them. */
export class DeviceResult implements DeviceValue {
  /** Shaped as the layer's output; null if sequences differ in length. */
  readonly sequence: DeviceTensor | null
  /** `(N, D*P)`, or unbatched `(D*P)`: see SelectOutput. */
  readonly last: DeviceTensor | null
  private readonly results: () => Promise<unknown>

  constructor(
    { sequence, last }: { readonly sequence: DeviceTensor | null; readonly last: DeviceTensor | null },
    results: () => Promise<unknown>,
  ) {
    this.sequence = sequence
    this.last = last
    this.results = results
  }

  toHost(): Promise<unknown> {
    return this.results()
  }
}

/** A layer that can run on a device. */
interface DeviceLayer<M extends RecurrentMode> extends SequenceLayer<M> {
  forwardAsync(input: Tensor | PackedSequence): Promise<unknown>
}

/**
 * A layer's results for an input on the host or the device. Its states start from zeros. Null if `forwardAsync` has to
 * run instead. The states are computed only if the results are brought to the host.
 * @param weights returns the layer's packed weights
 * @throws the errors of `forward`
 */
export function resultOnDevice<M extends RecurrentMode>(
  layer: DeviceLayer<M>,
  operations: DeviceOperations,
  weights: () => PackedWeights,
  input: unknown,
): DeviceResult | null {
  const isDropping = layer.training && layer.dropout > 0 && layer.numLayers > 1
  // Dropout draws its factors, so the same results could not be computed a second time.
  if (isDropping) return null
  if (input instanceof DeviceTensor) return ofDeviceInput(layer, operations, weights, input)
  const isPacked = input instanceof PackedSequence
  if (!isPacked && !(input instanceof Tensor && input.ndim === 3)) return null
  const rows = isPacked ? input.data : input
  if (rows.dtype !== 'float32' || rows.numel === 0) return null
  const { call } = sequenceCall(layer, input, null)
  const { output, last } = operations.recurrent(weights(), inputOf(`${layerName(layer.mode)}.forward`, call))
  // Packed sequences are sorted; states are in the caller's order.
  const order =
    isPacked && input.unsortedIndices ? Array.from(elementsOf(input.unsortedIndices), Number) : null
  const lasts = order === null ? last : operations.indexSelect(last, order)
  const there = on(operations)
  return new DeviceResult({ sequence: isPacked ? null : there(output), last: there(lasts) }, () =>
    layer.forwardAsync(input),
  )
}

function ofDeviceInput<M extends RecurrentMode>(
  layer: DeviceLayer<M>,
  operations: DeviceOperations,
  weights: () => PackedWeights,
  input: DeviceTensor,
): DeviceResult | null {
  const { shape } = input.array
  if (input.operations !== operations || shape.includes(0)) return null
  // One element, repeated at every position, has the shape that is checked and takes no memory.
  const { call } = sequenceCall(layer, zeros([]).expand(shape), null)
  const { batchSizes } = call
  const batchFirst = call.batchFirst && shape.length === 3
  const { output, last } = operations.recurrent(weights(), {
    input: input.array,
    batchSizes,
    batchFirst,
    h0: null,
    c0: null,
  })
  const there = on(operations)
  return new DeviceResult(
    { sequence: there(output), last: shape.length === 3 ? there(last) : null },
    async () => layer.forwardAsync(await input.toHost()),
  )
}

function on(operations: DeviceOperations): (array: DeviceArray | null) => DeviceTensor | null {
  return (array) => array && new DeviceTensor(array, operations)
}
