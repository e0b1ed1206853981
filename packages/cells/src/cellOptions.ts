import type { FloatDType } from '@unroll/kernels'
import { checkedOptions, checkSize } from '@unroll/nn'
import { checkFloatDType } from '@unroll/nn/recurrent'

export interface CellOptions {
  /** The cell has `bias_ih` and `bias_hh`. Default true. */
  readonly bias?: boolean
  /** The dtype of the weights, and so of input and states. Default float32. */
  readonly dtype?: FloatDType
}

export const cellDefaults: Required<CellOptions> = { bias: true, dtype: 'float32' }

/**
 * Fills in the defaults and checks the options.
 * @throws TypeError on a wrong type or an unknown option, RangeError if a size is less than 1
 */
export function resolveOptions(
  who: string,
  inputSize: number,
  hiddenSize: number,
  options: CellOptions,
): Required<CellOptions> {
  const { bias, dtype } = checkedOptions<Required<CellOptions>>(who, options, cellDefaults, 'bias')
  checkSize(who, 'inputSize', inputSize)
  checkSize(who, 'hiddenSize', hiddenSize)
  checkFloatDType(who, dtype)
  return { bias, dtype }
}
