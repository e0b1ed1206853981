// Operations that PyTorch has as functions, too, or as functions only.

import { describeValue, optionsOf } from '@unroll/kernels'
import { checkTensor } from './checkTensor.ts'
import { RuntimeError } from './errors.ts'
import { checkScalar, type Integers } from './operands.ts'
import { pad as padOf } from './operations/indexing.ts'
import type { Scalar } from './strided/promote.ts'
import type { PadMode } from './strided/rearrange.ts'
import { type Tensor, tensorOf } from './tensor.ts'

/** A copy, reversed along each of `dims`: `flip(x, [0, 1])`. */
export function flip(input: Tensor, ...dims: Integers): Tensor {
  checkTensor('flip', 'the input', input)
  return input.flip(...dims)
}

/** The `k` largest or smallest elements along `dim`, and their positions. NaN counts as the largest. */
export function topk(
  input: Tensor,
  k: number,
  dim?: number,
  largest?: boolean,
  sorted?: boolean,
): [values: Tensor, indices: Tensor] {
  checkTensor('topk', 'the input', input)
  return input.topk(k, dim, largest, sorted)
}

/** The running sum along `dim`; integers and bools add up in int64. */
export function cumsum(input: Tensor, dim: number): Tensor {
  checkTensor('cumsum', 'the input', input)
  return input.cumsum(dim)
}

export interface TensorPadOptions {
  /** What fills the padding: a value, the elements mirrored at the edge, or the edge. Default constant. */
  readonly mode?: PadMode
  /** The value of constant padding. Default 0. */
  readonly value?: Scalar
}

/**
 * Pads the edges, like `torch.nn.functional.pad`.
 * @param padding `[before, after]` of the last dimension, then of the one before it, and so on. Negative ones cut off elements.
 * @throws RuntimeError if `padding` does not fit the dimensions; `reflect` and `replicate` pad the last dimension of 2
 * or 3, the last two of 3 or 4, the last three of 4 or 5
 * @example
 * pad(tensor([[1, 2, 3]]), [1, 2])                        // tensor([[0, 1, 2, 3, 0, 0]])
 * pad(tensor([[1, 2, 3]]), [2, 0], { mode: 'reflect' })   // tensor([[3, 2, 1, 2, 3]])
 */
export function pad(input: Tensor, padding: readonly number[], options?: TensorPadOptions | null): Tensor {
  const { mode, value } = optionsOf<Required<TensorPadOptions>>(
    'pad',
    options,
    { mode: 'constant', value: 0 },
    'mode',
  )
  if (!Object.hasOwn(modes, mode)) {
    throw new RuntimeError(
      `pad: expected mode to be one of ${Object.keys(modes).join(', ')}, got ${describeValue(mode)}`,
    )
  }
  checkScalar('pad', value)
  checkTensor('pad', 'the input', input)
  if (mode !== 'constant' && Number(value) !== 0) {
    throw new RuntimeError(`pad: only constant takes a value, got ${String(value)} for ${mode}`)
  }
  return tensorOf(padOf(input, padding, mode, value))
}

const modes: Readonly<Record<PadMode, true>> = { constant: true, reflect: true, replicate: true }
