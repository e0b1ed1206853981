import { optionsOf } from '@unroll/kernels'
import { checkFlag } from '../checks.ts'
import { RuntimeError } from '../errors.ts'
import { recordOf, recordsOf } from '../operands.ts'
import { to } from '../operations/casts.ts'
import { cast } from '../strided/cast.ts'
import { dense, numelOf, sameSizes, shapeText } from '../strided/strided.ts'
import { TensorBase } from '../tensorBase.ts'
import { type Root, type WayBack, walkBack, walkBackAsync } from './backward.ts'
import { edgeOf } from './edges.ts'
import { retainGrad } from './hooks.ts'
import type { Edge } from './node.ts'

export interface BackwardOptions<T> {
  /** Keep what the operations need, for another backward. Default: as `createGraph`. */
  readonly retainGraph?: boolean
  /** Record the gradients' own computation, so that they can be differentiated. Default false. */
  readonly createGraph?: boolean
  /** Add to the `grad` of these only, and compute only what they need. Results among them retain their `grad`. Default: all leaves. */
  readonly inputs?: readonly T[]
}

/** The gradients of one output, added to the leaves' `grad`. */
export function backward(
  output: TensorBase,
  gradient: TensorBase | null,
  options: BackwardOptions<TensorBase> | null | undefined,
): void {
  const { root, way } = planOf(output, gradient, options)
  walkBack([root], way)
}

/** Like {@link backward}, but waits for what devices compute. */
export async function backwardAsync(
  output: TensorBase,
  gradient: TensorBase | null,
  options: BackwardOptions<TensorBase> | null | undefined,
): Promise<void> {
  const { root, way } = planOf(output, gradient, options)
  await walkBackAsync([root], way)
}

function planOf(
  output: TensorBase,
  gradient: TensorBase | null,
  options: BackwardOptions<TensorBase> | null | undefined,
): { root: Root; way: WayBack } {
  const given = optionsOf<{
    retainGraph: boolean | null
    createGraph: boolean
    inputs: readonly TensorBase[] | null
  }>('backward', options, { retainGraph: null, createGraph: false, inputs: null }, 'retainGraph')
  const { createGraph, inputs } = given
  const retainGraph = given.retainGraph ?? createGraph
  checkFlag('backward', 'createGraph', createGraph)
  checkFlag('backward', 'retainGraph', retainGraph)
  if (inputs !== null) recordsOf('backward', inputs)
  if (inputs?.length === 0) throw new RuntimeError('backward: expected inputs to name at least one tensor')
  const root = rootOf('backward', output, gradient)
  const wanted = inputs?.map((input, k) => wantedEdge('backward', input, k)) ?? null
  for (const input of inputs ?? []) retainGrad(input)
  return { root, way: { retainGraph, createGraph, wanted, sumsUp: true } }
}

/** Where a way back begins. @throws RuntimeError unless the output requires gradients, and its gradient is known */
export function rootOf(who: string, output: TensorBase, gradient: TensorBase | null): Root {
  const edge = edgeOf(output)
  if (edge === null) {
    throw new RuntimeError(
      `${who}: this tensor was not computed from anything that requires gradients; ` +
        'set requiresGrad on what they are wanted for, and compute outside of noGrad()',
    )
  }
  if (gradient === null) {
    if (numelOf(output.shape) !== 1) {
      throw new RuntimeError(
        `${who}: expected a tensor of one element, as a loss is, got shape ${shapeText(output.shape)}; ` +
          'give its gradient, or reduce it with sum() or mean()',
      )
    }
    const one = dense(output.shape, 'float32', Float32Array.of(1))
    return { edge, gradient: TensorBase.fresh(output, cast(one, output.dtype)) }
  }
  recordOf(who, 'the gradient', gradient)
  if (!sameSizes(gradient.shape, output.shape)) {
    throw new RuntimeError(
      `${who}: expected a gradient of shape ${shapeText(output.shape)}, got ${shapeText(gradient.shape)}`,
    )
  }
  return { edge, gradient: gradient.dtype === output.dtype ? gradient : to(gradient, output.dtype) }
}

/** @throws RuntimeError unless the input requires gradients */
export function wantedEdge(who: string, input: TensorBase, index: number): Edge<TensorBase> {
  const edge = edgeOf(input)
  if (edge !== null) return edge
  throw new RuntimeError(
    `${who}: input ${index} does not require gradients; set requiresGrad before it is used`,
  )
}
