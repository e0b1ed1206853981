import { recordOf } from './operands.ts'
import type { Tensor } from './tensor.ts'

/**
 * Checks that an argument is a tensor, for the layers above.
 * @param who the function, as messages name it: `LSTM.forward`
 * @param what the argument
 * @throws TypeError unless `value` is a tensor
 *
 * @example
 * checkTensor('LSTM.forward', 'input', input)
 */
export function checkTensor(who: string, what: string, value: unknown): asserts value is Tensor {
  recordOf(who, what, value)
}
