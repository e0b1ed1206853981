import { optionsOf } from '@unroll/kernels'
import { walkBack } from './autograd/backward.ts'
import { rootOf, wantedEdge } from './autograd/backwardOf.ts'
import { checkFlag } from './checks.ts'
import { RuntimeError } from './errors.ts'
import { recordsOf } from './operands.ts'
import { Tensor } from './tensor.ts'

export interface GradOptions {
  /** The gradient of each output; null for 1, of outputs of one element. */
  readonly gradOutputs?: readonly (Tensor | null)[]
  /** Keep what the operations need, for another way back. Default: as `createGraph`. */
  readonly retainGraph?: boolean
  /** Record the gradients' own computation, so that they can be differentiated. Default false. */
  readonly createGraph?: boolean
  /** Give null for inputs that the outputs do not depend on. Default: they are an error. */
  readonly allowUnused?: boolean
}

/**
 * The gradients of the sum of `outputs` with respect to `inputs`. It leaves `grad` as it is.
 * @returns a tensor for each input; null only if `allowUnused`
 * @throws RuntimeError if an input was not used, does not require gradients, or outputs have several elements and no gradient
 * @example
 * const x = tensor(3, { requiresGrad: true })
 * const [slope] = grad([x.mul(x)], [x])   // tensor(6.)
 *
 * @see PyTorch: [torch.autograd.grad](https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html)
 */
export function grad(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradOptions & { readonly allowUnused: true },
): (Tensor | null)[]
export function grad(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  options?: GradOptions | null,
): Tensor[]
export function grad(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  options?: GradOptions | null,
): (Tensor | null)[] {
  recordsOf('grad', outputs)
  recordsOf('grad', inputs)
  for (const [what, list] of Object.entries({ output: outputs, input: inputs })) {
    if (list.length === 0) throw new RuntimeError(`grad: expected at least one ${what}, got none`)
  }
  const given = optionsOf<{
    gradOutputs: readonly (Tensor | null)[]
    retainGraph: boolean | null
    createGraph: boolean
    allowUnused: boolean
  }>(
    'grad',
    options,
    { gradOutputs: [], retainGraph: null, createGraph: false, allowUnused: false },
    'gradOutputs',
  )
  const { gradOutputs, createGraph, allowUnused } = given
  const retainGraph = given.retainGraph ?? createGraph
  checkFlag('grad', 'createGraph', createGraph)
  checkFlag('grad', 'retainGraph', retainGraph)
  checkFlag('grad', 'allowUnused', allowUnused)
  if (gradOutputs.length > 0 && gradOutputs.length !== outputs.length) {
    throw new RuntimeError(
      `grad: expected a gradient for each of ${outputs.length} outputs, got ${gradOutputs.length}`,
    )
  }
  const roots = outputs.map((output, k) => rootOf('grad', output, gradOutputs[k] ?? null))
  const wanted = inputs.map((input, k) => wantedEdge('grad', input, k))
  return walkBack(roots, { retainGraph, createGraph, wanted, sumsUp: false }).map((gradient, k) => {
    if (gradient instanceof Tensor) return gradient
    if (allowUnused) return null
    throw new RuntimeError(
      `grad: the outputs do not depend on input ${k}; with { allowUnused: true } its gradient is null`,
    )
  })
}
