import { Linear, Module } from '@unroll/nn'
import { GRU } from '@unroll/sequence'
import type { Tensor } from '@unroll/tensor'
import { mostClasses } from './gestureNames.ts'

/** Tells a gesture from the movements of a pen: a GRU reads them, and a linear layer scores each class by its last hidden state. */
export class GestureModel extends Module {
  readonly gru: GRU
  readonly head: Linear

  constructor(units: number) {
    super()
    this.gru = new GRU(2, units, { batchFirst: true })
    this.head = new Linear(units, mostClasses)
  }

  /** movements `(N, T, 2)` -> scores `(N, classes)`, of the classes that there are */
  override forward(movements: Tensor, classes: number): Tensor {
    const [, hn] = this.gru.forward(movements)
    return this.head.forward(hn.at(0)).narrow(1, 0, classes)
  }
}
