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
  const tensors = flatten(top, childrenOf, at, limits)
  const keys = [...top].slice(0, 5).map(([key]) => (typeof key === 'string' ? quote(key) : typeof key))
  if (tensors.size === 0 && keys.length > 0 && root instanceof Map) {
    throw new UnsupportedFormatError(
      `holds no tensors under keys of text; its keys are ${keys.join(', ')}`,
      at,
    )
  }
  return tensors
}

/**
 * The tensors below `top`, by path.
 * @param inside what is walked through below an entry, by key; null for what is not
 */
export function flatten(
  top: Iterable<readonly [Node, Node]>,
  inside: (node: Node) => Iterable<readonly [Node, Node]> | null,
  at: CheckpointLocation,
  limits: Limits,
): Map<string, TensorSpec> {
  const tensors = new Map<string, TensorSpec>()
  const fail = (what: string): CorruptCheckpointError => new CorruptCheckpointError(what, at)
  let entries = 0
  let characters = 0

  const walk = (children: Iterable<readonly [Node, Node]>, prefix: string, depth: number): void => {
    if (depth === limits.depth) throw fail(`dicts nested over ${depth} deep, the limit`)
    for (const [key, value] of children) {
      // Counted, since a dict can be an entry of many others, and of itself.
      if (++entries > limits.stateDictEntries) {
        throw fail(`over ${limits.stateDictEntries} entries in its dicts, the limit`)
      }
      if (typeof key !== 'string') continue
      const name = prefix + key
      const inner = value instanceof TensorSpec ? null : inside(value)
      if (inner !== null) walk(inner, `${name}.`, depth + 1)
      if (!(value instanceof TensorSpec)) continue
      characters += name.length
      if (characters > limits.nameCharacters) {
        throw fail(`names of over ${limits.nameCharacters} characters together, the limit`)
      }
      if (tensors.has(name)) throw fail(`two tensors are called ${quote(name)}`)
      tensors.set(name, value)
    }
  }
  walk(top, '', 0)
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
