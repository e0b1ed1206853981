import type { LeftOut } from '../leftOut.ts'
import type { Limits } from '../limits.ts'
import { dtypeRefusal } from '../tensor/readTensors.ts'
import { TensorSpec } from '../tensor/tensorSpec.ts'
import { partsOf } from './contentsOf.ts'
import type { Node } from './node.ts'
import { Opaque } from './opaque.ts'
import { isOptimizerEntry } from './optimizer.ts'

/**
 * Finds tensors that nothing here can hold, outside the state dict and optimizers. They were not asked for, but the user should
 * know that the file was not read as a whole.
 */
export function outside(saved: Node, state: Node, limits: Limits): LeftOut[] {
  const leftOut: LeftOut[] = []
  if (saved === state) return leftOut
  const seen = new Set<Node>([state])
  let entries = 0
  let characters = 0
  const visit = (node: Node, path: string, depth: number): void => {
    if (typeof node !== 'object' || node === null || seen.has(node)) return
    seen.add(node)
    if (++entries > limits.stateDictEntries || characters > limits.nameCharacters) return
    const refusal = refusalOf(node)
    if (refusal !== null) {
      characters += path.length
      leftOut.push({ name: path, what: refusal.what, why: refusal.why })
      return
    }
    if (depth === limits.depth || node instanceof TensorSpec) return
    for (const [key, value] of partsOf(node) ?? []) {
      if (!isOptimizerEntry(key, value)) visit(value, path === '' ? key : `${path}.${key}`, depth + 1)
    }
  }
  visit(saved, '', 0)
  return leftOut
}

function refusalOf(node: Node): Pick<LeftOut, 'what' | 'why'> | null {
  if (node instanceof TensorSpec) return dtypeRefusal(node)
  return node instanceof Opaque && node.refusal.kind === 'unsupported' ? node.refusal : null
}
