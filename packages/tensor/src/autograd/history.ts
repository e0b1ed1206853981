import type { Edge, Node } from './node.ts'

/** The key of a tensor's history. Clones, JSON and comparisons of tensors do not see what stands under a symbol. */
export const history: unique symbol = Symbol('history')

/** How gradients go between a view and its base. */
export interface ViewWays<T> {
  /** The gradient of `base`, zeros but for the elements of `view`. */
  toBase(gradient: T, base: T, view: T): T
  /** The elements of `view` of a gradient of `base`. */
  ofBase(gradient: T, base: T, view: T): T
}

/** What a view knows of the tensor whose memory it walks. */
export interface ViewOf<T> {
  readonly base: T
  /**
   * `plain`: changing it in place changes the history of `base`. Those from operations with several views, and those made in
   * noGrad(), must not be changed in place.
   */
  readonly origin: 'plain' | 'several' | 'noGrad'
  readonly ways: ViewWays<T>
  /** The version of the memory for which the view's own node stands. */
  version: number
}

/** How a tensor was computed, as far as gradients need to know. A tensor without history is a leaf. */
export class History<T> {
  /** The operation it is an output of; null for a leaf. */
  node: Node<T> | null = null
  /** Which output. */
  output = 0
  /** Where the gradient of a leaf goes: to the node that sums it up. Made when the leaf is first used. */
  leafEdge: Edge<T> | null = null
  /** Called after the gradient of a leaf was summed up. */
  afterAccumulation: Set<(tensor: T) => void> | null = null
  view: ViewOf<T> | null = null

  /** Undefined. Jest compares what stands under symbols, too. It asks for this first, and then finds all histories equal. */
  get [Symbol.toStringTag](): undefined {
    for (const key of Object.keys(this)) Object.defineProperty(this, key, { enumerable: false })
    return undefined
  }

  /** Vue's mark for objects that it must not wrap. */
  get __v_skip(): true {
    return true
  }
}
