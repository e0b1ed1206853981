import { type CheckpointLocation, CorruptCheckpointError, quote, UnsupportedFormatError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { TensorSpec } from '../tensor/tensorSpec.ts'
import { childrenOf, type Node } from './node.ts'
import { Opaque } from './opaque.ts'

/** Where training scripts keep the state dict beside epoch, optimizer and the like; the first one there counts. */
const wrappers = ['state_dict', 'model_state_dict'] as const

/**
 * The tensors of a saved dict or module, by name, in its order.
 *
 * If the dict has a dict called `state_dict` or `model_state_dict`, that one is taken. Dicts inside it add their key
 * and a dot: `{ encoder: { weight } }` gives `encoder.weight`; so do modules, with their parameters, buffers and
 * submodules. Everything else, and what is not under a key of text, is stepped over.
 * @throws UnsupportedFormatError if there is no dict or module, or one with entries but without tensors
 */
export function flattenStateDict(
  saved: Node,
  at: CheckpointLocation,
  limits: Limits,
): Map<string, TensorSpec> {
  const root = unwrap(saved)
  const top = childrenOf(root)
  if (top === null) {
    const remedy =
      root instanceof Opaque ? 'save model.state_dict() instead of the model' : 'load gives it as it is'
    const offset = root instanceof Opaque ? root.record.offset : null
    throw new UnsupportedFormatError(`holds ${kindOf(root)}, not a state dict; ${remedy}`, { ...at, offset })
  }
  const tensors = new Map<string, TensorSpec>()
  let entries = 0

  const walk = (children: Iterable<readonly [Node, Node]>, prefix: string, depth: number): void => {
    if (depth === limits.depth)
      throw new CorruptCheckpointError(`dicts nested over ${depth} deep, the limit`, at)
    for (const [key, value] of children) {
      // Counted, since a dict can be an entry of many others, and of itself.
      if (++entries > limits.stateDictEntries) {
        throw new CorruptCheckpointError(
          `over ${limits.stateDictEntries} entries in its dicts, the limit`,
          at,
        )
      }
      if (typeof key !== 'string') continue
      const name = prefix + key
      const inner = value instanceof TensorSpec ? null : childrenOf(value)
      if (inner !== null) walk(inner, `${name}.`, depth + 1)
      if (!(value instanceof TensorSpec)) continue
      if (tensors.has(name)) throw new CorruptCheckpointError(`two tensors are called ${quote(name)}`, at)
      tensors.set(name, value)
    }
  }
  walk(top, '', 0)
  const keys = [...top].slice(0, 5).map(([key]) => (typeof key === 'string' ? quote(key) : typeof key))
  if (tensors.size === 0 && keys.length > 0 && root instanceof Map) {
    throw new UnsupportedFormatError(
      `holds no tensors under keys of text; its keys are ${keys.join(', ')}`,
      at,
    )
  }
  return tensors
}

function unwrap(saved: Node): Node {
  if (!(saved instanceof Map)) return saved
  for (const key of wrappers) {
    const inner = saved.get(key)
    if (inner instanceof Map || (inner instanceof Opaque && childrenOf(inner) !== null)) return inner
  }
  return saved
}

function kindOf(saved: Node): string {
  if (saved instanceof TensorSpec) return 'a tensor'
  if (saved instanceof Opaque) return `an object made by ${saved.name}`
  if (Array.isArray(saved)) return 'a list'
  if (saved instanceof Set) return 'a set'
  return saved === null ? 'None' : `a ${typeof saved}`
}
