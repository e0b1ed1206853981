import { TensorBase } from '../tensorBase.ts'
import { Accumulator } from './accumulator.ts'
import { History, history } from './history.ts'
import { type Edge, Node } from './node.ts'

/** The history of a tensor, made if it has none yet. */
export function historyOf(tensor: TensorBase): History<TensorBase> {
  const own = tensor[history] ?? ofFrozen.get(tensor)
  if (own) return own
  const made = new History<TensorBase>()
  if (Object.isFrozen(tensor)) ofFrozen.set(tensor, made)
  else tensor[history] = made
  return made
}

/** Histories of leaves that a library has frozen. */
const ofFrozen: WeakMap<TensorBase, History<TensorBase>> = /* @__PURE__ */ new WeakMap()

/** The node that computed a tensor; null for a leaf. That of a view changes with the memory that it walks. */
export function nodeOf(tensor: TensorBase): Node<TensorBase> | null {
  const own = tensor[history]
  if (own === null) return null
  const { view } = own
  if (view !== null && view.version !== tensor.version && view.base.requiresGrad) {
    const { base, ways } = view
    // The base was changed in place. The view now is a part of what the base has become.
    const node = new Node('AsStridedBackward0', [edgeOf(base)])
    node.computeBy(([gradient]) => [gradient && ways.toBase(gradient, base, tensor)])
    attach(tensor, node, 0)
    view.version = tensor.version
  }
  return own.node
}

/** Where the gradient of an operation's input goes; null if it needs none. */
export function edgeOf(input: unknown): Edge<TensorBase> | null {
  if (!(input instanceof TensorBase && input.requiresGrad)) return null
  const { shape, dtype } = input
  const node = nodeOf(input)
  const own = historyOf(input)
  if (node !== null) return { node, output: own.output, shape, dtype }
  const known = own.leafEdge
  // A parameter may have become another one in place: of another dtype, for example.
  if (known?.shape === shape && known.dtype === dtype) return known
  own.leafEdge = { node: known?.node ?? new Accumulator(input), output: 0, shape, dtype }
  return own.leafEdge
}

/** Makes `result` output `output` of `node`. */
export function attach(result: TensorBase, node: Node<TensorBase>, output: number): void {
  const own = historyOf(result)
  const { retained } = own.node ?? {}
  const kept = retained?.get(own.output)
  if (kept && kept[history] === own) {
    // A change in place: `grad` is that of what the tensor is now.
    retained?.delete(own.output)
    node.retain(output, kept)
  }
  own.node = node
  own.output = output
  node.outputs = Math.max(node.outputs, output + 1)
}
