import { checkTensor, RuntimeError, type Tensor } from '@unroll/tensor'
import { shapeText } from '@unroll/tensor/layers'
import { type Dataset, placeOf } from './dataset.ts'

/**
 * The rows of tensors that have as many rows: item `i` is `[x.at(i), y.at(i), ...]`, views of them.
 *
 * ```ts
 * const dataset = new TensorDataset(randn([100, 20, 3]), zeros([100], { dtype: 'int64' }))
 * dataset.get(0)[0].shape   // [20, 3]
 * ```
 *
 * @see PyTorch: [torch.utils.data.TensorDataset](https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.TensorDataset)
 */
export class TensorDataset<Tensors extends readonly Tensor[]>
  implements Dataset<{ -readonly [Place in keyof Tensors]: Tensor }>
{
  /** The name for messages and consoles, since bundlers may rename classes. */
  static readonly name: string = 'TensorDataset'

  readonly tensors: Tensors
  readonly length: number

  /**
   * @param tensors each `(N, *)`
   * @throws TypeError if there is none, or one is not a tensor
   * @throws RuntimeError if one has no dimensions, or another number of rows
   */
  constructor(...tensors: Tensors) {
    const [first] = tensors
    if (first === undefined) throw new TypeError('TensorDataset: expected at least one tensor, got none')
    for (const [i, tensor] of tensors.entries()) {
      checkTensor('TensorDataset', `tensor ${i}`, tensor)
      if (tensor.ndim === 0)
        throw new RuntimeError(`TensorDataset: tensor ${i} has no dimensions, so no rows`)
      if (tensor.size(0) !== first.size(0)) {
        throw new RuntimeError(
          `TensorDataset: expected tensors of equally many rows, got ${shapeText(first.shape)} at 0 and ` +
            `${shapeText(tensor.shape)} at ${i}`,
        )
      }
    }
    this.tensors = tensors
    this.length = first.size(0)
  }

  /** @throws RangeError if there is no such row. A negative index counts from the end. */
  get(index: number): { -readonly [Place in keyof Tensors]: Tensor } {
    const place = placeOf('TensorDataset.get', index, this.length)
    return this.tensors.map((tensor) => tensor.at(place)) as { -readonly [Place in keyof Tensors]: Tensor }
  }
}
