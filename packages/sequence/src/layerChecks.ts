// What a recurrent layer refuses: the checks behind `checkInput` and `checkForwardArgs`, in PyTorch's order.

import { describeValue, type RecurrentMode } from '@unroll/kernels'
import { checkTensor, type DType, RuntimeError, type Tensor } from '@unroll/tensor'
import { shapeText } from '@unroll/tensor/layers'
import { stateNames } from './hiddenState.ts'
import { layerName } from './options.ts'

/**
 * @param dtype that of the weights
 * @param input `(L, N, inputSize)`, or `(R, inputSize)` with batch sizes
 * @throws RangeError on another dtype, RuntimeError on another shape
 */
export function checkLayerInput(
  { mode, inputSize }: { readonly mode: RecurrentMode; readonly inputSize: number },
  dtype: DType,
  input: Tensor,
  batchSizes: Tensor | null,
): void {
  const who = `${layerName(mode)}.forward`
  checkTensor(who, 'input', input)
  if (batchSizes !== null) checkTensor(who, 'batchSizes', batchSizes)
  if (input.dtype !== dtype) {
    const computes = input.dtype === 'float32' || input.dtype === 'float64'
    throw new RangeError(
      `${who}: expected input of the weights' dtype, ${dtype}, got ${input.dtype}; ` +
        `convert the input, input.to('${dtype}')` +
        (computes ? `, or the module, module.to('${input.dtype}')` : ''),
    )
  }
  const ndim = batchSizes === null ? 3 : 2
  if (input.ndim !== ndim) {
    throw new RuntimeError(
      `${who}: expected ${batchSizes === null ? 'input' : 'packed data'} to be ${ndim}-D, got ${input.ndim}-D`,
    )
  }
  if (input.size(-1) !== inputSize) {
    throw new RuntimeError(
      `${who}: expected input's last dimension to be inputSize, ${inputSize}, ` +
        `got ${input.size(-1)} in shape ${shapeText(input.shape)}`,
    )
  }
}

/** @throws RuntimeError unless the state has the `expected` shape, TypeError if that is not a shape */
export function checkStateShape(
  name: string,
  state: Tensor,
  expected: readonly number[],
  what: string,
): void {
  checkTensor(`${name}.forward`, what, state)
  if (!Array.isArray(expected)) {
    throw new TypeError(
      `${name}.checkHiddenSize: expected a shape to compare with, an array, got ${describeValue(expected)}`,
    )
  }
  if (shapeText(state.shape) === shapeText(expected)) return
  throw new RuntimeError(
    `${name}.forward: expected ${what} of shape ${shapeText(expected)}, got ${shapeText(state.shape)}`,
  )
}

/** @throws RuntimeError unless the states have the dtype of the input */
export function checkStateDTypes(name: string, input: Tensor, states: readonly Tensor[]): void {
  states.forEach((state, index) => {
    if (state.dtype === input.dtype) return
    throw new RuntimeError(
      `${name}.forward: expected ${stateNames[index]} of the input's dtype, ${input.dtype}, got ${state.dtype}; ` +
        `convert with .to('${input.dtype}')`,
    )
  })
}
