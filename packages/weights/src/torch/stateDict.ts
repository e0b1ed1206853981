import { type CheckpointLocation, quote, UnsupportedFormatError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import type { Weights } from '../reader.ts'
import { TensorSpec } from '../tensor/tensorSpec.ts'
import { choose, entriesOf, type State } from './chooseState.ts'
import { flatten } from './flatten.ts'
import { outside } from './leftOutside.ts'
import { childrenOf, type Node } from './node.ts'
import { Opaque } from './opaque.ts'
import { isOptimizer } from './optimizer.ts'

/** A message lists at most this many choices. */
const namedChoices = 6

/**
 * The tensors of a saved dict or module, by name and in its order: those of the part that {@link choose} chooses, or of the part
 * with names below `prefix`.
 *
 * Dicts in the part add their key and a dot: `{ encoder: { weight } }` gives `encoder.weight`; so do modules, with
 * their parameters, buffers and submodules.
 * @throws UnsupportedFormatError if there is no dict or module, one with entries but without tensors, or several
 */
export function readStateDict(saved: Node, at: CheckpointLocation, limits: Limits, prefix = ''): Weights {
  const states = isOptimizer(saved) ? [] : choose(saved)
  const [first] = states
  const [only] = states.length === 1 ? states : []
  const weights = only === undefined ? null : flatten(entriesOf(only.node) ?? [], childrenOf, at, limits)
  if (prefix !== '' && first !== undefined) {
    if (weights !== null && isBelow(weights, prefix)) return weights
    const all = flatten(entriesOf(saved) ?? [], entriesOf, at, limits)
    if (weights === null || isBelow(all, prefix)) return all
  }
  if (weights === null || only === undefined) throw refusalOf(saved, states, at)
  const leftOut = [...weights.leftOut, ...outside(saved, only.node, limits)]
  if (weights.tensors.size === 0 && leftOut.length === 0) checkEmpty(only.node, at)
  return { tensors: weights.tensors, leftOut }
}

function isBelow({ tensors, leftOut }: Weights, prefix: string): boolean {
  for (const name of tensors.keys()) if (name.startsWith(prefix)) return true
  return leftOut.some(({ name }) => name.startsWith(prefix))
}

function refusalOf(saved: Node, states: readonly State[], at: CheckpointLocation): UnsupportedFormatError {
  const refuse = (what: string, offset: number | null = null): UnsupportedFormatError =>
    new UnsupportedFormatError(what, { ...at, offset })
  if (states.length > 1) {
    const paths = states.map(({ path }) => quote(path))
    const more = paths.length > namedChoices ? `, and ${paths.length - namedChoices} more` : ''
    return refuse(
      `holds several state dicts, below ${paths.slice(0, namedChoices).join(', ')}${more}; ` +
        `choose one, as in { prefix: ${paths[0]} }`,
    )
  }
  if (isOptimizer(saved)) return refuse("holds an optimizer's state, and no weights")
  if (saved instanceof Opaque) {
    return refuse(
      `holds an object made by ${saved.name}, not a state dict; save model.state_dict() instead of the model`,
      saved.record.offset,
    )
  }
  return refuse(`holds ${kindOf(saved)}, not a state dict; load gives it as it is`)
}

/** An empty dict is the state dict of a module without weights. A dict with other entries is not a state dict. */
function checkEmpty(node: Node, at: CheckpointLocation): void {
  if (!(node instanceof Map) || node.size === 0) return
  const keys = [...node].slice(0, 5).map(([key]) => (typeof key === 'string' ? quote(key) : typeof key))
  throw new UnsupportedFormatError(`holds no tensors under keys of text; its keys are ${keys.join(', ')}`, at)
}

function kindOf(saved: Node): string {
  if (saved instanceof TensorSpec) return 'a tensor'
  if (Array.isArray(saved)) return 'a list'
  if (saved instanceof Set) return 'a set'
  return saved === null ? 'None' : `a ${typeof saved}`
}
