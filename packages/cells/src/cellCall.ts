import type { RecurrentArguments } from '@unroll/nn/recurrent'
import { checkTensor, type DType, RuntimeError, type Tensor } from '@unroll/tensor'
import { shapeText } from '@unroll/tensor/layers'

/** What the arguments have to fit. */
export interface CellFacts {
  readonly inputSize: number
  readonly hiddenSize: number
  /** The dtype of the weights. */
  readonly dtype: DType
}

/**
 * Checks the arguments of one step, in PyTorch's order, and returns them as an engine takes them.
 * @param who class and method, for messages
 * @param input `(N, I)` or `(I)`
 * @param states `[h]`, or `[h, c]` for an LSTM: each `(N, H)` or `(H)` as the input; null for zeros
 * @throws TypeError if one is not a tensor, RangeError on a wrong number of dimensions, RuntimeError on a wrong size or
 * dtype
 */
export function cellCall(
  who: string,
  { inputSize, hiddenSize, dtype }: CellFacts,
  input: Tensor,
  states: readonly Tensor[] | null,
): RecurrentArguments {
  const named = (states ?? []).map((state, i, all) => ({
    name: all.length === 1 ? 'hidden' : `hx[${i}]`,
    state,
  }))
  checkRank(who, 'input', input)
  for (const { name, state } of named) checkRank(who, name, state)
  const batch = input.shape.slice(0, -1)
  checkShape(who, 'input', input, [...batch, inputSize])
  for (const { name, state } of named) checkShape(who, name, state, [...batch, hiddenSize])
  checkDType(who, 'input', input, dtype)
  for (const { name, state } of named) checkDType(who, name, state, dtype)
  const [h0 = null, c0 = null] = states ?? []
  return {
    input,
    batchSizes: Int32Array.of(batch[0] ?? 1),
    batchFirst: false,
    states: batch,
    h0,
    c0,
    dropout: null,
    returnCells: false,
    isCell: true,
    keep: 'states',
  }
}

function checkRank(who: string, name: string, tensor: unknown): void {
  checkTensor(who, name, tensor)
  const { ndim, shape } = tensor
  if (ndim === 1 || ndim === 2) return
  throw new RangeError(
    `${who}: expected ${name} to be 2-D, or 1-D unbatched, got ${ndim}-D ${shapeText(shape)}`,
  )
}

function checkShape(who: string, name: string, { shape }: Tensor, expected: readonly number[]): void {
  if (shape.length === expected.length && shape.every((size, dim) => size === expected[dim])) return
  throw new RuntimeError(`${who}: expected ${name} of shape ${shapeText(expected)}, got ${shapeText(shape)}`)
}

function checkDType(who: string, name: string, tensor: Tensor, dtype: DType): void {
  if (dtype !== 'float32' && dtype !== 'float64') {
    throw new TypeError(
      `${who}: engines compute with float32 or float64 weights, got ${dtype}; convert the cell with cell.to('float32')`,
    )
  }
  if (tensor.dtype === dtype) return
  const isOther = tensor.dtype === 'float32' || tensor.dtype === 'float64'
  throw new RuntimeError(
    `${who}: expected ${name} of dtype ${dtype}, as the weights, got ${tensor.dtype}; convert it with .to('${dtype}')` +
      (isOther ? `, or the cell with cell.to('${tensor.dtype}')` : ''),
  )
}
