import { insteadOfTensor } from './insteadOfTensor.ts'
import type { Tensor } from './tensor.ts'
import { TensorBase } from './tensorBase.ts'

/**
 * The one guard of tensors, for this package and the layers above.
 * @param who the function, as messages name it: `LSTM.forward`
 * @param what the argument
 * @throws TypeError unless `value` is a tensor
 *
 * @example
 * checkTensor('LSTM.forward', 'input', input)
 */
export function checkTensor(who: string, what: string, value: unknown): asserts value is Tensor {
  if (value instanceof TensorBase) return
  throw new TypeError(`${who}: expected ${what} to be a Tensor, ${insteadOfTensor(value)}`)
}
