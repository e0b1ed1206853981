import { type CheckpointLocation, CorruptCheckpointError, quote, UnsupportedFormatError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Saved } from './savedValue.ts'
import { TensorSpec } from './tensorSpec.ts'

/** Where training scripts keep the state dict beside epoch, optimizer and the like; the first one there counts. */
const wrappers = ['state_dict', 'model_state_dict'] as const

/**
 * The tensors of a saved dict, by name, in its order.
 *
 * If the dict has a dict called `state_dict` or `model_state_dict`, that one is taken. Dicts inside it add their key
 * and a dot: `{ encoder: { weight } }` gives `encoder.weight`. Everything else, and what is not under a key of text,
 * is stepped over.
 * @throws UnsupportedFormatError if there is no dict, or one with entries but without tensors
 */
export function flattenStateDict(
  saved: Saved<TensorSpec | symbol>,
  at: CheckpointLocation,
): Map<string, TensorSpec> {
  if (!(saved instanceof Map)) {
    throw new UnsupportedFormatError(`holds ${kindOf(saved)}, not a state dict; load gives it as it is`, at)
  }
  const wrapped = wrappers.map((key) => saved.get(key)).find((value) => value instanceof Map)
  const dict = wrapped instanceof Map ? wrapped : saved
  const tensors = new Map<string, TensorSpec>()
  let entries = 0

  const walk = (from: typeof dict, prefix: string, depth: number): void => {
    if (depth === limits.depth)
      throw new CorruptCheckpointError(`dicts nested over ${depth} deep, the limit`, at)
    for (const [key, value] of from) {
      // Counted, since a dict can be an entry of many others, and of itself.
      if (++entries > limits.stateDictEntries) {
        throw new CorruptCheckpointError(
          `over ${limits.stateDictEntries} entries in its dicts, the limit`,
          at,
        )
      }
      if (typeof key !== 'string') continue
      const name = prefix + key
      if (value instanceof Map) walk(value, `${name}.`, depth + 1)
      if (!(value instanceof TensorSpec)) continue
      if (tensors.has(name)) throw new CorruptCheckpointError(`two tensors are called ${quote(name)}`, at)
      tensors.set(name, value)
    }
  }
  walk(dict, '', 0)
  if (tensors.size === 0 && dict.size > 0) {
    const keys = [...dict.keys()]
      .slice(0, 5)
      .map((key) => (typeof key === 'string' ? quote(key) : typeof key))
    throw new UnsupportedFormatError(
      `holds no tensors under keys of text; its keys are ${keys.join(', ')}`,
      at,
    )
  }
  return tensors
}

function kindOf(saved: Saved<TensorSpec | symbol>): string {
  if (saved instanceof TensorSpec) return 'a tensor'
  if (Array.isArray(saved)) return 'a list'
  if (saved instanceof Set) return 'a set'
  return saved === null ? 'None' : `a ${typeof saved}`
}
