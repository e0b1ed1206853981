import { childrenOf, type Node } from './node.ts'
import { Opaque } from './opaque.ts'

/**
 * True for an optimizer's state, whose tensors are shaped like weights but are not weights: its state dict, the pickled optimizer
 * itself, or a list of them.
 */
export function isOptimizer(node: Node): boolean {
  if (Array.isArray(node))
    return node.length > 0 && node.every((item) => !Array.isArray(item) && isOptimizer(item))
  if (node instanceof Opaque) {
    if (node.class?.module.startsWith('torch.optim') === true) return true
    const attributes = node.attributes()
    return attributes !== null && Array.isArray(attributes.get('param_groups'))
  }
  return node instanceof Map && Array.isArray(node.get('param_groups')) && node.has('state')
}

/** The same for a value whose key is one that training scripts give to an optimizer's state. */
export function isOptimizerEntry(key: Node, node: Node): boolean {
  if (isOptimizer(node)) return true
  if (typeof key !== 'string' || !/(^|_)(optim|optimi[sz]er)s?(_|$)|^opt(_|$)/i.test(key)) return false
  return Array.isArray(node) || (childrenOf(node) !== null && !isModule(node))
}

/** True for a whole module, which may have any key. */
function isModule(node: Node): boolean {
  return node instanceof Opaque && node.attributes()?.get('_parameters') instanceof Map
}
