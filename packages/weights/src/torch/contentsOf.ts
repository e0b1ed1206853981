import type { Limits } from '../limits.ts'
import { TensorSpec } from '../tensor/tensorSpec.ts'
import { childrenOf, type Node } from './node.ts'
import { Opaque } from './opaque.ts'

/**
 * Every tensor and every other value in a saved object, by path: keys, attributes and indices joined by dots. A container in two
 * places is walked through once.
 */
export function contentsOf(
  root: Node,
  limits: Limits,
): { tensors: Map<string, TensorSpec>; values: Map<string, string> } {
  const tensors = new Map<string, TensorSpec>()
  const values = new Map<string, string>()
  const seen = new Set<Node>()
  const name = namer()
  let characters = 0

  const visit = (node: Node, path: string, depth: number): void => {
    if (tensors.size + values.size >= limits.stateDictEntries || characters > limits.nameCharacters) return
    // Single values are never seen: they have no parts to be repeated.
    const isNew = !seen.has(node)
    if (typeof node === 'object' && node !== null && !(node instanceof TensorSpec)) seen.add(node)
    const children = isNew && depth < limits.depth ? partsOf(node) : null
    if (node instanceof TensorSpec) {
      characters += path.length
      tensors.set(name(path), node)
    } else if (children === null || children.length === 0 || node instanceof Opaque) {
      characters += path.length
      values.set(name(path), isNew ? textOf(node) : 'the same as above')
    }
    for (const [key, value] of children ?? []) visit(value, path === '' ? key : `${path}.${key}`, depth + 1)
  }
  visit(root, '', 0)
  return { tensors, values }
}

/** The children of a node, by text; null for single values. */
export function partsOf(node: Node): [string, Node][] | null {
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

/** Makes paths unique: keys 1 and "1" have the same text, and lists as keys have none. */
function namer(): (path: string) => string {
  const counts = new Map<string, number>()
  return (path) => {
    const count = (counts.get(path) ?? 0) + 1
    counts.set(path, count)
    return count === 1 ? path : `${path} (${count})`
  }
}
