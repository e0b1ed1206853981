import { TensorSpec } from '../tensor/tensorSpec.ts'
import { childrenOf, type Node } from './node.ts'
import { Opaque } from './opaque.ts'
import { isOptimizerEntry } from './optimizer.ts'

type Entries = Iterable<readonly [Node, Node]>

/** A part of a saved object that contains weights. */
export interface State {
  /** Its path in the object, with a dot at the end: `model.`, `0.`; empty for the whole object. */
  readonly path: string
  readonly node: Node
}

/** The value of these keys is a state dict, even if it is empty. */
const certain = /^((model|net|network|module)_?)?state_?dict$/i
/** The value of these keys is a state dict if it has weights. */
const named = /^((model|net|network|module)_?)(state|weights|params|parameters|dict)$/i
/** These keys often hold a state dict. */
const likely = /^(model|net|network|module|nn|state|weights|params|parameters)$/i
/** These keys hold other numbers of a training. */
const training = /sched|scaler|criterion|loss|metric|rng|random/i

/**
 * The parts of a saved object that may be its weights: one if there is no doubt, none if it has no weights.
 *
 * A module is its own state dict. In a dict it is the value of a key that says so (`state_dict`, `model_state`); else of a key that
 * often has it (`model`, `net`), if nothing beside it has weights; else the whole dict. In a list it is the one item with weights.
 * It is never an optimizer or a loss.
 */
export function choose(saved: Node): readonly State[] {
  const entries = entriesOf(saved)
  if (entries === null) return []
  if (isModule(saved)) return [{ path: '', node: saved }]
  if (Array.isArray(saved)) {
    const items = partsOf(entries, () => true)
    const [only] = items
    if (items.length !== 1 || only === undefined) return items
    // An item may be a checkpoint of its own.
    return choose(only.node).map(({ path, node }) => ({ path: only.path + path, node }))
  }
  const said = partsOf(entries, (key) => certain.test(key) || named.test(key))
  if (said.length > 0) return said
  for (const [key, node] of entries) {
    if (typeof key === 'string' && certain.test(key) && isState(node)) return [{ path: `${key}.`, node }]
  }
  const guessed = partsOf(entries, (key) => likely.test(key))
  if (guessed.length === 0) return [{ path: '', node: saved }]
  const isOther = (key: string, node: Node): boolean =>
    !likely.test(key) && !training.test(key) && isState(node)
  // Integers are counters, or the state of a random generator.
  const others = partsOf(entries, isOther, ({ dtype }) => /^b?float/.test(dtype))
  return [...guessed, ...others]
}

/** The children of a node that may have weights: dicts, modules, lists of those, and objects with attributes. */
export function entriesOf(node: Node): Entries | null {
  if (Array.isArray(node)) {
    const items = node.map((item, i): [Node, Node] => [String(i), item])
    return items.filter(([, item]) => !(item instanceof TensorSpec) && !Array.isArray(item))
  }
  const children = childrenOf(node)
  if (children !== null) return children
  return node instanceof Opaque && node.refusal.kind === 'unlisted' ? node.attributes() : null
}

/** The parts with weights. A part with several keys is listed once. */
function partsOf(
  entries: Entries,
  wanted: (key: string, node: Node) => boolean,
  isWeight: (spec: TensorSpec) => boolean = () => true,
): State[] {
  const parts = new Map<Node, State>()
  const known = new Map<Node, boolean>()
  for (const [key, node] of entries) {
    if (typeof key !== 'string' || node instanceof TensorSpec || parts.has(node)) continue
    if (!wanted(key, node) || isOptimizerEntry(key, node) || isLoss(node)) continue
    if (hasWeights(node, isWeight, known, 0)) parts.set(node, { path: `${key}.`, node })
  }
  return [...parts.values()]
}

/** True for a dict or module. Lists and other objects may have tensors for any purpose. */
function isState(node: Node): boolean {
  return childrenOf(node) !== null
}

function isModule(node: Node): boolean {
  return node instanceof Opaque && node.attributes()?.get('_parameters') instanceof Map
}

function isLoss(node: Node): boolean {
  return node instanceof Opaque && /Loss$/.test(node.class?.name ?? '')
}

/** Dicts deeper than this are not searched for weights. `flatten` reports those that are too deep. */
const searchDepth = 64

/** True if it has weights, or stand-ins for them, under keys of text. */
function hasWeights(
  node: Node,
  isWeight: (spec: TensorSpec) => boolean,
  known: Map<Node, boolean>,
  depth: number,
): boolean {
  if (node instanceof TensorSpec) return isWeight(node)
  if (node instanceof Opaque && node.refusal.kind === 'unsupported') return true
  if (typeof node !== 'object' || node === null || depth > searchDepth) return false
  const before = known.get(node)
  if (before !== undefined) return before
  // The answer for a node that contains itself.
  known.set(node, false)
  for (const [key, value] of entriesOf(node) ?? []) {
    if (typeof key !== 'string' || isOptimizerEntry(key, value)) continue
    if (!hasWeights(value, isWeight, known, depth + 1)) continue
    known.set(node, true)
    return true
  }
  return false
}
