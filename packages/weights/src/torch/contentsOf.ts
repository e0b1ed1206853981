import type { Limits } from '../limits.ts'
import { TensorSpec } from '../tensor/tensorSpec.ts'
import { childrenOf, type Node } from './node.ts'
import { Opaque } from './opaque.ts'

/**
 * Every tensor and every other value in a saved object, by path: keys, attributes and indices joined by dots. A
 * container that stands in two places is walked through once.
 */
export function contentsOf(
  root: Node,
  limits: Limits,
): { tensors: Map<string, TensorSpec>; values: Map<string, string> } {
  const tensors = new Map<string, TensorSpec>()
  const values = new Map<string, string>()
  const seen = new Set<Node>()

  const visit = (node: Node, path: string, depth: number): void => {
    if (tensors.size + values.size >= limits.stateDictEntries) return
    if (node instanceof TensorSpec) {
      tensors.set(unused(tensors, path), node)
      return
    }
    const children = partsOf(node)
    const [first] = children ?? []
    if (children === null || first === undefined || node instanceof Opaque) {
      values.set(unused(values, path), textOf(node))
    }
    if (children === null || seen.has(node) || depth === limits.depth) return
    seen.add(node)
    for (const [key, value] of children) visit(value, path === '' ? key : `${path}.${key}`, depth + 1)
  }
  visit(root, '', 0)
  return { tensors, values }
}

/** What is in a node, by text; null for single values. */
function partsOf(node: Node): Iterable<[string, Node]> | null {
  if (Array.isArray(node)) return node.map((item, i): [string, Node] => [String(i), item])
  if (node instanceof Set) return [...node].map((item, i): [string, Node] => [String(i), item])
  if (node instanceof Opaque) {
    const items = node.items().map((item, i): [Node, Node] => [String(i), item])
    return named(childrenOf(node) ?? node.attributes() ?? items)
  }
  return node instanceof Map ? named(node) : null
}

function named(entries: Iterable<readonly [Node, Node]>): [string, Node][] {
  return Array.from(entries, ([key, value]) => [typeof key === 'string' ? key : textOf(key), value])
}

function textOf(node: Node): string {
  if (node instanceof Opaque) return `object of ${node.name}`
  if (node instanceof Map) return '{}'
  if (Array.isArray(node)) return '[]'
  if (node instanceof Set) return 'set()'
  if (node instanceof Uint8Array) return `${node.length} bytes`
  if (typeof node === 'string') return JSON.stringify(node.length > 120 ? `${node.slice(0, 117)}...` : node)
  if (node === null) return 'None'
  if (typeof node === 'boolean') return node ? 'True' : 'False'
  if (typeof node === 'object') return 're' in node ? `${node.re}+${node.im}j` : 'tensor'
  return String(node)
}

/** Keys 1 and "1" have the same text. */
function unused(taken: ReadonlyMap<string, unknown>, path: string): string {
  let name = path
  for (let n = 2; taken.has(name); n++) name = `${path} (${n})`
  return name
}
