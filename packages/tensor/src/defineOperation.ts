import { describeValue } from '@unroll/kernels'
import { attachAll, isRecorded, type Recording, startNode } from './autograd/apply.ts'
import { noGrad } from './autograd/gradMode.ts'
import { checkFunction } from './checks.ts'
import { RuntimeError } from './errors.ts'
import { dense, type Strided } from './strided/strided.ts'
import { Tensor } from './tensor.ts'

/** What the function of an operation returns. */
export interface Computed<Result extends Tensor | readonly Tensor[]> {
  readonly result: Result
  /**
   * Gets the gradient of each result, and returns that of each input; null for inputs that have none. It is written in operations of
   * tensors, so that it can be differentiated itself.
   */
  backward(...gradients: readonly Tensor[]): readonly (Tensor | null | undefined | false)[]
}

/**
 * Makes an operation with a gradient of your own. What is computed inside is not recorded; `backward` says how gradients come back.
 * @param name shown as `grad_fn=<name>`, and in errors
 * @param compute gets a recording, then the inputs. `save` keeps a tensor for `backward` and throws there if it was changed since;
 * `wants(k)` tells whether the gradient of input `k` is needed.
 * @example
 * const cube = defineOperation('Cube', ({ save }, x: Tensor) => {
 *   const saved = save(x)
 *   return { result: x.pow(3), backward: (gradient) => [gradient.mul(saved().pow(2).mul(3))] }
 * })
 * cube(tensor([1, 2], { requiresGrad: true })).sum().backward()
 *
 * @see PyTorch: [torch.autograd.Function](https://docs.pytorch.org/docs/stable/autograd.html#function)
 */
export function defineOperation<Inputs extends readonly unknown[], Result extends Tensor | readonly Tensor[]>(
  name: string,
  compute: (recording: Recording, ...inputs: Inputs) => Computed<Result>,
): (...inputs: Inputs) => Result {
  if (typeof name !== 'string' || name === '') {
    throw new TypeError(`defineOperation: expected a name, got ${describeValue(name)}`)
  }
  checkFunction('defineOperation', compute)
  return (...inputs) => {
    if (!isRecorded(inputs)) return noGrad(() => compute(unrecorded, ...inputs)).result
    const { node, recording } = startNode(name, inputs)
    const { result, backward } = noGrad(() => compute(recording, ...inputs))
    const results = listOf(result)
    node.computeBy((gradients) => {
      const like = gradients.find((gradient) => gradient !== null)
      if (!like) return []
      const got: unknown = backward(...results.map(({ shape }, k) => gradientOr(gradients[k], shape, like)))
      if (Array.isArray(got) && got.length <= inputs.length) return got
      throw new RuntimeError(
        `${name}: expected backward to return an array with a gradient for each of ${inputs.length} inputs, got ${describeValue(got)}`,
      )
    })
    attachAll(results, node)
    return result
  }
}

const unrecorded: Recording = { save: (value) => () => value, wants: () => false }

function listOf(result: Tensor | readonly Tensor[]): readonly Tensor[] {
  return result instanceof Tensor ? [result] : result
}

/** A gradient, or zeros. */
function gradientOr(gradient: unknown, shape: readonly number[], like: Strided): Tensor {
  return gradient instanceof Tensor ? gradient : new Tensor(dense(shape, like.dtype))
}
