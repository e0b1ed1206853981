import { RuntimeError } from '../errors.ts'
import type { TensorBase } from '../tensorBase.ts'
import { edgeOf, historyOf, nodeOf } from './edges.ts'
import type { Edge, Hook } from './node.ts'

/** Removes what was registered. */
export interface HookHandle {
  remove(): void
}

/** Calls `hook` with each gradient of `tensor`. */
export function registerHook(tensor: TensorBase, hook: Hook<TensorBase>): HookHandle {
  const { node, output } = edgeFor('registerHook', tensor)
  return node.addHook(output, hook)
}

/** Calls `hook` with a leaf after backward has added to its gradient. */
export function registerPostAccumulateGradHook(
  tensor: TensorBase,
  hook: (tensor: TensorBase) => void,
): HookHandle {
  const who = 'registerPostAccumulateGradHook'
  edgeFor(who, tensor)
  if (nodeOf(tensor) !== null) {
    throw new RuntimeError(`${who}: expected a leaf, got a result of ${nodeOf(tensor)?.name}`)
  }
  const own = historyOf(tensor)
  own.afterAccumulation ??= new Set()
  const hooks = own.afterAccumulation
  const call = (leaf: TensorBase) => hook(leaf)
  hooks.add(call)
  return { remove: () => void hooks.delete(call) }
}

/** Lets backward add the gradient of a tensor to its `grad`, also if it is not a leaf. */
export function retainGrad(tensor: TensorBase): void {
  const { node, output } = edgeFor('retainGrad', tensor)
  if (nodeOf(tensor) === null) return
  node.retain(output, tensor)
}

function edgeFor(who: string, tensor: TensorBase): Edge<TensorBase> {
  const edge = edgeOf(tensor)
  if (edge !== null) return edge
  throw new RuntimeError(
    `${who}: this tensor does not require gradients; set requiresGrad, or compute it from one that does`,
  )
}
