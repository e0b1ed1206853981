import type { TensorBase } from '../tensorBase.ts'
import { Node } from './node.ts'

/** The end of the way back: a leaf that sums up its gradient. */
export class Accumulator extends Node<TensorBase> {
  readonly leaf: TensorBase

  constructor(leaf: TensorBase) {
    super('AccumulateGrad', [])
    this.leaf = leaf
    this.outputs = 1
  }
}
