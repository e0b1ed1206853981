import type { TensorSpec } from '../tensor/tensorSpec.ts'
import { Opaque } from './opaque.ts'
import type { Saved } from './savedValue.ts'
import { packed } from './unsupported.ts'

/** A saved object to walk through: tensors are specs, and objects of unlisted classes are opaque. */
export type Node = Saved<TensorSpec | Opaque<TensorSpec>>

/**
 * The entries of a node for a state dict, by key: the items of a dict, or the parameters, buffers and submodules of a pickled
 * module in the order of `state_dict()`. Null for anything else.
 */
export function childrenOf(node: Node): Map<Node, Node> | null {
  if (node instanceof Map) return node
  if (!(node instanceof Opaque)) return null
  return moduleChildren(node) ?? node.entries()
}

function moduleChildren(node: Opaque<TensorSpec>): Map<Node, Node> | null {
  const attributes = node.attributes()
  const parameters = attributes?.get('_parameters')
  if (!attributes || !(parameters instanceof Map)) return null
  const children = new Map<Node, Node>(parameters)
  const buffers = attributes.get('_buffers')
  const transient = attributes.get('_non_persistent_buffers_set')
  for (const [key, value] of buffers instanceof Map ? buffers : []) {
    if (!(transient instanceof Set && transient.has(key))) children.set(key, value)
  }
  // Quantized layers keep their weights in attributes, and their code adds them to the state dict.
  for (const [key, value] of attributes) if (isPacked(key, value)) children.set(key, value)
  const modules = attributes.get('_modules')
  for (const [key, value] of modules instanceof Map ? modules : []) children.set(key, value)
  return children
}

function isPacked(key: Node, value: Node): boolean {
  if (value instanceof Opaque) return value.refusal === packed
  return key === '_packed_params' && Array.isArray(value)
}
