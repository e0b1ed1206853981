import { type CheckpointLocation, CorruptCheckpointError, quote } from '../errors.ts'
import type { LeftOut, Refusal } from '../leftOut.ts'
import type { Limits } from '../limits.ts'
import type { Weights } from '../reader.ts'
import { TensorSpec } from '../tensor/tensorSpec.ts'
import type { Node } from './node.ts'
import { Opaque } from './opaque.ts'
import { isOptimizerEntry } from './optimizer.ts'
import { PackedWeights } from './packedHalf.ts'

type Entries = Iterable<readonly [Node, Node]>

/**
 * The tensors below `top`, by path: keys joined by dots. Objects among them that cannot be made are left out, and reported. An
 * optimizer's state, numbers, text, and values under other keys than text are skipped.
 * @param inside the children of an entry to walk through, by key; null for none
 */
export function flatten(
  top: Entries,
  inside: (node: Node) => Entries | null,
  at: CheckpointLocation,
  limits: Limits,
): Weights {
  const tensors = new Map<string, TensorSpec>()
  const leftOut: LeftOut[] = []
  const packed = new PackedWeights()
  const fail = (what: string): CorruptCheckpointError => new CorruptCheckpointError(what, at)
  let entries = 0
  let characters = 0

  const count = (name: string): void => {
    characters += name.length
    if (characters <= limits.nameCharacters) return
    throw fail(`names of over ${limits.nameCharacters} characters together, the limit`)
  }
  const walk = (children: Entries, prefix: string, depth: number): void => {
    if (depth === limits.depth) throw fail(`dicts nested over ${depth} deep, the limit`)
    for (const [key, value] of children) {
      // Entries are counted, since a dict can be an entry of many others, and of itself.
      if (++entries > limits.stateDictEntries) {
        throw fail(`over ${limits.stateDictEntries} entries in its dicts, the limit`)
      }
      if (typeof key !== 'string' || isPlain(value) || isOptimizerEntry(key, value)) continue
      const name = prefix + key
      if (value instanceof TensorSpec) {
        count(name)
        if (tensors.has(name)) throw fail(`two tensors are called ${quote(name)}`)
        tensors.set(name, value)
        continue
      }
      const inner = inside(value)
      if (inner !== null) {
        walk(inner, `${name}.`, depth + 1)
        continue
      }
      const refusal = refusalOf(value)
      if (refusal !== null) count(name)
      if (packed.take(name, value) || refusal === null) continue
      leftOut.push({ name, what: refusal.what, why: refusal.why })
    }
  }
  walk(top, '', 0)
  packed.unpack(tensors)
  return { tensors, leftOut: [...leftOut, ...packed.leftOut] }
}

/** Numbers, text and the like. */
function isPlain(node: Node): boolean {
  return typeof node !== 'object' || node === null || node instanceof Uint8Array
}

/** Why an entry is left out; null if a state dict does not need it. */
function refusalOf(node: Node): Refusal | null {
  if (node instanceof Opaque) return node.refusal
  // Quantized layers have a tuple of weight and bias. Longer lists hold no weights, and may stand in many places.
  if (!Array.isArray(node) || node.length > 2) return null
  const inert = node.filter((item) => item instanceof Opaque)
  return inert.find(({ refusal }) => refusal.kind === 'unsupported')?.refusal ?? null
}
