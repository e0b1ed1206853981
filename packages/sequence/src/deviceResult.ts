import type { DeviceArray, DeviceOperations, PackedWeights, RecurrentMode } from '@unroll/kernels'
import { DeviceTensor, type DeviceValue } from '@unroll/nn'
import { elementsOf, Tensor } from '@unroll/tensor'
import { PackedSequence } from './packedSequence.ts'
import type { RNNBase } from './rnnBase.ts'
import { prepareCall } from './sequenceCall.ts'

/** What a recurrent layer computes on a device, without its states, which only the host is given. */
export class DeviceResult implements DeviceValue {
  /** As the layer's output; null where sequences differ in length. */
  readonly sequence: DeviceArray | null
  /** `(N, D*P)`, or unbatched `(D*P)`: see SelectOutput. */
  readonly last: DeviceArray | null
  private readonly results: () => Promise<unknown>

  constructor(
    { sequence, last }: { readonly sequence: DeviceArray | null; readonly last: DeviceArray | null },
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

/**
 * A layer's results for an input of the host or the device, from zeros; null where `forwardAsync` has to run. What was not
 * asked for is computed only if the results come to the host after all.
 */
export function resultOnDevice<M extends RecurrentMode>(
  module: RNNBase<M>,
  operations: DeviceOperations,
  weights: () => PackedWeights,
  input: unknown,
): DeviceResult | null {
  if (input instanceof DeviceTensor) {
    const { shape } = input.array
    const [first = 0, second = 0] = shape
    const isBatched = shape.length === 3
    const [T, N] = !isBatched ? [first, 1] : module.batchFirst ? [second, first] : [first, second]
    const isDropping = module.training && module.dropout > 0 && module.numLayers > 1
    // What is wrong with it, forwardAsync tells.
    if (
      (!isBatched && shape.length !== 2) ||
      shape.at(-1) !== module.inputSize ||
      T === 0 ||
      N === 0 ||
      isDropping
    )
      return null
    const { output, last } = operations.recurrent(weights(), {
      input: input.array,
      batchSizes: new Int32Array(T).fill(N),
      batchFirst: isBatched && module.batchFirst,
      h0: null,
      c0: null,
    })
    return new DeviceResult({ sequence: output, last: isBatched ? last : null }, async () =>
      module.forwardAsync(await input.toHost()),
    )
  }
  const isPacked = input instanceof PackedSequence
  if (!isPacked && !(input instanceof Tensor && input.ndim === 3)) return null
  const rows = isPacked ? input.data : input
  if (rows.dtype !== 'float32' || rows.numel === 0) return null
  const { call } = prepareCall(module, input, null)
  const { output, last } = operations.recurrent(weights(), call)
  // Packed sequences are sorted; states are in the caller's order.
  const order =
    isPacked && input.unsortedIndices ? Array.from(elementsOf(input.unsortedIndices), Number) : null
  const lasts = order === null ? last : operations.indexSelect(last, order)
  return new DeviceResult({ sequence: isPacked ? null : output, last: lasts }, () =>
    module.forwardAsync(input),
  )
}
